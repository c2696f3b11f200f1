-- Rank and quartile band, as DfE's interactive tool works them out: among every council with a number in the
-- period, ties sharing the best place; bands cut at the quartiles of the same councils (R's quantile type 7,
-- which is percentile_cont), a value on a cut falling to the lower side.
{{ config(materialized='table', pre_hook="set local work_mem = '256MB'") }}

with figures as (

    select
        figures.area_code,
        figures.indicator_id,
        figures.period,
        figures.region_code,
        figures.value,
        figures.polarity,
        figures.banded,
        -- Ascending order is best first for both polarities.
        case figures.polarity when 'low' then figures.value when 'high' then -figures.value end as order_value,
        coverage.england_is_complete,
        coverage.region_is_complete
    from {{ ref('int_indicators__current') }} as figures
    inner join {{ ref('int_coverage__assessed') }} as coverage
        on figures.indicator_id = coverage.indicator_id
        and figures.period = coverage.period
        and figures.region_code = coverage.region_code

),

cuts as (

    select
        indicator_id,
        period,
        percentile_cont(array[0.25, 0.5, 0.75]) within group (order by value::double precision) as cut
    from figures
    where order_value is not null
    group by indicator_id, period

),

placed as (

    select
        figures.*,
        cuts.cut,
        case
            when polarity = 'neutral' then 'neutral_polarity'
            when value is null then 'no_value'
        end as no_rank_reason,
        rank() over (partition by indicator_id, period order by order_value) as place,
        count(order_value) over (partition by indicator_id, period) as placed_in,
        rank() over (partition by indicator_id, period, region_code order by order_value) as regional_place,
        count(order_value) over (partition by indicator_id, period, region_code) as regional_placed_in
    from figures
    left join cuts using (indicator_id, period)

),

reasoned as (

    select
        *,
        coalesce(no_rank_reason, case when england_is_complete then 'ranked' else 'england_incomplete' end)
            as rank_status,
        coalesce(no_rank_reason, case when region_is_complete then 'ranked' else 'region_incomplete' end)
            as regional_rank_status
    from placed

)

select
    area_code,
    indicator_id,
    period,
    region_code,
    case when rank_status = 'ranked' then place end as rank_england,
    case when polarity <> 'neutral' and england_is_complete then placed_in end as ranked_in_england,
    case
        when rank_status <> 'ranked' or not banded then null
        when polarity = 'low' and value <= cut[1] then 'A'
        when polarity = 'low' and value <= cut[2] then 'B'
        when polarity = 'low' and value <= cut[3] then 'C'
        when polarity = 'low' then 'D'
        when value <= cut[1] then 'D'
        when value <= cut[2] then 'C'
        when value <= cut[3] then 'B'
        else 'A'
    end as quartile_band,
    rank_status,
    case when regional_rank_status = 'ranked' then regional_place end as rank_in_region,
    case when polarity <> 'neutral' and region_is_complete then regional_placed_in end as ranked_in_region,
    regional_rank_status
from reasoned
