with lines as (

    select
        *,
        first_value(council_code) over latest_first as latest_code,
        jsonb_build_array(overall_effectiveness, leaders, help_and_protection, in_care, care_leavers) as grades
    from {{ ref('int_inspections__identified') }}
    where not is_visit
    window latest_first as (partition by coalesce(lasting_code, council_name), named_by order by place)

)

select
    latest_code || '/' || named_by::text as inspection_id,
    release,
    sheet,
    council_code,
    council_name,
    inspection_start_date,
    publication_date,
    inspection_type,
    overall_effectiveness,
    leaders,
    help_and_protection,
    in_care,
    care_leavers,
    place = 1 as is_latest,
    grades <> first_value(grades) over (partition by latest_code, named_by order by place) as differs_from_latest,
    release_id,
    file_sha256,
    source_line
from lines
