-- Every line about an inspection or visit, with the day that names it: the first day of the inspection, else of its
-- report. Until 2024 history sheets give only the report's day, other sheets only the first day: a report belongs to
-- the inspection of that council that began in the 270 days before (the longest wait seen is 225 days).
{{ config(materialized='table') }}

with lines as (

    select * from {{ ref('int_inspections__unioned') }}
    where is_inspected

),

inspections as (

    select
        lasting_code,
        inspection_start_date,
        publication_date,
        max(release) as release
    from lines
    where not is_visit and inspection_start_date is not null
    group by lasting_code, inspection_start_date, publication_date

),

reports as (

    select distinct lasting_code, publication_date
    from lines
    where not is_visit and publication_date is not null

),

-- A line that has both days decides, the newest release first; else the latest first day before the report.
begun as (

    select
        reports.lasting_code,
        reports.publication_date,
        nearest.inspection_start_date
    from reports
    cross join lateral (
        select inspections.inspection_start_date
        from inspections
        where
            inspections.lasting_code = reports.lasting_code
            and (
                inspections.publication_date = reports.publication_date
                or reports.publication_date - inspections.inspection_start_date between 1 and 270
            )
        order by
            coalesce(inspections.publication_date = reports.publication_date, false) desc,
            case when inspections.publication_date = reports.publication_date then inspections.release end desc,
            inspections.inspection_start_date desc
        limit 1
    ) as nearest

),

-- Sheets may differ by a day on when an inspection began (Cumbria, September 2022): both lines lead to one report.
dated as (

    select
        lines.*,
        coalesce(by_report.inspection_start_date, by_start.inspection_start_date, lines.inspection_start_date)
            as began_on
    from lines
    left join begun as by_report
        on not lines.is_visit
        and lines.lasting_code = by_report.lasting_code
        and lines.publication_date = by_report.publication_date
    left join lateral (
        select begun.inspection_start_date
        from begun
        where
            not lines.is_visit
            and lines.publication_date is null
            and begun.lasting_code = lines.lasting_code
            and begun.publication_date - lines.inspection_start_date between 1 and 270
        order by begun.publication_date
        limit 1
    ) as by_start on true

)

select
    *,
    coalesce(began_on, publication_date) as named_by,
    case when is_visit then inspection_type else 'inspection' end as kind,
    -- The newest release is right about an inspection; within a release, the sheet that lists all of them.
    row_number() over (
        partition by
            coalesce(lasting_code, council_name),
            coalesce(began_on, publication_date),
            case when is_visit then inspection_type else 'inspection' end
        order by release desc, array_position(array['history', 'in_year', 'as_at'], sheet)
    ) as place
from dated
