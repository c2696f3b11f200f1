-- Everything that Ofsted's sheets say about inspections and visits under ILACS, one row per line, with the council.
{{ config(materialized='table') }}

with sheets as (

    select
        'history' as sheet, release, release_id, file_sha256, source_line, council_name, stated_code, is_abolished,
        true as is_inspected, inspection_start_date, publication_date, inspection_type, null::text as visit_theme,
        overall_effectiveness, leaders, help_and_protection, in_care, care_leavers
    from {{ ref('stg_ofsted_inspection_outcomes__history') }}

    union all

    select
        'in_year' as sheet, release, release_id, file_sha256, source_line, council_name, stated_code,
        false as is_abolished, true as is_inspected, inspection_start_date, publication_date, inspection_type,
        visit_theme, overall_effectiveness, leaders, help_and_protection, in_care, care_leavers
    from {{ ref('stg_ofsted_inspection_outcomes__in_year') }}

    union all

    select
        'as_at' as sheet, release, release_id, file_sha256, source_line, council_name, stated_code,
        false as is_abolished, is_inspected, inspection_start_date, publication_date, null as inspection_type,
        null as visit_theme, overall_effectiveness, leaders, help_and_protection, in_care, care_leavers
    from {{ ref('stg_ofsted_inspection_outcomes__as_at') }}

)

select
    sheets.sheet,
    sheets.release,
    sheets.release_id,
    sheets.file_sha256,
    sheets.source_line,
    councils.council_code,
    councils.lasting_code,
    coalesce(councils.council_name, sheets.council_name) as council_name,
    sheets.is_inspected,
    coalesce(sheets.inspection_type ilike '%visit%', false) as is_visit,
    sheets.inspection_start_date,
    sheets.publication_date,
    sheets.inspection_type,
    sheets.visit_theme,
    sheets.overall_effectiveness,
    sheets.leaders,
    sheets.help_and_protection,
    sheets.in_care,
    sheets.care_leavers,
    coalesce(
        sheets.overall_effectiveness, sheets.leaders, sheets.help_and_protection, sheets.in_care, sheets.care_leavers
    ) is not null as is_graded
from sheets
left join {{ ref('int_inspections__councils') }} as councils
    on sheets.council_name = councils.written_name
    and sheets.release = councils.release
    and sheets.is_abolished = councils.is_abolished
    and coalesce(sheets.stated_code, '') = councils.stated_code
