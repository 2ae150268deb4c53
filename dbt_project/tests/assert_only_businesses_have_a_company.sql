-- A company is named for its own network only: never for an ISP, a host, a cloud or a research network.
select asn
from {{ ref('network_types') }}
where (network_type = 'business') <> (company is not null)
