-- The neighbours to compare with, by release of figures: the groups of the model that goes with the release (then), and
-- those of the newest model held (now). Where the two are one model, one row is both.
{{ config(materialized='table') }}

select
    models.release_id,
    neighbours.neighbour_set,
    neighbours.dfe_code,
    neighbours.neighbour_dfe_code,
    neighbours.neighbour_set = models.neighbour_set as is_then,
    neighbours.neighbour_set = newest.neighbour_set as is_now
from {{ ref('int_neighbour_models__chosen') }} as models
cross join (
    select neighbour_set
    from {{ ref('neighbour_models') }}
    where neighbour_set in (select neighbour_set from {{ ref('stg_dfe_statistical_neighbours__groups') }})
    order by applies_from desc
    limit 1
) as newest
inner join {{ ref('stg_dfe_statistical_neighbours__groups') }} as neighbours
    on neighbours.neighbour_set in (models.neighbour_set, newest.neighbour_set)
