-- Whether a council's figure differs from England's, from the rest of its region, from its neighbours' mean and from its
-- own a period before by more than chance would give (95%). The rest of the region is the region without the council:
-- the other councils' counts, or the region's own less the council's where one of them is hidden.
{{ config(materialized='table', pre_hook="set local work_mem = '256MB'") }}

with figures as (

    select
        figures.*,
        indicators.interval_method,
        coalesce(indicators.multiplier, 1)::double precision as multiplier,
        indicators.inflow,
        indicators.outflow
    from {{ ref('int_indicators__current') }} as figures
    inner join {{ ref('indicator_rules') }} as indicators
        on figures.indicator_id = indicators.indicator_id

),

areas as (

    select
        observed.indicator_id,
        observed.release_id,
        observed.period,
        observed.area_code,
        observed.numerator,
        observed.denominator,
        observed.estimate,
        observed.low,
        observed.high
    from {{ ref('int_indicators__observed') }} as observed
    where observed.geographic_level in ('region', 'national')

),

regions as (

    select
        indicator_id,
        period,
        region_code,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        bool_and(numerator is not null and denominator is not null) as all_counted
    from figures
    group by indicator_id, period, region_code

),

rest_of_region as (

    select
        figures.area_code,
        figures.indicator_id,
        figures.period,
        figures.interval_method,
        figures.multiplier,
        greatest(
            case when regions.all_counted then regions.numerator else areas.numerator end - figures.numerator, 0
        )::double precision as numerator,
        nullif(
            greatest(
                case when regions.all_counted then regions.denominator else areas.denominator end - figures.denominator,
                0
            ),
            0
        )::double precision as denominator
    from figures
    inner join {{ ref('int_coverage__assessed') }} as coverage
        on figures.indicator_id = coverage.indicator_id
        and figures.period = coverage.period
        and figures.region_code = coverage.region_code
        and coverage.region_is_complete
    inner join regions
        on figures.indicator_id = regions.indicator_id
        and figures.period = regions.period
        and figures.region_code = regions.region_code
    left join areas
        on figures.indicator_id = areas.indicator_id
        and figures.release_id = areas.release_id
        and figures.period = areas.period
        and figures.region_code = areas.area_code
    where figures.low is not null

),

rest as (

    select
        rest_of_region.area_code,
        rest_of_region.indicator_id,
        rest_of_region.period,
        rest_of_region.multiplier * rest_of_region.numerator / rest_of_region.denominator as estimate,
        {{ figure_limit('rest_of_region', 'low') }} as low,
        {{ figure_limit('rest_of_region', 'high') }} as high
    from rest_of_region
    left join {{ ref('poisson_limits') }} as limits
        on rest_of_region.numerator = limits.count

),

-- A stock a year later is mostly the same children: what can differ by chance is who came and who left.
flows as (

    select
        figures.area_code,
        figures.indicator_id,
        figures.period,
        figures.multiplier * sqrt((inflow.numerator + outflow.numerator)::double precision)
        / nullif(figures.denominator, 0) as deviation
    from figures
    inner join {{ ref('int_indicators__observed') }} as inflow
        on figures.inflow = inflow.indicator_id
        and figures.release_id = inflow.release_id
        and figures.area_code = inflow.area_code
        and figures.period = inflow.period
    inner join {{ ref('int_indicators__observed') }} as outflow
        on figures.outflow = outflow.indicator_id
        and figures.release_id = outflow.release_id
        and figures.area_code = outflow.area_code
        and figures.period = outflow.period

),

sides as (

    select
        figures.area_code,
        figures.indicator_id,
        figures.period,
        figures.unit,
        figures.period_type,
        figures.inflow,
        figures.estimate as own_estimate,
        figures.low as own_low,
        figures.high as own_high,
        england.estimate as england_estimate,
        england.low as england_low,
        england.high as england_high,
        rest.estimate as rest_estimate,
        rest.low as rest_low,
        rest.high as rest_high,
        neighboured.estimate as neighbours_estimate,
        neighboured.low as neighbours_low,
        neighboured.high as neighbours_high,
        changed.previous_estimate,
        changed.previous_low,
        changed.previous_high,
        flows.deviation as flow_deviation
    from figures
    left join areas as england
        on figures.indicator_id = england.indicator_id
        and figures.release_id = england.release_id
        and figures.period = england.period
        and england.area_code = 'E92000001'
    left join rest
        on figures.indicator_id = rest.indicator_id
        and figures.area_code = rest.area_code
        and figures.period = rest.period
    left join {{ ref('int_indicators__neighboured') }} as neighboured
        on figures.indicator_id = neighboured.indicator_id
        and figures.area_code = neighboured.area_code
        and figures.period = neighboured.period
        and neighboured.is_then
        and neighboured.neighbours_not_held = 0
    left join {{ ref('int_indicators__changed') }} as changed
        on figures.indicator_id = changed.indicator_id
        and figures.area_code = changed.area_code
        and figures.period = changed.period
    left join flows
        on figures.indicator_id = flows.indicator_id
        and figures.area_code = flows.area_code
        and figures.period = flows.period

)

select
    area_code,
    indicator_id,
    period,
    -- A count grows with the council: beside another area's it says nothing.
    case when unit = 'number' then 'not_tested' else {{ compared_with('own', 'england') }} end as significance_vs_england,
    case when unit = 'number' then 'not_tested' else {{ compared_with('own', 'rest') }} end as significance_vs_region,
    case when unit = 'number' then 'not_tested' else {{ compared_with('own', 'neighbours') }} end
        as significance_vs_neighbours,
    case
        when inflow is null then {{ compared_with('own', 'previous') }}
        when flow_deviation is null or own_low is null or previous_low is null then 'not_tested'
        when own_estimate - previous_estimate > {{ z() }} * flow_deviation then 'higher'
        when previous_estimate - own_estimate > {{ z() }} * flow_deviation then 'lower'
        else 'similar'
    end as significance_vs_previous,
    case
        when own_low is null or previous_low is null or (inflow is not null and flow_deviation is null) then 'not_tested'
        when inflow is not null then 'stock_by_its_flows'
        when period_type = 'snapshot' then 'stock_mostly_the_same_children'
        else 'two_years'
    end as vs_previous_method
from sides
