-- The change on the period before and the trend of five periods, within one release: two releases rest on two
-- populations, and their difference would be partly a revision. A council is followed by DfE's three-digit code, which
-- a change of status leaves alone (Somerset's ONS code changed in 2023, Somerset did not).
{{ config(materialized='table', pre_hook="set local work_mem = '256MB'") }}

with observed as (

    select
        observed.indicator_id,
        observed.release_id,
        observed.period_year,
        coalesce(observed.old_la_code, observed.area_code) as council,
        observed.value,
        observed.estimate,
        observed.low,
        observed.high
    from {{ ref('int_indicators__observed') }} as observed
    inner join {{ ref('int_indicators__pending') }} as pending
        on observed.indicator_id = pending.indicator_id
    where observed.geographic_level = 'la'

),

release_periods as (

    select distinct indicator_id, release_id, period_year from observed

),

stepped as (

    select
        *,
        lag(period_year) over series as previous_year,
        lag(value) over series as previous_value,
        lag(estimate) over series as previous_estimate,
        lag(low) over series as previous_low,
        lag(high) over series as previous_high,
        regr_slope(value, period_year) over five as slope,
        count(value) over five as values_in_five
    from observed
    window
        series as (partition by indicator_id, release_id, council order by period_year),
        five as (
            partition by indicator_id, release_id, council order by period_year
            range between 4 preceding and current row
        )

),

trended as (

    select
        *,
        sum(sign(value - previous_value)) filter (where previous_year = period_year - 1) over (
            partition by indicator_id, release_id, council order by period_year
            range between 3 preceding and current row
        ) as steps
    from stepped

)

select
    figures.area_code,
    figures.indicator_id,
    figures.period,
    case when trended.previous_year = figures.period_year - 1 then figures.value - trended.previous_value end
        as change_on_previous,
    case
        when release_periods.period_year is null then 'previous_period_not_in_release'
        when figures.value is null then 'no_value'
        when trended.previous_year is distinct from figures.period_year - 1 then 'area_not_in_previous_period'
        when trended.previous_value is null then 'no_previous_value'
        else 'given'
    end as change_status,
    case when trended.previous_year = figures.period_year - 1 then trended.previous_estimate end as previous_estimate,
    case when trended.previous_year = figures.period_year - 1 then trended.previous_low end as previous_low,
    case when trended.previous_year = figures.period_year - 1 then trended.previous_high end as previous_high,
    case when trended.values_in_five = 5 then trim_scale(round(trended.slope::numeric, 4)) end as trend_per_period,
    case
        when trended.values_in_five is distinct from 5 then 'fewer_than_five_periods'
        when trended.steps = 4 then 'rising'
        when trended.steps = -4 then 'falling'
        else 'no_clear_trend'
    end as trend
from {{ ref('int_indicators__current') }} as figures
left join release_periods
    on figures.indicator_id = release_periods.indicator_id
    and figures.release_id = release_periods.release_id
    and release_periods.period_year = figures.period_year - 1
left join trended
    on figures.indicator_id = trended.indicator_id
    and figures.release_id = trended.release_id
    and coalesce(figures.old_la_code, figures.area_code) = trended.council
    and figures.period_year = trended.period_year
