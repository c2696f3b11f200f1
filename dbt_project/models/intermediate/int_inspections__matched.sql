-- One row per inspection or visit, as the newest release that lists it has it; a date or kind that this release
-- leaves out is taken from the newest that gives it. Councils that await their first inspection have a row each.
with lines as (

    select * from {{ ref('int_inspections__identified') }}

),

given as (

    select
        coalesce(lasting_code, council_name) as council,
        named_by,
        kind,
        (array_agg(publication_date order by place) filter (where publication_date is not null))[1]
            as publication_date,
        (array_agg(inspection_type order by place) filter (where inspection_type is not null))[1] as inspection_type
    from lines
    group by coalesce(lasting_code, council_name), named_by, kind

),

sheets_as_at as (

    select *
    from {{ ref('int_inspections__unioned') }}
    where sheet = 'as_at' and release = (select max(release) from {{ ref('int_inspections__unioned') }})

)

select
    lines.release_id,
    lines.file_sha256,
    lines.source_line,
    lines.council_code,
    lines.lasting_code,
    lines.council_name,
    lines.named_by,
    lines.began_on as inspection_start_date,
    given.publication_date,
    given.inspection_type,
    lines.visit_theme,
    lines.overall_effectiveness,
    lines.leaders,
    lines.help_and_protection,
    lines.in_care,
    lines.care_leavers,
    true as is_inspected,
    lines.is_visit,
    lines.is_graded,
    -- An inspection whose date is not given is placed by its report, 52 days being the usual lag.
    coalesce(lines.began_on, given.publication_date - 52) as placed_on
from lines
inner join given
    on coalesce(lines.lasting_code, lines.council_name) = given.council
    and lines.named_by = given.named_by
    and lines.kind = given.kind
where lines.place = 1

union all

select
    awaiting.release_id,
    awaiting.file_sha256,
    awaiting.source_line,
    awaiting.council_code,
    awaiting.lasting_code,
    awaiting.council_name,
    null as named_by,
    null as inspection_start_date,
    null as publication_date,
    null as inspection_type,
    null as visit_theme,
    null as overall_effectiveness,
    null as leaders,
    null as help_and_protection,
    null as in_care,
    null as care_leavers,
    false as is_inspected,
    false as is_visit,
    false as is_graded,
    null as placed_on
from sheets_as_at as awaiting
where
    not awaiting.is_inspected
    and not exists (
        select 1 from lines
        where lines.lasting_code = awaiting.lasting_code and not lines.is_visit
    )
