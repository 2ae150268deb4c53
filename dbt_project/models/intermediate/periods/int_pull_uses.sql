-- Numbers stand for texts below: one for the whole use, and one for each of its parts.
with sessions as (
    select
        repository,
        {{ values_of_dimensions(dimensions_of_use()) }}
    from {{ ref('fct_pulls') }}
    where pull_date in (select pull_date from {{ ref('int_pull_windows') }})
),

uses as (
    select distinct * from sessions
),

final as (
    select
        cast(row_number() over (order by repository, value_of_tag) as integer) as use_number,
        cast(dense_rank() over (order by repository) as integer) as repository_number,
        {%- for name in dimensions_of_use() %}
            cast(dense_rank() over (order by value_of_{{ name }}) as integer) as number_of_{{ name }},
        {%- endfor %}
        *
    from uses
)

select * from final
