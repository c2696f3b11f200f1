-- Each indicator in every release held (all vintages): one row per indicator, release, area and period.
-- A table, because everything after it reads it several times.
{{ config(materialized='table') }}

with observed as (

    select
        indicators.indicator_id,
        observations.release_id,
        substring(observations.release_id from '[^/]+$') as release,
        observations.landing_id,
        observations.file_sha256,
        observations.source_line,
        observations.source_column,
        observations.geographic_level,
        observations.area_code,
        observations.old_la_code,
        observations.area_name,
        observations.period,
        observations.value,
        observations.value_status,
        observations.value_text,
        {{ period_date('indicators.start_month', 'indicators.start_day', 'indicators.start_year_offset') }}
            as period_start_date,
        {{ period_date('indicators.end_month', 'indicators.end_day', '0') }} as period_end_date,
        -- An older edition may lack the whole measure: its empty column holds nothing to keep.
        max(observations.value_text) over (partition by indicators.indicator_id, observations.release_id) <> ''
            as is_in_release
    from {{ ref('int_observations__unioned') }} as observations
    inner join {{ ref('indicator_rules') }} as indicators
        on observations.source_id = indicators.source_id
        and observations.table_name = indicators.table_name
        and observations.measure = indicators.measure
        and (indicators.breakdown is null or observations.breakdown = indicators.breakdown)

)

select
    indicator_id,
    release_id,
    release,
    landing_id,
    file_sha256,
    source_line,
    source_column,
    geographic_level,
    area_code,
    old_la_code,
    area_name,
    period,
    period_start_date,
    period_end_date,
    value,
    value_status,
    value_text
from observed
where is_in_release
