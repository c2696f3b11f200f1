-- Which release speaks for each indicator and period: the newest that holds it. The only place that chooses.
{{ config(materialized='table') }}

select distinct on (observed.indicator_id, observed.period)
    observed.indicator_id,
    observed.period,
    observed.release_id,
    observed.release,
    landings.published_on
from (
    select distinct indicator_id, period, release_id, release, landing_id from {{ ref('int_indicators__observed') }}
) as observed
inner join {{ source('control', 'landings') }} as landings
    on observed.landing_id = landings.landing_id
order by observed.indicator_id, observed.period, observed.release desc, landings.published_on desc nulls last
