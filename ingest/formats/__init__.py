"""All log formats, in the order in which they are tried: the first that fits a line reads it.

A format that says more stands before one that would fit the same line and say less (`traefik` before
`combined`); the hand-made JSON, which fits nearly anything, comes last.
"""

from __future__ import annotations

from ingest.formats import (
    akamai,
    alb,
    artifactory,
    artifactory_classic,
    artifactory_nginx,
    azure,
    caddy,
    cloudflare,
    cloudfront,
    cloudfront_json,
    combined,
    combined_forwarded,
    common,
    contract_a,
    distribution,
    distribution_json,
    envoy,
    envoy_json,
    gitea,
    gitlab_registry,
    google_load_balancer,
    haproxy,
    harbor,
    iis,
    ingress_nginx,
    json_fields,
    kong,
    nexus,
    nginx_proxy,
    nginx_proxy_manager,
    quay,
    squid,
    traefik,
    traefik_json,
    zot,
)
from ingest.formats.model import AnyFormat

CONTRACT_A = contract_a.FORMAT
FORMATS: tuple[AnyFormat, ...] = (
    CONTRACT_A,
    caddy.FORMAT,
    traefik_json.FORMAT,
    cloudflare.FORMAT,
    google_load_balancer.FORMAT,
    gitlab_registry.FORMAT,
    zot.FORMAT,
    distribution_json.FORMAT,
    cloudfront_json.FORMAT,
    envoy_json.FORMAT,
    kong.FORMAT,
    azure.FORMAT,
    akamai.FORMAT,
    json_fields.FORMAT,
    ingress_nginx.FORMAT,
    traefik.FORMAT,
    nginx_proxy.FORMAT,
    combined.FORMAT,
    combined_forwarded.FORMAT,
    quay.FORMAT,
    nexus.FORMAT,
    common.FORMAT,
    nginx_proxy_manager.FORMAT,
    envoy.FORMAT,
    haproxy.FORMAT,
    alb.FORMAT,
    distribution.FORMAT,
    artifactory.FORMAT,
    artifactory_classic.FORMAT,
    artifactory_nginx.FORMAT,
    cloudfront.FORMAT,
    iis.FORMAT,
    squid.FORMAT,
    gitea.FORMAT,
    harbor.FORMAT,
)
BY_NAME = {item.name: item for item in FORMATS}
# Other names for what is read alike: what stands in front of the line is an envelope.
ALIASES = {
    "vcombined": "combined",
    "apache": "combined",
    "swag": "combined",
    "nginx": "combined",
    "clf": "common",
}
