with comparators as (

    select
        observed.indicator_id,
        observed.release_id,
        observed.period,
        max(observed.source_line) filter (where observed.area_code = 'E12000001') as north_east_line,
        max(observed.source_line) filter (where observed.area_code = 'E92000001') as england_line
    from {{ ref('int_indicators__observed') }} as observed
    where observed.geographic_level in ('region', 'national')
    group by observed.indicator_id, observed.release_id, observed.period

)

select
    figures.area_code as council_code,
    figures.indicator_id,
    figures.period,
    figures.release_id,
    landings.publication_title,
    landings.published_on,
    landings.file_name,
    figures.file_sha256,
    figures.source_line as line,
    coalesce(
        headings.publisher_heading,
        replace(usual.publisher_heading, '{release}', figures.release),
        figures.source_column
    ) as source_column,
    comparators.north_east_line,
    comparators.england_line
from {{ ref('int_indicators__current') }} as figures
inner join {{ ref('indicator_rules') }} as indicators
    on figures.indicator_id = indicators.indicator_id
inner join {{ source('control', 'landings') }} as landings
    on figures.landing_id = landings.landing_id
left join {{ ref('source_headings') }} as headings
    on indicators.source_id = headings.source_id
    and indicators.table_name = headings.table_name
    and figures.release = headings.release
    and figures.source_column = headings.column_name
left join {{ ref('source_headings') }} as usual
    on indicators.source_id = usual.source_id
    and indicators.table_name = usual.table_name
    and usual.release is null
    and figures.source_column = usual.column_name
left join comparators
    on figures.indicator_id = comparators.indicator_id
    and figures.release_id = comparators.release_id
    and figures.period = comparators.period
