select
    observed.indicator_id,
    indicators.indicator_name,
    observed.geographic_level,
    observed.area_code,
    coalesce(areas.area_name, regions.region_name, observed.area_name) as area_name,
    observed.old_la_code as dfe_code,
    regions.part_of,
    observed.period,
    observed.period_end_date,
    observed.release,
    landings.publication_title as release_title,
    landings.published_on,
    observed.value,
    observed.value_status,
    observed.value_text,
    chosen.release_id is not null as is_newest,
    observed.release_id,
    landings.file_name,
    observed.file_sha256,
    observed.source_line as line,
    observed.numerator,
    observed.denominator,
    observed.value_origin,
    dated.known_from,
    dated.known_to,
    dated.known_from_status,
    dated.is_first
from {{ ref('int_indicators__observed') }} as observed
inner join {{ ref('indicator_rules') }} as indicators
    on observed.indicator_id = indicators.indicator_id
inner join {{ source('control', 'landings') }} as landings
    on observed.landing_id = landings.landing_id
left join (select distinct area_code, area_name from {{ ref('int_areas__resolved') }}) as areas
    on observed.geographic_level = 'la'
    and observed.area_code = areas.area_code
left join {{ ref('regions') }} as regions
    on observed.area_code = regions.region_code
left join {{ ref('int_releases__chosen') }} as chosen
    on observed.indicator_id = chosen.indicator_id
    and observed.period = chosen.period
    and observed.release_id = chosen.release_id
inner join {{ ref('int_indicators__dated') }} as dated
    on observed.indicator_id = dated.indicator_id
    and observed.period = dated.period
    and observed.release_id = dated.release_id
