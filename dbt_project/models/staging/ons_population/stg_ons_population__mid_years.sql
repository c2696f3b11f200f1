-- Children aged 0 to 17 at 30 June, one row per release and area, from the workbook or from Nomis.
-- A release is a year, and said as one: who reads it as a number would else have the planner read those of every source.
select
    substring(current_landings.release from '^[0-9]{4}$') as release,
    landed._release_id as release_id,
    landed.code as area_code,
    (
        {%- for age in range(18) %}
        landed.age_{{ age }}::numeric{{ " +" if not loop.last }}
        {%- endfor %}
    )::bigint as population_0_17
from {{ source('ons_population', 'mid_year') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
where landed.code like 'E%'

union all

select
    substring(current_landings.release from '^[0-9]{4}$') as release,
    landed._release_id as release_id,
    landed.geography_code as area_code,
    sum(landed.obs_value::numeric)::bigint as population_0_17
from {{ source('ons_population', 'nomis') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
where landed.geography_code like 'E%' and landed.obs_value <> ''
group by current_landings.release, landed._release_id, landed.geography_code
-- Fewer than the eighteen years of age would be a smaller population, not an estimate of it.
having count(*) = 18
