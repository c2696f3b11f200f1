-- Since when, and until when, each release was the newest to speak for an indicator and period. A release whose day the
-- publisher's files do not give is taken to have come out on 1 January after its year, and says so.
{{ config(materialized='table') }}

with releases as (

    select
        observed.indicator_id,
        observed.period,
        observed.period_end_date,
        observed.release_id,
        observed.release,
        coalesce(
            max(landings.published_on), make_date(substring(observed.release from '^[0-9]{4}')::integer + 1, 1, 1)
        ) as known_from,
        case when max(landings.published_on) is null then 'assumed' else 'given' end as known_from_status
    from (
        select distinct
            indicator_id,
            period,
            period_end_date,
            release_id,
            release,
            landing_id
        from {{ ref('int_indicators__observed') }}
    ) as observed
    inner join {{ source('control', 'landings') }} as landings
        on observed.landing_id = landings.landing_id
    group by
        observed.indicator_id, observed.period, observed.period_end_date, observed.release_id, observed.release

)

select
    *,
    lead(known_from) over versions as known_to,
    row_number() over versions = 1 as is_first
from releases
window versions as (partition by indicator_id, period order by release, known_from)
