-- How the caseloads of a census lie: the mean alone hides the worker with forty. For each FTE, as DfE's mean is.
select
    workers.council_id,
    workers.to_date,
    divided.breakdown,
    divided.breakdown_value,
    bool_or(workers.is_synthetic) as is_synthetic,
    count(*) as holders,
    min(workers.cases_per_fte) as sw_caseload_min,
    percentile_cont(0.25) within group (order by workers.cases_per_fte)::numeric as sw_caseload_q1,
    percentile_cont(0.5) within group (order by workers.cases_per_fte)::numeric as sw_caseload_median,
    percentile_cont(0.75) within group (order by workers.cases_per_fte)::numeric as sw_caseload_q3,
    max(workers.cases_per_fte) as sw_caseload_max
from {{ ref('int_workforce__counted_workers') }} as workers
cross join lateral (
    values ('council', 'all'), ('role', workers.role)
) as divided (breakdown, breakdown_value)
where workers.cases_per_fte is not null and divided.breakdown_value is not null
group by workers.council_id, workers.to_date, divided.breakdown, divided.breakdown_value
