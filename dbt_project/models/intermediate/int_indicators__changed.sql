-- The change on the period before, within one release: two releases rest on two populations, and their
-- difference would be partly a revision. A council is followed by DfE's three-digit code, which a change of
-- status leaves alone (Somerset's ONS code changed in 2023, Somerset did not).
with previous as (

    select
        indicator_id,
        release_id,
        coalesce(old_la_code, area_code) as council,
        period_year,
        value
    from {{ ref('int_indicators__observed') }}
    where geographic_level = 'la'

),

release_periods as (

    select distinct indicator_id, release_id, period_year from {{ ref('int_indicators__observed') }}

)

select
    figures.area_code,
    figures.indicator_id,
    figures.period,
    figures.value - previous.value as change_on_previous,
    case
        when release_periods.period_year is null then 'previous_period_not_in_release'
        when figures.value is null then 'no_value'
        when previous.council is null then 'area_not_in_previous_period'
        when previous.value is null then 'no_previous_value'
        else 'given'
    end as change_status
from {{ ref('int_indicators__current') }} as figures
left join release_periods
    on figures.indicator_id = release_periods.indicator_id
    and figures.release_id = release_periods.release_id
    and release_periods.period_year = figures.period_year - 1
left join previous
    on figures.indicator_id = previous.indicator_id
    and figures.release_id = previous.release_id
    and coalesce(figures.old_la_code, figures.area_code) = previous.council
    and previous.period_year = figures.period_year - 1
