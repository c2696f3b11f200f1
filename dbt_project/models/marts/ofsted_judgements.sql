select
    council_code || '/' || coalesce(inspection_start_date, publication_date)::text
    || case when is_graded then '' else '/visit' end as inspection_id,
    council_code,
    council_name,
    case when placed_on < '2018-01-01' then 'SIF' else 'ILACS' end as framework,
    coalesce(inspection_type, 'not given') as inspection_type,
    inspection_start_date,
    case when inspection_start_date is null then 'not_given_by_source' else 'given' end
        as inspection_start_date_status,
    publication_date,
    case when publication_date is null then 'not_given_by_source' else 'given' end as publication_date_status,
    overall_effectiveness,
    case
        when overall_effectiveness is not null then 'given'
        when not is_graded then 'visit_no_grade'
        when placed_on >= '2026-04-01' then 'not_made_since_april_2026'
        else 'not_given_by_source'
    end as overall_effectiveness_status,
    leaders,
    help_and_protection,
    in_care,
    care_leavers,
    case
        when care_leavers is not null then 'given'
        when not is_graded then 'visit_no_grade'
        when placed_on < '2023-01-01' then 'not_judged_separately_before_2023'
        else 'not_given_by_source'
    end as care_leavers_status,
    visit_theme,
    is_graded and row_number() over (partition by council_code, is_graded order by placed_on desc) = 1
        as is_current,
    release_id,
    file_sha256,
    source_line
from {{ ref('int_inspections__matched') }}
