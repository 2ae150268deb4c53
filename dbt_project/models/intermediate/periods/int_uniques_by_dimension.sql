-- Sets are made by grouping and counted by grouping again: DuckDB can write out what it groups by, but keeps in memory
-- what it counts as distinct.
with origins as (
    select * from {{ ref('int_period_origins') }}
),

windows as (
    select distinct
        window_number,
        grain,
        period_start
    from {{ ref('int_pull_windows') }}
),

profiles as (
    select * from {{ ref('int_pull_profiles') }}
),

uses as (
    select * from {{ ref('int_pull_uses') }}
),

by_profile as (
    select * from {{ ref('int_uniques_by_profile') }}
),

changed as (
    select * from {{ ref('int_changed_origins') }}
),

repositories as (
    select distinct
        repository_number,
        repository
    from uses
    union all
    select
        0 as repository_number,
        '*' as repository
),

profile_values as (
    {%- for name in dimensions_of_origin() %}
        select
            profile_number,
            '{{ name }}' as dimension,
            value_of_{{ name }} as value
        from profiles
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

use_values as (
    {%- for name in dimensions_of_use() %}
        select distinct
            '{{ name }}' as dimension,
            number_of_{{ name }} as value_number,
            value_of_{{ name }} as value
        from uses
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- Origins and endpoints with one profile in the period, each under the values of that profile.
unchanged_counts as (
    {%- for name in dimensions_of_origin() %}
        select
            by_profile.level,
            by_profile.window_number,
            by_profile.repository_number,
            '{{ name }}' as dimension,
            profiles.value_of_{{ name }} as value,
            cast(sum(by_profile.unique_count) as bigint) as unique_count
        from by_profile
        inner join profiles using (profile_number)
        group by
            by_profile.level, by_profile.window_number, by_profile.repository_number, profiles.value_of_{{ name }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- Those with several profiles in the period, which are few: each counts once under each value of any of them.
changed_origins as (
    {%- for level in ['origin', 'endpoint'] %}
        select distinct
            '{{ level }}' as level,
            origins.window_number,
            origins.repository_number,
            origins.profile_number,
            origins.{{ level }}_key as unique_key
        from origins
        inner join changed
            on
                changed.level = '{{ level }}'
                and origins.window_number = changed.window_number
                and origins.{{ level }}_key = changed.unique_key
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

changed_values as (
    select distinct
        changed_origins.level,
        changed_origins.window_number,
        changed_origins.repository_number,
        profile_values.dimension,
        profile_values.value,
        changed_origins.unique_key
    from changed_origins
    inner join profile_values using (profile_number)
),

changed_in_any_repository as (
    select distinct
        level,
        window_number,
        0 as repository_number,
        dimension,
        value,
        unique_key
    from changed_values
),

changed_counts as (
    {%- for relation in ['changed_values', 'changed_in_any_repository'] %}
        select
            level,
            window_number,
            repository_number,
            dimension,
            value,
            count(*) as unique_count
        from {{ relation }}
        group by level, window_number, repository_number, dimension, value
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

use_counts as (
    {%- for name in dimensions_of_use() %}
        {%- for level in ['origin', 'endpoint'] %}
            select
                '{{ level }}' as level,
                window_number,
                repository_number,
                '{{ name }}' as dimension,
                number_of_{{ name }} as value_number,
                count(*) as unique_count
            from (
                select distinct window_number, repository_number, number_of_{{ name }}, {{ level }}_key
                from origins
            ) as met
            group by window_number, repository_number, number_of_{{ name }}
            union all
            select
                '{{ level }}' as level,
                window_number,
                0 as repository_number,
                '{{ name }}' as dimension,
                number_of_{{ name }} as value_number,
                count(*) as unique_count
            from (select distinct window_number, number_of_{{ name }}, {{ level }}_key from origins) as met
            group by window_number, number_of_{{ name }}
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

parts as (
    select * from unchanged_counts
    union all
    select * from changed_counts
    union all
    select
        use_counts.level,
        use_counts.window_number,
        use_counts.repository_number,
        use_counts.dimension,
        use_values.value,
        use_counts.unique_count
    from use_counts
    inner join use_values using (dimension, value_number)
),

final as (
    select
        windows.grain,
        windows.period_start,
        repositories.repository,
        parts.dimension,
        parts.value,
        {%- for level in ['origin', 'endpoint'] %}
            cast(coalesce(sum(parts.unique_count) filter (where parts.level = '{{ level }}'), 0) as bigint)
                as unique_{{ level }}_count
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from parts
    inner join windows using (window_number)
    inner join repositories using (repository_number)
    group by windows.grain, windows.period_start, repositories.repository, parts.dimension, parts.value
)

select * from final
