select
    moved.indicator_id,
    indicators.indicator_name,
    moved.area_code as council_code,
    areas.area_name as council_name,
    moved.period,
    moved.release_from,
    moved.value_from,
    moved.rank_from,
    moved.ranked_from,
    moved.band_from,
    moved.release_to,
    moved.value_to,
    moved.rank_to,
    moved.ranked_to,
    moved.band_to,
    moved.rank_to - moved.rank_from as rank_change,
    moved.band_from is distinct from moved.band_to as band_moved,
    moved.value_from <> moved.value_to as own_figure_restated
from {{ ref('int_ranks__moved') }} as moved
inner join {{ ref('indicator_rules') }} as indicators
    on moved.indicator_id = indicators.indicator_id
left join (select distinct area_code, area_name from {{ ref('int_areas__resolved') }}) as areas
    on moved.area_code = areas.area_code
