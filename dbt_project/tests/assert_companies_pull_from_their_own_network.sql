-- A company is named for a pull from a business's network only, and always with a confidence and a method.
select pull_id
from {{ ref('fct_pulls') }}
where
    (company is not null and network_type <> 'business')
    or (company is null) <> (company_confidence is null)
    or (company is null) <> (company_method is null)
