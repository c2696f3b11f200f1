with held as (

    select
        indicator_id,
        min(period_end_date) as first_period_end_date,
        max(period_end_date) as last_period_end_date,
        count(distinct release_id) as releases
    from (
        select distinct indicator_id, period_end_date, release_id from {{ ref('int_indicators__observed') }}
    ) as periods
    group by indicator_id

)

select
    indicators.indicator_id,
    indicators.indicator_name,
    indicators.question,
    indicators.topic,
    indicators.unit,
    indicators.decimals,
    indicators.polarity,
    indicators.polarity <> 'neutral' as ranked,
    indicators.banded,
    indicators.period_type,
    indicators.source_id,
    indicators.table_name,
    indicators.measure as source_column,
    indicators.breakdown as source_rows,
    indicators.numerator as numerator_columns,
    coalesce(indicators.numerator_breakdown, indicators.breakdown) as numerator_rows,
    indicators.denominator as denominator_columns,
    coalesce(indicators.denominator_table, indicators.table_name) as denominator_table,
    indicators.denominator_breakdown as denominator_rows,
    coalesce(indicators.denominator_years, 0) as denominator_years,
    indicators.multiplier,
    indicators.interval_method,
    indicators.inflow,
    indicators.outflow,
    indicators.suppression_rule,
    indicators.local_equivalent,
    indicators.lait_code,
    indicators.owner,
    indicators.caveat,
    coalesce(held.releases, 0) as releases_held,
    held.first_period_end_date,
    held.last_period_end_date,
    case when held.indicator_id is null then 'no_release_held' else 'held' end as held_status,
    coalesce(indicators.headline, false) as is_headline
from {{ ref('indicator_rules') }} as indicators
left join held
    on indicators.indicator_id = held.indicator_id
