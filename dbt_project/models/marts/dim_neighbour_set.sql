select
    neighbours.neighbour_set,
    models.applies_from,
    councils.council_code,
    councils.council_name,
    neighbours.position,
    others.council_code as neighbour_code,
    others.council_name as neighbour_name,
    neighbours.release_id,
    neighbours.source_line as line
from {{ ref('stg_dfe_statistical_neighbours__groups') }} as neighbours
inner join {{ ref('neighbour_models') }} as models
    on neighbours.neighbour_set = models.neighbour_set
-- A model is of the councils that existed on its first day.
inner join {{ ref('councils') }} as councils
    on neighbours.dfe_code = councils.dfe_code
    and models.applies_from between coalesce(councils.valid_from, '-infinity') and coalesce(councils.valid_to, 'infinity')
inner join {{ ref('councils') }} as others
    on neighbours.neighbour_dfe_code = others.dfe_code
    and models.applies_from between coalesce(others.valid_from, '-infinity') and coalesce(others.valid_to, 'infinity')
