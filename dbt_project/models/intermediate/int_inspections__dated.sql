-- The release that spoke for each indicator on the first day of each inspection, by the newest period that it knew; where
-- no release held had come out by then (or none whose period ended in the thirty months before), what was first
-- published later of the newest period that had ended. An inspection without a first day is placed by its report.
{{ config(materialized='table') }}

with inspections as (

    select
        judgements.inspection_id,
        councils.dfe_code as council,
        coalesce(judgements.inspection_start_date, judgements.publication_date - 52) as inspected_on
    from {{ ref('ofsted_judgements') }} as judgements
    inner join {{ ref('councils') }} as councils
        on judgements.council_code = councils.council_code
    where judgements.overall_effectiveness_status not in ('visit', 'not_yet_inspected')

),

spoke as (

    select distinct on (days.inspected_on, dated.indicator_id)
        days.inspected_on,
        dated.indicator_id,
        dated.period,
        dated.period_end_date,
        dated.release_id,
        dated.release,
        dated.known_from,
        dated.known_from_status,
        dated.known_from <= days.inspected_on as was_known
    from (select distinct inspected_on from inspections) as days
    inner join {{ ref('int_indicators__dated') }} as dated
        on dated.period_end_date between days.inspected_on - 913 and days.inspected_on
        and (
            (dated.known_from <= days.inspected_on and coalesce(dated.known_to > days.inspected_on, true))
            or (dated.known_from > days.inspected_on and dated.is_first)
        )
    order by days.inspected_on, dated.indicator_id, was_known desc, dated.period_end_date desc

)

select
    inspections.inspection_id,
    inspections.council,
    spoke.*
from inspections
inner join spoke
    on inspections.inspected_on = spoke.inspected_on
