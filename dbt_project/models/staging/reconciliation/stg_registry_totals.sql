with source as (
    select * from {{ source('own_files', 'registry_totals') }}
),

-- A total that a person wrote down wins over one that was fetched from the registry on the same day.
ranked as (
    select
        *,
        row_number() over (
            partition by observed_on, registry, repository
            order by case when file = 'asked.csv' then 1 else 0 end
        ) as place
    from source
),

final as (
    select
        file,
        line_number,
        observed_on,
        registry,
        repository,
        definition as definition_id,
        total
    from ranked
    where place = 1
)

select * from final
