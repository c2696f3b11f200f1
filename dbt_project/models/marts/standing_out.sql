-- Of everything known of a council's newest periods, what stands out: each figure and each change has a chance of lying
-- so far from the median of all councils; Benjamini and Hochberg's rule keeps, of those that it names, at most one in
-- twenty wrong on average. Chances from the normal distribution.
with newest as (

    select
        indicator_id,
        max(period_end_date) as period_end_date
    from {{ ref('int_indicators__compared') }}
    group by indicator_id

),

scored as (

    select
        compared.area_code,
        compared.council_name,
        compared.indicator_id,
        compared.period,
        compared.value,
        compared.change_on_previous,
        compared.interval_status,
        compared.numerator,
        score.what,
        score.score,
        erfc(abs(score.score)::double precision / sqrt(2)) as chance
    from {{ ref('int_indicators__compared') }} as compared
    inner join newest
        on compared.indicator_id = newest.indicator_id
        and compared.period_end_date = newest.period_end_date
    cross join lateral (
        values ('value', compared.unusual_value_score), ('change', compared.unusual_change_score)
    ) as score (what, score)
    where score.score is not null

),

ordered as (

    select
        *,
        row_number() over (partition by area_code order by chance, indicator_id, what) as place,
        count(*) over (partition by area_code) as places
    from scored

),

bounded as (

    select
        *,
        max(place) filter (where chance <= 0.05 * place / places) over (partition by area_code) as last_place
    from ordered

)

select
    bounded.area_code as council_code,
    bounded.council_name,
    bounded.indicator_id,
    indicators.indicator_name,
    bounded.what,
    bounded.period,
    bounded.value,
    bounded.change_on_previous,
    indicators.unit,
    case when bounded.score > 0 then 'high' else 'low' end as direction,
    case
        when indicators.polarity = 'neutral' then 'neither'
        when (indicators.polarity = 'high') = (bounded.score > 0) then 'better'
        else 'worse'
    end as reading,
    bounded.score,
    round(bounded.chance::numeric, 6) as chance,
    bounded.place,
    bounded.places as tried,
    coalesce(bounded.place <= bounded.last_place, false) as stands_out,
    bounded.interval_status = 'given' and bounded.numerator < 20 as is_small_number
from bounded
inner join {{ ref('indicator_rules') }} as indicators
    on bounded.indicator_id = indicators.indicator_id
