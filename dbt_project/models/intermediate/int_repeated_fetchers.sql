-- Sessions of clients that fetch every manifest twice by themselves (cri-o up to 1.30, docker's CLI).
with sessions as (
    select * from {{ ref('int_sessions') }}
),

final as (
    select
        pull_id,
        2 as gets_per_manifest
    from sessions
    where
        (
            origin.client_name = 'cri-o'
            and regexp_matches(origin.client_version, '^1\.([0-9]|[12][0-9]|30)(\.|$)')
        )
        or origin.client_name = 'docker-cli'
)

select * from final
