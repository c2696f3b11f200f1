-- The neighbours to compare with, by release of figures: the groups of the model that goes with the release.
{{ config(materialized='table') }}

select
    models.release_id,
    models.neighbour_set,
    neighbours.dfe_code,
    neighbours.neighbour_dfe_code
from {{ ref('int_neighbour_models__chosen') }} as models
inner join {{ ref('stg_dfe_statistical_neighbours__groups') }} as neighbours
    on models.neighbour_set = neighbours.neighbour_set
