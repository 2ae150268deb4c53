-- May this tag be retired? As of the last loaded day, whatever today is.
with evidence as (
    select * from {{ ref('int_tag_evidence') }}
),

judged as (
    select
        *,
        case
            when active_install_count > 0 then 'installs'
            -- A use is a fact, however many days are missing; that there was none needs all of them.
            when pull_count + tool_look_up_count + pinned_pull_count + pinned_look_up_count + unmet_demand_count > 0
                then 'uses'
            when shared_with_tags is not null then 'shared'
            when covered_share < {{ var('tag_coverage_share') }} then 'coverage'
            when repository_hidden_line_count > 0 then 'hidden_here'
            when hidden_line_share > {{ var('tag_hidden_share') }} then 'hidden'
            when digest is null and repository_use_count > 0 then 'digest'
            when untraced_use_count > 0 then 'untraced'
            when rest_days <= {{ var('tag_pause_share') }} * longest_pause_days then 'pause'
            else 'none'
        end as finding
    from evidence
),

final as (
    select
        repository,
        tag,
        as_of_date,
        digest,
        digest_since,
        digest_confidence,
        digest_source,
        last_pulled_at,
        last_ci_pulled_at,
        cast(longest_pause_days as bigint) as longest_pause_days,
        cast(pull_count as bigint) as pull_count,
        cast(tool_look_up_count as bigint) as tool_look_up_count,
        cast(active_install_count as bigint) as active_install_count,
        cast(pinned_pull_count as bigint) as pinned_pull_count,
        cast(pinned_origin_count as bigint) as pinned_origin_count,
        cast(pinned_look_up_count as bigint) as pinned_look_up_count,
        cast(unmet_demand_count as bigint) as unmet_demand_count,
        cast(untraced_use_count as bigint) as untraced_use_count,
        shared_with_tags,
        cast(company_count as bigint) as company_count,
        successor_tag,
        cast(covered_share as double) as covered_share,
        silent_node,
        cast(repository_hidden_line_count as bigint) as repository_hidden_line_count,
        cast(hidden_line_count as bigint) as hidden_line_count,
        cast(hidden_line_share as double) as hidden_line_share,
        case
            when finding = 'installs' then 'in use'
            when finding in ('uses', 'shared') then 'warn'
            when finding = 'none' then 'safe to retire'
            else 'unknown'
        end as verdict,
        case finding
            when 'installs'
                then 'Active installs in {{ var("active_window_days") }} days: ' || active_install_count || '.'
            when 'uses'
                then
                    'No active install in {{ var("active_window_days") }} days. In '
                    || '{{ var("tag_lookback_days") }}: pulls ' || pull_count || ', by its digest '
                    || pinned_pull_count || ', look-ups by tools ' || tool_look_up_count + pinned_look_up_count
                    || ', asked for in vain ' || unmet_demand_count || '.'
            when 'shared'
                then
                    'No use of its own, but its manifest is that of tags in use: deleting the manifest deletes '
                    || shared_with_tags || ' too.'
            when 'coverage'
                then
                    'No use seen, but only ' || cast(floor(covered_share * 100) as integer)
                    || ' % of the last {{ var("tag_lookback_days") }} days have logs of all nodes'
                    || coalesce('; silent: ' || silent_node, '') || '.'
            when 'hidden_here'
                then
                    'No use seen, but ' || repository_hidden_line_count || ' lines of the last '
                    || '{{ var("tag_lookback_days") }} days ask for something of this repository and are in no figure '
                    || '(quarantined, opted out, refused a token, or given one that was not used here).'
            when 'hidden'
                then
                    'No use seen, but ' || hidden_line_count || ' lines of the last '
                    || '{{ var("tag_lookback_days") }} days do not say what they asked for (quarantined, opted out, '
                    || 'cut off, or turned away before they could).'
            when 'digest'
                then
                    'No use by the tag seen, but its digest is not known: other uses of the repository may need it ('
                    || repository_use_count || ').'
            when 'untraced'
                then
                    'No use seen, but the repository is used by digests that no tag is known to mean ('
                    || untraced_use_count || ').'
            when 'pause'
                then
                    'No use in ' || rest_days || ' days, but it rested for ' || longest_pause_days
                    || ' days before, and was used again.'
            else
                'No use in {{ var("tag_lookback_days") }} days: not by the tag, not by its digest, and nobody asked '
                || 'for it in vain.'
        end as verdict_reason
    from judged
)

select * from final
