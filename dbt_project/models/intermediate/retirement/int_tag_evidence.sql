-- All that is known of each tag as of the last loaded day, before anything is concluded from it.
with history as (
    select * from {{ ref('tag_history') }}
),

tag_days as (
    select * from {{ ref('tag_usage_base') }}
),

uses as (
    select * from {{ ref('int_tag_uses') }}
    where is_in_lookback
),

installs as (
    select * from {{ ref('int_tag_installs') }}
),

pins as (
    select * from {{ ref('int_tag_pins') }}
),

untraced as (
    select * from {{ ref('int_untraced_uses') }}
),

demand as (
    select * from {{ ref('int_tag_demand') }}
),

sharers as (
    select * from {{ ref('int_tag_sharers') }}
),

successors as (
    select * from {{ ref('int_tag_successors') }}
),

coverage as (
    select * from {{ ref('int_repository_coverage') }}
),

-- Of everybody: what names no repository may be a use of each.
hidden as (
    select * from {{ ref('int_hidden_lines') }}
    where repository_digest = ''
),

hidden_of_repositories as (
    select * from {{ ref('int_hidden_lines') }}
    where repository_digest <> ''
),

-- Two files may say two things of a tag that no log shows.
meanings as (
    select *
    from history
    where valid_to is null
    qualify row_number() over (partition by repository, tag order by digest) = 1
),

used as (
    select
        repository,
        tag,
        count(*) filter (where is_pull) as pull_count,
        count(*) filter (where not is_pull and not is_failed) as tool_look_up_count,
        count(*) filter (where is_failed) as failed_count,
        count(distinct case when is_pull then company end) as company_count
    from uses
    where tag is not null
    group by repository, tag
),

repository_uses as (
    select repository, count(*) as use_count
    from uses
    group by repository
),

rests as (
    select
        *,
        pull_date - lag(pull_date) over (partition by repository, tag order by pull_date) as pause_days
    from tag_days
),

ever as (
    select
        repository,
        tag,
        max(last_pulled_at) as last_pulled_at,
        max(last_ci_pulled_at) as last_ci_pulled_at,
        max(pull_date) as last_used_on,
        max(pause_days) as longest_pause_days
    from rests
    group by repository, tag
),

tags as (
    select repository, tag from ever
    union
    select repository, tag from meanings
),

-- A repository that no log shows is served by any node: the row of coverage without a repository.
covered as (
    select
        tags.repository,
        tags.tag,
        coverage.as_of_date,
        coverage.covered_day_count,
        coverage.silent_node
    from tags
    left join coverage as known on tags.repository = known.repository
    inner join coverage on known.repository is not distinct from coverage.repository
),

final as (
    select
        covered.repository,
        covered.tag,
        covered.as_of_date,
        meanings.digest,
        meanings.valid_from as digest_since,
        meanings.confidence as digest_confidence,
        meanings.source as digest_source,
        ever.last_pulled_at,
        ever.last_ci_pulled_at,
        covered.as_of_date - ever.last_used_on as rest_days,
        ever.longest_pause_days,
        coalesce(used.pull_count, 0) as pull_count,
        coalesce(used.tool_look_up_count, 0) as tool_look_up_count,
        coalesce(installs.active_install_count, 0) as active_install_count,
        coalesce(pins.pinned_pull_count, 0) as pinned_pull_count,
        coalesce(pins.pinned_origin_count, 0) as pinned_origin_count,
        coalesce(pins.pinned_look_up_count, 0) as pinned_look_up_count,
        greatest(coalesce(demand.unmet_demand_count, 0), coalesce(used.failed_count, 0)) as unmet_demand_count,
        sharers.shared_with_tags,
        coalesce(repository_uses.use_count, 0) as repository_use_count,
        coalesce(untraced.untraced_use_count, 0) as untraced_use_count,
        coalesce(used.company_count, 0) as company_count,
        successors.successor_tag,
        covered.covered_day_count / {{ var('tag_lookback_days') }} as covered_share,
        covered.silent_node,
        coalesce(hidden_of_repositories.hidden_line_count, 0) as repository_hidden_line_count,
        hidden.hidden_line_count,
        hidden.hidden_line_count / nullif(hidden.all_line_count, 0) as hidden_line_share
    from covered
    cross join hidden
    left join meanings on covered.repository = meanings.repository and covered.tag = meanings.tag
    left join ever on covered.repository = ever.repository and covered.tag = ever.tag
    left join used on covered.repository = used.repository and covered.tag = used.tag
    left join installs on covered.repository = installs.repository and covered.tag = installs.tag
    left join pins on covered.repository = pins.repository and covered.tag = pins.tag
    left join demand on covered.repository = demand.repository and covered.tag = demand.tag
    left join sharers on covered.repository = sharers.repository and covered.tag = sharers.tag
    left join successors on covered.repository = successors.repository and covered.tag = successors.tag
    left join untraced on covered.repository = untraced.repository
    left join repository_uses on covered.repository = repository_uses.repository
    left join hidden_of_repositories on md5(covered.repository) = hidden_of_repositories.repository_digest
)

select * from final
