"""The joins of `pipeline.loading.attributes`: distinct attributes back to lines."""

ADDRESS_JOIN = """
    left join line_addresses a
        on l.remote_addr is not distinct from a.remote_addr
        and l.x_forwarded_for is not distinct from a.x_forwarded_for
"""

# Started, not ended: nginx logs a request when it ends (corpus.md, 14).
# A log of whole seconds is set back by whole seconds only. By less, a request of 0.4 s would come before one
# of 0.1 s that stands in front of it in the same second, and the order of lines is all that such a log knows.
TIME_RESOLUTION = """create or replace temp table time_resolution as
    select coalesce(bool_and(epoch_us(logged_at) % 1000000 = 0), false) as is_in_seconds from lines"""
_DURATION = """case when (select is_in_seconds from time_resolution) then floor(l.request_time)
    else l.request_time end"""
STARTED_AT = f"l.logged_at - to_microseconds(cast(round(coalesce({_DURATION}, 0) * 1e6) as bigint))"

# A gateway may be set up to log the header itself, or the token: only what is a kind, or a hash, may pass.
METHOD = "[A-Za-z_-]{1,32}"
HASH = "[0-9A-Fa-f]{16,128}"
# A count of bytes beyond this is something else in the wrong field, a time in milliseconds for instance: it
# is unknown. Ten of the largest that a log line may name (18 digits) would be more than a sum can hold.
LARGEST_RESPONSE_BYTES = 10**12
_BYTES_SENT = "coalesce(l.body_bytes_sent, l.bytes_sent)"

_AUTH_KIND = """case
        when l.has_authorization in ('1', 'true') then 'present'
        when l.has_authorization in ('0', 'false') then 'none'
        when l.has_authorization in ('none', 'basic', 'bearer') then l.has_authorization
        when l.has_authorization is not null then 'other'
    end"""

# Headers of the registry behind the gateway, and so of anybody: a digest is kept where it is of an algorithm
# that registries use. `media_types` and `hosts` are scrubbed before.
RESPONSE_DIGEST = "(?:sha256|blake3):[0-9A-Fa-f]{64}|sha384:[0-9A-Fa-f]{96}|sha512:[0-9A-Fa-f]{128}"
# Without what it says of itself ("; charset=utf-8").
MEDIA_TYPE = (
    "((?:application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9!#$&^_.+-]{1,127})"
    r"\s*(?:;.*)?"
)
HOST = r"[A-Za-z0-9._:\[\]-]{1,255}"

# What nginx, Envoy, load balancers and tracers make of their own: hexadecimal digits, in groups or not. All
# else may hold the client's address, its words, or its secrets: such an id is as good under a keyed digest.
REQUEST_ID = (
    "[0-9A-Fa-f]{16,64}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|1-[0-9A-Fa-f]{8}-[0-9A-Fa-f]{24}"
)
DIGEST_OF_ID = "left(sha256(hex($key::blob) || request_id), 32)"

CI_KEYS = f"""
with pairs as (
    select distinct l.user_agent, a.address
    from lines l {ADDRESS_JOIN}
)
select p.user_agent, p.address, c.* exclude (user_agent), n.* exclude (address)
from pairs p
left join clients c on p.user_agent is not distinct from c.user_agent
left join networks n on p.address = n.address
order by p.user_agent, p.address
"""

IDENTITIES = f"""
select distinct
    a.address, e.identity_epoch, e.previous_identity_epoch,
    c.client_name, c.engine_os, c.client_os, c.architecture
from lines l {ADDRESS_JOIN}
left join clients c on l.user_agent is not distinct from c.user_agent
left join epochs e on cast({STARTED_AT} as date) = e.date
order by all
"""

REQUESTS = f"""
create temp table requests as
with started as (
    select l.*, {STARTED_AT} as requested_at, a.address
    from lines l {ADDRESS_JOIN}
)
select
    l.line_number, l.logged_at, l.request_id, l.requested_at, cast(l.requested_at as date) as date,
    h.host, nodes.node, case when regexp_full_match(l.method, '{METHOD}') then l.method end as method,
    p.request_kind, p.repository, p.reference, p.reference_type, p.mirror_of,
    l.status, {_DURATION} as duration_s,
    case when {_BYTES_SENT} <= {LARGEST_RESPONSE_BYTES} then {_BYTES_SENT} end as bytes_sent,
    case when l.request_completion is not null then l.request_completion = 'OK' end as is_complete,
    l.range is not null as is_range,
    case when regexp_full_match(l.resp_digest, '{RESPONSE_DIGEST}') then l.resp_digest end as response_digest,
    m.response_media_type,
    {_AUTH_KIND} as auth_kind,
    case when regexp_full_match(l.session_token_hash, '{HASH}') then l.session_token_hash end
        as session_token_hash,
    i.identity_epoch, i.endpoint_id, i.origin_id, i.previous_endpoint_id, i.previous_origin_id,
    i.origin_unlinkable,
    c.client_name, c.client_version, c.client_category, c.engine_os, c.client_os, c.architecture,
    c.kernel_hint,
    n.country_code, n.region, n.city, n.asn, n.network_operator, n.network_type,
    n.company, n.company_confidence, n.company_method,
    n.cloud_provider, n.cloud_region, n.cloud_method,
    v.ci_provider, v.ci_verdict, v.ci_reason, c.unknown_agent_pattern
from started l
left join paths p
    on l.request_uri is not distinct from p.request_uri and l.args is not distinct from p.args
left join hosts h on l.host = h.raw
left join nodes on l.node = nodes.raw
left join media_types m on l.resp_content_type = m.raw
left join clients c on l.user_agent is not distinct from c.user_agent
left join networks n on l.address = n.address
left join ci_verdicts v
    on l.user_agent is not distinct from v.user_agent and l.address is not distinct from v.address
left join epochs e on cast(l.requested_at as date) = e.date
left join identities i
    on l.address is not distinct from i.address
    and e.identity_epoch = i.identity_epoch
    -- Within an epoch the same keys come twice: with the previous epoch near its border, without it later.
    and e.previous_identity_epoch is not distinct from i.previous_identity_epoch
    and c.client_name is not distinct from i.client_name
    and c.engine_os is not distinct from i.engine_os
    and c.client_os is not distinct from i.client_os
    and c.architecture is not distinct from i.architecture
"""
