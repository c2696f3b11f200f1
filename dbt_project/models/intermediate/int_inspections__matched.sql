-- One row per inspection or visit. The history of the newest release has every inspection but (until 2024) only
-- publication dates; the as-at and in-year sheets of all releases have inspection dates. The two are matched
-- by council and by the report coming out within 270 days of the inspection (the longest seen is 225).
with unioned as (

    select * from {{ ref('int_inspections__unioned') }}

),

history as (

    select *
    from unioned
    where sheet = 'history' and release = (select max(release) from unioned where sheet = 'history')

),

-- A later release may correct an earlier one; the in-year sheet also says what kind of inspection it was.
dated as (

    select distinct on (council_name, inspection_start_date, is_graded, visit_kind)
        *
    from (
        select *, case when is_graded then 'inspection' else inspection_type end as visit_kind
        from unioned
        where sheet <> 'history'
    ) as kinds
    order by council_name, inspection_start_date, is_graded, visit_kind, release desc, sheet desc

),

paired as (

    select
        history.council_name,
        history.publication_date,
        nearest.inspection_start_date
    from history
    cross join lateral (
        select dated.inspection_start_date
        from dated
        where
            dated.is_graded
            and dated.council_name = history.council_name
            and history.publication_date - dated.inspection_start_date between 1 and 270
        order by dated.inspection_start_date desc
        limit 1
    ) as nearest

),

inspections as (

    select
        history.release_id,
        history.file_sha256,
        history.source_line,
        history.council_code,
        history.council_name,
        coalesce(history.inspection_start_date, paired.inspection_start_date) as inspection_start_date,
        history.publication_date,
        history.inspection_type,
        history.visit_theme,
        history.overall_effectiveness,
        history.leaders,
        history.help_and_protection,
        history.in_care,
        history.care_leavers,
        history.is_graded
    from history
    left join paired
        on history.council_name = paired.council_name
        and history.publication_date = paired.publication_date

    union all

    select
        dated.release_id,
        dated.file_sha256,
        dated.source_line,
        dated.council_code,
        dated.council_name,
        dated.inspection_start_date,
        dated.publication_date,
        dated.inspection_type,
        dated.visit_theme,
        dated.overall_effectiveness,
        dated.leaders,
        dated.help_and_protection,
        dated.in_care,
        dated.care_leavers,
        dated.is_graded
    from dated
    where
        -- Sheets may differ by a day on when an inspection began (Cumbria, September 2022): what a report in
        -- the history followed is that inspection, not another.
        not exists (
            select 1
            from history
            where
                dated.is_graded
                and dated.council_name = history.council_name
                and history.publication_date - dated.inspection_start_date between 1 and 270
        )

)

select
    *,
    -- An inspection whose date is not given is placed by its report, 52 days being the usual lag.
    coalesce(inspection_start_date, publication_date - 52) as placed_on
from inspections
