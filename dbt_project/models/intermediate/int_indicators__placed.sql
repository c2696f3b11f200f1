-- Where each council stands among all: its figure, and its change on the period before, against the spread of all
-- councils. With whole populations most differences from England are more than chance (tried: for 39 to 89% of
-- councils); what is out of the ordinary is another question. The score is the distance from the median in robust
-- standard deviations (the quarters' distance over 1.349), widened by the council's own interval where it has one.
{{ config(materialized='table') }}

with figures as (

    select
        figures.area_code,
        figures.indicator_id,
        figures.period,
        figures.value::double precision as value,
        changed.change_on_previous::double precision as change,
        (figures.high - figures.low) / (2 * {{ z() }}) as own_deviation
    from {{ ref('int_indicators__current') }} as figures
    inner join {{ ref('int_coverage__assessed') }} as coverage
        on figures.indicator_id = coverage.indicator_id
        and figures.period = coverage.period
        and figures.region_code = coverage.region_code
    left join {{ ref('int_indicators__changed') }} as changed
        on figures.area_code = changed.area_code
        and figures.indicator_id = changed.indicator_id
        and figures.period = changed.period
    -- How large a count is tells how large a council is.
    where coverage.england_is_complete and figures.unit not in ('number', 'FTE')

),

spread as (

    select
        indicator_id,
        period,
        percentile_cont(array[0.25, 0.5, 0.75]) within group (order by value) as quarter,
        percentile_cont(array[0.25, 0.5, 0.75]) within group (order by change) as quarter_of_change
    from figures
    group by indicator_id, period
    -- Of fewer councils there is no spread to speak of.
    having count(value) >= 30

)

select
    figures.area_code,
    figures.indicator_id,
    figures.period,
    (figures.value - spread.quarter[2]) / sqrt(
        nullif(((spread.quarter[3] - spread.quarter[1]) / 1.349) ^ 2 + coalesce(figures.own_deviation, 0) ^ 2, 0)
    ) as value_score,
    (figures.change - spread.quarter_of_change[2]) / sqrt(
        nullif(
            ((spread.quarter_of_change[3] - spread.quarter_of_change[1]) / 1.349) ^ 2
            + 2 * coalesce(figures.own_deviation, 0) ^ 2,
            0
        )
    ) as change_score
from figures
inner join spread
    on figures.indicator_id = spread.indicator_id
    and figures.period = spread.period
