-- Tables just loaded have no statistics: the planner would take each join for one of a few rows, and loop over all.
{{ config(pre_hook="set local enable_nestloop = off; set local jit = off") }}
with figures as (

    {{ practice_figures('practice_areas', ['int_practice__improving']) }}

),

asked as (

    select distinct on (council_code, area_id)
        council_code,
        area_id,
        area,
        inspection_start_date
    from {{ ref('inspection_findings') }}
    order by council_code asc, area_id asc, inspection_start_date desc

)

select
    figures.*,
    measures.area_id,
    asked.area,
    asked.inspection_start_date
from figures
inner join {{ ref('practice_measures') }} as measures
    on figures.measure = measures.measure
left join asked
    on figures.council_code = asked.council_code and measures.area_id = asked.area_id
