-- The change on the period before, within one release: two releases rest on two populations, and their
-- difference would be partly a revision.
with previous as (

    select
        indicator_id,
        release_id,
        area_code,
        period,
        value
    from {{ ref('int_indicators__observed') }}

),

release_periods as (

    select distinct indicator_id, release_id, period from {{ ref('int_indicators__observed') }}

)

select
    figures.area_code,
    figures.indicator_id,
    figures.period,
    figures.value - previous.value as change_on_previous,
    case
        when release_periods.period is null then 'previous_period_not_in_release'
        when figures.value is null then 'no_value'
        when previous.area_code is null then 'area_not_in_previous_period'
        when previous.value is null then 'no_previous_value'
        else 'given'
    end as change_status
from {{ ref('int_indicators__current') }} as figures
left join release_periods
    on figures.indicator_id = release_periods.indicator_id
    and figures.release_id = release_periods.release_id
    and release_periods.period::integer = figures.period::integer - 1
left join previous
    on figures.indicator_id = previous.indicator_id
    and figures.release_id = previous.release_id
    and figures.area_code = previous.area_code
    and previous.period::integer = figures.period::integer - 1
