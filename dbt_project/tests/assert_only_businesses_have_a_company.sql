-- A company is named for its own network only: never for an ISP, a host, a cloud or a research network.
select name as network
from {{ ref('operator_names') }}
where (network_type = 'business') <> (company is not null)
union all
select cast(asn as varchar) as network
from {{ ref('network_types') }}
where (network_type = 'business') <> (company is not null)
union all
select cast(asn as varchar) as network
from {{ ref('company_overrides') }}
where company is not null and network_type <> 'business'
