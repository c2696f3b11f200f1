select distinct
    {{ period_name('indicators.period_type', 'observed.period_end_date') }} as period_name,
    indicators.period_type,
    observed.period_start_date,
    observed.period_end_date,
    observed.period_year as reporting_year,
    observed.period as publishers_label
from (
    select distinct indicator_id, period, period_year, period_start_date, period_end_date
    from {{ ref('int_indicators__observed') }}
) as observed
inner join {{ ref('indicator_rules') }} as indicators
    on observed.indicator_id = indicators.indicator_id
