-- One row per model, council and neighbour, by DfE's three-digit codes. A dash means that the model has none.
select
    models.neighbour_set,
    current_landings.release,
    landed._release_id as release_id,
    landed._line as source_line,
    landed.la_number as dfe_code,
    neighbour.position,
    neighbour.dfe_code as neighbour_dfe_code
from {{ source('dfe_statistical_neighbours', 'groups') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
left join {{ ref('neighbour_models') }} as models
    on current_landings.release = models.release
cross join lateral (
    values
    {%- for position in range(1, 11) %}
    ({{ position }}, landed.sn{{ position }}){{ "," if not loop.last }}
    {%- endfor %}
) as neighbour (position, dfe_code)
where neighbour.dfe_code ~ '^[0-9]{3}$'
