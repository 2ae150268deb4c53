with blobs as (
    select * from {{ ref('int_session_blobs') }}
),

final as (
    select
        session_id,
        count(*) filter (where not is_refused) as blob_count,
        count(*) filter (where not is_refused and blob_kind = 'layer') as known_layer_count,
        count(*) filter (where not is_refused and blob_kind = 'config') as known_config_count,
        count(*) filter (where not is_refused and blob_kind is null) as unknown_blob_count,
        count(*) filter (where is_refused and blob_kind = 'layer') as refused_layer_count,
        count(*) filter (where is_refused and blob_kind is null) as refused_unknown_count,
        bool_or(is_redirected) as is_redirected,
        bool_or(is_undelivered and not is_refused and coalesce(blob_kind, 'layer') = 'layer') as is_undelivered
    from blobs
    group by session_id
)

select * from final
