select
    {{ inspection_id() }} as visit_id,
    council_code,
    council_name,
    case
        when inspection_type ilike '%focused%' then 'focused'
        when inspection_type ilike '%monitoring%' then 'monitoring'
    end as visit_kind,
    inspection_type as visit_type,
    inspection_start_date as visit_date,
    publication_date,
    case when publication_date is null then 'not_given_by_source' else 'given' end as publication_date_status,
    visit_theme,
    case when visit_theme is null then 'not_given_by_source' else 'given' end as visit_theme_status,
    release_id,
    file_sha256,
    source_line
from {{ ref('int_inspections__matched') }}
where is_visit
