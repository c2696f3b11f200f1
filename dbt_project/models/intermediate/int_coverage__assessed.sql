-- Whether a period is complete: every council that existed at its end has a row, a number or a symbol, a joint
-- return standing for both. Ranks against half a country would be wrong, so an incomplete one gets none.
{{ config(materialized='table') }}

with expected as (

    select distinct
        current_figures.indicator_id,
        current_figures.period,
        councils.dfe_code,
        councils.region_code
    from (
        select distinct indicator_id, period, areas_on from {{ ref('int_indicators__current') }}
    ) as current_figures
    inner join {{ ref('councils') }} as councils
        on current_figures.areas_on
            between coalesce(councils.valid_from, '-infinity') and coalesce(councils.valid_to, 'infinity')

),

held as (

    select distinct
        figures.indicator_id,
        figures.period,
        areas.dfe_code
    from {{ ref('int_indicators__current') }} as figures
    inner join {{ ref('int_areas__resolved') }} as areas
        on figures.area_code = areas.area_code

)

select
    expected.indicator_id,
    expected.period,
    expected.region_code,
    bool_and(held.dfe_code is not null) as region_is_complete,
    bool_and(bool_and(held.dfe_code is not null)) over (partition by expected.indicator_id, expected.period)
        as england_is_complete
from expected
left join held
    on expected.indicator_id = held.indicator_id
    and expected.period = held.period
    and expected.dfe_code = held.dfe_code
group by expected.indicator_id, expected.period, expected.region_code
