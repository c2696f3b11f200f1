select
    observed.indicator_id,
    observed.geographic_level,
    observed.area_code,
    coalesce(areas.area_name, regions.region_name, observed.area_name) as area_name,
    observed.old_la_code as dfe_code,
    observed.period,
    {{ period_name('indicators.period_type', 'observed.period_end_date') }} as period_name,
    indicators.period_type,
    observed.period_start_date,
    observed.period_end_date,
    'published' as basis,
    observed.value,
    observed.value_status,
    observed.value_text,
    observed.value_origin,
    indicators.unit,
    indicators.decimals,
    observed.numerator,
    observed.denominator,
    round(observed.low::numeric, 3) as interval_low,
    round(observed.high::numeric, 3) as interval_high,
    observed.interval_status,
    observed.release,
    observed.release_id,
    dated.known_from,
    dated.known_from_status,
    observed.file_sha256,
    observed.source_line as line
from {{ ref('int_indicators__observed') }} as observed
inner join {{ ref('indicator_rules') }} as indicators
    on observed.indicator_id = indicators.indicator_id
inner join {{ ref('int_releases__chosen') }} as chosen
    on observed.indicator_id = chosen.indicator_id
    and observed.period = chosen.period
    and observed.release_id = chosen.release_id
inner join {{ ref('int_indicators__dated') }} as dated
    on observed.indicator_id = dated.indicator_id
    and observed.period = dated.period
    and observed.release_id = dated.release_id
left join (select distinct area_code, area_name from {{ ref('int_areas__resolved') }}) as areas
    on observed.geographic_level = 'la'
    and observed.area_code = areas.area_code
left join {{ ref('regions') }} as regions
    on observed.area_code = regions.region_code
-- A council is left out after its end, where the file says only that it does not apply.
left join {{ ref('int_indicators__compared') }} as compared
    on observed.indicator_id = compared.indicator_id
    and observed.area_code = compared.area_code
    and observed.period = compared.period
where observed.geographic_level <> 'la' or compared.indicator_id is not null
