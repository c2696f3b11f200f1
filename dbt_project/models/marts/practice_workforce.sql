-- Tables just loaded have no statistics: the planner would take each join for one of a few rows, and loop over all.
{{ config(pre_hook="set local enable_nestloop = off; set local jit = off") }}
{{ practice_figures('practice_workforce', ['int_workforce__census', 'int_workforce__staff']) }}
union all
select
    senders.council_code,
    councils.council_name,
    measures.measure,
    measures.measure_name,
    caseloads.breakdown,
    caseloads.breakdown_value,
    case caseloads.breakdown when 'council' then councils.council_name else words.label end as breakdown_name,
    'snapshot' as period_type,
    null::date as period_start_date,
    caseloads.to_date as period_end_date,
    measures.unit,
    round(said.value, 6) as value,
    'provisional' as value_status,
    null::numeric as numerator,
    caseloads.holders as denominator,
    null::numeric as interval_low,
    null::numeric as interval_high,
    'csww' as return_id,
    caseloads.is_synthetic
from {{ ref('int_workforce__caseloads') }} as caseloads
cross join lateral (
    values
    ('sw_caseload_min', caseloads.sw_caseload_min),
    ('sw_caseload_q1', caseloads.sw_caseload_q1),
    ('sw_caseload_median', caseloads.sw_caseload_median),
    ('sw_caseload_q3', caseloads.sw_caseload_q3),
    ('sw_caseload_max', caseloads.sw_caseload_max)
) as said (measure, value)
inner join {{ ref('practice_measures') }} as measures
    on said.measure = measures.measure
inner join {{ ref('delivering_councils') }} as senders
    on caseloads.council_id = senders.council_id
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
left join {{ ref('practice_words') }} as words
    on caseloads.breakdown = words.breakdown and caseloads.breakdown_value = words.breakdown_value
