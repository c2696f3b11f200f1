-- Each indicator in every release held (all vintages): one row per indicator, release, area and period.
-- A table, because everything after it reads it several times.
{{ config(materialized='table') }}

select
    indicators.indicator_id,
    landings.release_id,
    observations.release,
    observations.landing_id,
    landings.file_sha256,
    observations.source_line,
    observations.measure as source_column,
    observations.geographic_level,
    observations.area_code,
    observations.old_la_code,
    observations.area_name,
    observations.period,
    observations.period_year,
    {{ period_date('indicators.start_month', 'indicators.start_day', 'indicators.start_year_offset') }}
        as period_start_date,
    {{ period_date('indicators.end_month', 'indicators.end_day', '0') }} as period_end_date,
    observations.value,
    observations.value_status,
    observations.value_text
from {{ ref('int_observations__unioned') }} as observations
inner join {{ ref('indicator_rules') }} as indicators
    on observations.source_id = indicators.source_id
    and observations.table_name = indicators.table_name
    and observations.measure = indicators.measure
    and (indicators.breakdown is null or observations.breakdown = indicators.breakdown)
inner join {{ source('control', 'landings') }} as landings
    on observations.landing_id = landings.landing_id
