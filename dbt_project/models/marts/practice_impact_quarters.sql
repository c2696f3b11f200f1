-- The same effects by quarters since the beginning. Filled after the models are built, by socialcare.impact.
select
    council_code,
    council_name,
    programme,
    measure,
    measure_name,
    null::integer as quarters_since,
    null::numeric as effect_points,
    null::numeric as interval_low,
    null::numeric as interval_high,
    is_synthetic
from {{ ref('practice_impact') }}
where false
