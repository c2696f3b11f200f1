-- Which neighbour model goes with each release of figures: the newest in force when the release came out
-- (the 2021 model up to April 2025, the 2025 model after); before the first model, the first.
with held as (

    select distinct
        models.neighbour_set,
        models.applies_from,
        min(models.applies_from) over () as first_applies_from
    from {{ ref('neighbour_models') }} as models
    inner join {{ ref('stg_dfe_statistical_neighbours__groups') }} as neighbours
        on models.release = neighbours.release

),

releases as (

    select
        release_id,
        -- A release whose date is not known is taken to have come out in the year after its label.
        coalesce(max(published_on), make_date(max(substring(release from '^[0-9]{4}'))::integer + 1, 1, 1))
            as published_on
    from {{ ref('int_releases__chosen') }}
    group by release_id

)

select distinct on (releases.release_id)
    releases.release_id,
    held.neighbour_set
from releases
inner join held
    on held.applies_from <= releases.published_on
    or held.applies_from = held.first_applies_from
order by releases.release_id, held.applies_from desc
