with inspections as (

    select
        *,
        {{ inspection_id() }} as inspection_id,
        case
            when not is_inspected then 'not_yet_inspected'
            when is_visit then 'visit'
        end as why_no_grade
    from {{ ref('int_inspections__matched') }}

)

select
    inspection_id,
    council_code,
    council_name,
    'ILACS' as framework,
    coalesce(inspection_type, 'not given') as inspection_type,
    inspection_start_date,
    case
        when not is_inspected then 'not_yet_inspected'
        when inspection_start_date is null then 'not_given_by_source'
        else 'given'
    end as inspection_start_date_status,
    publication_date,
    case
        when not is_inspected then 'not_yet_inspected'
        when publication_date is null then 'not_given_by_source'
        else 'given'
    end as publication_date_status,
    overall_effectiveness,
    case
        when overall_effectiveness is not null then 'made'
        when why_no_grade is not null then why_no_grade
        when is_graded and placed_on >= '2026-04-01' then 'not_made_post_reform'
        else 'not_published'
    end as overall_effectiveness_status,
    leaders,
    help_and_protection,
    in_care,
    care_leavers,
    case
        when care_leavers is not null then 'made'
        when why_no_grade is not null then why_no_grade
        when placed_on < '2023-01-01' then 'not_judged_separately_before_2023'
        else 'not_published'
    end as care_leavers_status,
    visit_theme,
    is_graded and row_number() over (partition by coalesce(lasting_code, council_name), is_graded order by placed_on desc) = 1
        as is_current,
    release_id,
    file_sha256,
    source_line
from inspections
