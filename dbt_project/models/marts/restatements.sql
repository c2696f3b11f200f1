select
    found.source_id,
    found.table_name,
    found.measure,
    coalesce(found.breakdown, '') as breakdown,
    found.geographic_level,
    found.area_code,
    coalesce(councils.council_name, regions.region_name, found.area_name) as area_name,
    found.period,
    found.release_from,
    found.value_from,
    found.status_from,
    found.text_from,
    found.release_to,
    found.value_to,
    found.status_to,
    found.text_to,
    found.value_to - found.value_from as change,
    case when found.value_from is null then 'symbol' else 'number' end
    || ' to '
    || case when found.value_to is null then 'symbol' else 'number' end as kind,
    earlier.file_name as file_from,
    found.line_from,
    later.file_name as file_to,
    found.line_to
from {{ ref('int_restatements__found') }} as found
inner join {{ source('control', 'landings') }} as earlier
    on found.landing_from = earlier.landing_id
inner join {{ source('control', 'landings') }} as later
    on found.landing_to = later.landing_id
left join {{ ref('councils') }} as councils
    on found.area_code = councils.council_code
left join {{ ref('regions') }} as regions
    on found.area_code = regions.region_code
