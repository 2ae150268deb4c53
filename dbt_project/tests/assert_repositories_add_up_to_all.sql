select all_rows.period_start
from {{ ref('pulls_daily_base') }} as all_rows
inner join {{ ref('pulls_daily_base') }} as parts using (period_start)
where all_rows.repository = '*' and parts.repository <> '*'
group by all_rows.period_start, all_rows.session_count, all_rows.bytes_sent
having sum(parts.session_count) <> all_rows.session_count or sum(parts.bytes_sent) <> all_rows.bytes_sent
