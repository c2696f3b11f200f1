-- Everything that Ofsted's sheets say about inspections and visits, with the council's code at the release's
-- date. Sheets give names until 2024: a name is looked up as written, then among the known other spellings.
{{ config(materialized='table') }}

with sheets as (

    select
        'history' as sheet, release, release_id, file_sha256, source_line, council_name,
        inspection_start_date, publication_date, inspection_type, null::text as visit_theme,
        overall_effectiveness, leaders, help_and_protection, in_care, care_leavers
    from {{ ref('stg_ofsted_inspection_outcomes__history') }}

    union all

    select
        'in_year' as sheet, release, release_id, file_sha256, source_line, council_name,
        inspection_start_date, publication_date, inspection_type, visit_theme,
        overall_effectiveness, leaders, help_and_protection, in_care, care_leavers
    from {{ ref('stg_ofsted_inspection_outcomes__in_year') }}

    union all

    select
        'as_at' as sheet, release, release_id, file_sha256, source_line, council_name,
        inspection_start_date, publication_date, null as inspection_type, null as visit_theme,
        overall_effectiveness, leaders, help_and_protection, in_care, care_leavers
    from {{ ref('stg_ofsted_inspection_outcomes__as_at') }}

),

names as (

    select lower(council_name) as spelling, council_name from {{ ref('councils') }}
    union
    select lower(aliases.alias) as spelling, councils.council_name
    from {{ ref('council_aliases') }} as aliases
    inner join {{ ref('councils') }} as councils
        on aliases.council_code = councils.council_code

),

resolved as (

    select distinct on (sheets.council_name, sheets.release)
        sheets.council_name as written_name,
        sheets.release,
        councils.council_code,
        councils.council_name
    from sheets
    inner join names
        on lower(sheets.council_name) = names.spelling
    inner join {{ ref('councils') }} as councils
        on names.council_name = councils.council_name
        and coalesce(councils.valid_from, '-infinity') <= make_date(sheets.release::integer, 3, 31)
    order by sheets.council_name, sheets.release, councils.valid_from desc nulls last

)

select
    sheets.sheet,
    sheets.release,
    sheets.release_id,
    sheets.file_sha256,
    sheets.source_line,
    resolved.council_code,
    coalesce(resolved.council_name, sheets.council_name) as council_name,
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
        sheets.overall_effectiveness, sheets.leaders, sheets.help_and_protection, sheets.in_care
    ) is not null as is_graded
from sheets
left join resolved
    on sheets.council_name = resolved.written_name
    and sheets.release = resolved.release
