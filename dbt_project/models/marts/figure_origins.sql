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
    figures.north_east_line,
    figures.england_line
from {{ ref('int_indicators__compared') }} as figures
inner join {{ source('control', 'landings') }} as landings
    on figures.landing_id = landings.landing_id
left join {{ ref('source_headings') }} as headings
    on landings.source_id = headings.source_id
    and landings.table_name = headings.table_name
    and figures.release = headings.release
    and figures.source_column = headings.column_name
left join {{ ref('source_headings') }} as usual
    on landings.source_id = usual.source_id
    and landings.table_name = usual.table_name
    and usual.release is null
    and figures.source_column = usual.column_name
