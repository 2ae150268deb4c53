-- Law 1, per object: lines = staged + quarantined + skipped + opted out, exactly.
select *
from {{ ref('load_ledger') }}
where line_count <> staged_count + quarantined_count + skipped_count + opted_out_count
