-- Law 1, over the lake: what the ledger staged is what the files hold, and each row is distinct or a copy.
select *
from {{ ref('data_quality_daily_base') }}
where staged_count <> lake_row_count or lake_row_count <> distinct_count + duplicate_count
