"""The joins of `pipeline.loading.attributes`: distinct attributes back to lines."""

ADDRESS_JOIN = """
    left join line_addresses a
        on l.remote_addr is not distinct from a.remote_addr
        and l.x_forwarded_for is not distinct from a.x_forwarded_for
"""

ADDRESSES = "select address from addresses where address is not null"

LINE_ADDRESSES = """
create or replace temp table addresses as
select row_number() over () as address_number, address
from (select distinct address from resolved) as distinct_keys;
create or replace temp table line_addresses as
select r.*, a.address_number from resolved r left join addresses a on r.address is not distinct from a.address
"""

# Both look for the lines of a few pairs: of all others nothing is joined.
OPTED_OUT = """
create temp table opted_out as
select line_number, cast(logged_at as date) as day, request_uri
from lines l
where
    ($honour and (dnt = '1' or gpc = '1'))
    or exists (
        select 1 from line_addresses a
        where
            a.address in (select address from listed_addresses)
            and l.remote_addr is not distinct from a.remote_addr
            and l.x_forwarded_for is not distinct from a.x_forwarded_for
    )
"""
COUNT_WITHOUT_ADDRESS = (
    f"select count(*) from lines l {ADDRESS_JOIN.replace('left join', 'inner join')} where a.address is null"
)

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

# nginx writes OK also where the registry behind it broke off and the client got less than was announced.
_IS_COMPLETE = """case
        when l.method = 'GET' and l.status in (200, 206) and l.body_bytes_sent < l.resp_content_length
            then false
        when l.request_completion is not null then l.request_completion = 'OK'
    end"""

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

# From here on a line carries numbers for the address, agent and path that it shares with others: their texts
# are compared once, and the rows that are sorted are narrow.
NUMBERED_LINES = f"""
create temp table numbered_lines as
with started as (
    select l.*, {_DURATION} as duration_s, {STARTED_AT} as requested_at, a.address_number
    from lines l {ADDRESS_JOIN}
)
select
    l.line_number, l.logged_at, l.request_id, l.requested_at, cast(l.requested_at as date) as date,
    h.host, nodes.node, case when regexp_full_match(l.method, '{METHOD}') then l.method end as method,
    p.path_number, l.status, l.duration_s,
    case when l.bytes_sent <= {LARGEST_RESPONSE_BYTES} then l.bytes_sent end as bytes_sent,
    case when l.body_bytes_sent <= {LARGEST_RESPONSE_BYTES} then l.body_bytes_sent end as body_bytes_sent,
    {_IS_COMPLETE} as is_complete,
    l.range is not null as is_range,
    case when regexp_full_match(l.resp_digest, '{RESPONSE_DIGEST}') then l.resp_digest end as response_digest,
    m.response_media_type,
    {_AUTH_KIND} as auth_kind,
    case when regexp_full_match(l.session_token_hash, '{HASH}') then l.session_token_hash end
        as session_token_hash,
    l.address_number, c.agent_number, e.epoch_number
from started l
left join paths p
    on l.request_uri is not distinct from p.request_uri and l.args is not distinct from p.args
left join hosts h on l.host = h.raw
left join nodes on l.node = nodes.raw
left join media_types m on l.resp_content_type = m.raw
left join clients c on l.user_agent is not distinct from c.user_agent
left join epochs e on cast(l.requested_at as date) = e.date
order by l.requested_at, l.line_number
"""

# Each client at an address, in an epoch or on its border days: what is said of an origin depends on these.
ORIGIN_KEYS = """
create temp table origin_keys as
select row_number() over () as origin_number, k.*, e.identity_epoch, e.previous_identity_epoch
from (select distinct address_number, agent_number, epoch_number from numbered_lines) k
left join (select distinct epoch_number, identity_epoch, previous_identity_epoch from epochs) e
    on k.epoch_number = e.epoch_number
"""

CI_KEYS = """
select
    k.agent_number, k.address_number, n.address,
    c.* exclude (agent_number, user_agent), n.* exclude (address)
from (select distinct agent_number, address_number from origin_keys) k
left join addresses a on k.address_number = a.address_number
left join clients c on k.agent_number = c.agent_number
left join networks n on a.address = n.address
order by k.agent_number, k.address_number
"""

IDENTITY_KEYS = """
select
    k.origin_number, a.address, k.identity_epoch, k.previous_identity_epoch,
    c.client_name, c.engine_os, c.client_os, c.architecture
from origin_keys k
left join addresses a on k.address_number = a.address_number
left join clients c on k.agent_number = c.agent_number
order by k.origin_number
"""

ORIGINS = """
create temp table origins as
select
    k.address_number, k.agent_number, k.epoch_number,
    k.identity_epoch, i.endpoint_id, i.origin_id, i.previous_endpoint_id, i.previous_origin_id,
    i.origin_unlinkable,
    c.client_name, c.client_version, c.client_category, c.engine_os, c.client_os, c.architecture,
    c.kernel_hint,
    n.country_code, n.region, n.city, n.asn, n.network_operator, n.network_type,
    n.company, n.company_confidence, n.company_method,
    n.cloud_provider, n.cloud_region, n.cloud_method,
    v.ci_provider, v.ci_verdict, v.ci_reason, c.unknown_agent_pattern
from origin_keys k
left join identities i on k.origin_number = i.origin_number
left join addresses a on k.address_number = a.address_number
left join clients c on k.agent_number = c.agent_number
left join networks n on a.address = n.address
left join ci_verdicts v on k.agent_number = v.agent_number and k.address_number = v.address_number
"""

# A view: what is written is joined on the way to the file, and the wide rows are nowhere else.
REQUESTS = """
create temp view requests as
select
    l.* exclude (address_number, agent_number, epoch_number, path_number),
    p.* exclude (path_number, request_uri, args),
    o.* exclude (address_number, agent_number, epoch_number)
from numbered_lines l
left join paths p on l.path_number = p.path_number
left join origins o
    on l.address_number = o.address_number
    and l.agent_number = o.agent_number
    and l.epoch_number = o.epoch_number
"""
