"""Variables of an nginx log_format: which of them are fields of contract A, and which are known at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Variable → the field that it is.
FIELDS = {
    "remote_addr": "remote_addr",
    "the_real_ip": "remote_addr",
    "http_x_forwarded_for": "x_forwarded_for",
    "proxy_add_x_forwarded_for": "x_forwarded_for",
    "time_local": "time",
    "time_iso8601": "time",
    "msec": "time",
    "request": "request",
    "request_method": "method",
    "request_uri": "request_uri",
    "uri": "request_uri",
    "args": "args",
    "query_string": "args",
    "status": "status",
    "body_bytes_sent": "body_bytes_sent",
    "bytes_sent": "bytes_sent",
    "http_user_agent": "user_agent",
    "host": "host",
    "http_host": "host",
    "server_name": "host",
    "hostname": "node",
    "scheme": "scheme",
    "server_protocol": "protocol",
    "request_time": "request_time",
    "request_id": "request_id",
    "req_id": "request_id",
    "request_completion": "request_completion",
    "http_range": "range",
    "sent_http_docker_content_digest": "resp_digest",
    "upstream_http_docker_content_digest": "resp_digest",
    "sent_http_content_type": "resp_content_type",
    "upstream_http_content_type": "resp_content_type",
    "sent_http_content_length": "resp_content_length",
    "http_dnt": "dnt",
    "http_sec_gpc": "gpc",
}
_OTHERS = set(
    [
        "ancient_browser",
        "binary_remote_addr",
        "connection",
        "connection_requests",
        "connection_time",
        "connections_active",
        "connections_reading",
        "connections_waiting",
        "connections_writing",
        "content_length",
        "content_type",
        "cookie",
        "document_root",
        "document_uri",
        "fastcgi_path_info",
        "fastcgi_script_name",
        "geo",
        "gzip_ratio",
        "http2",
        "http3",
        "https",
        "invalid_referer",
        "is_args",
        "is_request_port",
        "limit_conn_status",
        "limit_rate",
        "limit_req_status",
        "modern_browser",
        "msie",
        "nginx_version",
        "pid",
        "pipe",
        "proxy_alternative_upstream_name",
        "proxy_host",
        "proxy_port",
        "proxy_upstream_name",
        "realpath_root",
        "realip_remote_addr",
        "realip_remote_port",
        "remote_port",
        "remote_user",
        "request_body",
        "request_body_file",
        "request_filename",
        "request_length",
        "server_addr",
        "server_port",
        "session_log_id",
        "slice_range",
        "spdy",
        "ssi",
        "tcpinfo_rtt",
        "tcpinfo_rttvar",
        "tcpinfo_snd_cwnd",
        "tcpinfo_rcv_space",
        "uid_got",
        "uid_set",
        "user_agent",
        "namespace",
        "ingress_name",
        "service_name",
        "service_port",
        "server",
        "ignored",
        "proxy_add_via",
    ]
)
# The nginx documentation has these by prefix; `map` and `set` make others, which are written $ignored.
_PREFIXED = re.compile(
    r"(?:http|sent_http|sent_trailer|upstream|upstream_http|upstream_cookie|cookie|arg|ssl|proxy_protocol|geoip|geoip2"
    r"|jwt_claim|jwt_header|memcached|secure_link|quic|opentelemetry|otel|opentracing|http_cf)_[a-z0-9_]+"
)
_BEHIND_BALANCER = "proxy_protocol_addr"
NAMES = frozenset(FIELDS) | _OTHERS


def fields_of(variables: Sequence[str]) -> dict[str, str]:
    """Which of a format's variables are fields.

    The PROXY protocol tells the client where $remote_addr is the balancer, unless nginx's realip module has
    put the one in the other's place: then they are the same.
    """
    found = {name: FIELDS[name] for name in variables if name in FIELDS}
    if _BEHIND_BALANCER in variables:
        found = {name: field for name, field in found.items() if field != "remote_addr"}
        found[_BEHIND_BALANCER] = "remote_addr"
    return found


def is_known(variable: str) -> bool:
    """Whether nginx, or a module that is often built in, has this variable."""
    return variable in NAMES or bool(_PREFIXED.fullmatch(variable))
