with comparators as (

    select
        observed.indicator_id,
        observed.release_id,
        observed.period,
        max(observed.value) filter (where observed.area_code = 'E12000001') as north_east_value,
        max(observed.value_status) filter (where observed.area_code = 'E12000001') as north_east_status,
        max(observed.value) filter (where observed.area_code = 'E92000001') as england_value,
        max(observed.value_status) filter (where observed.area_code = 'E92000001') as england_status
    from {{ ref('int_indicators__observed') }} as observed
    where observed.geographic_level in ('region', 'national')
    group by observed.indicator_id, observed.release_id, observed.period

)

select
    figures.area_code as council_code,
    figures.council_name,
    figures.is_joint_return,
    figures.region_code,
    figures.indicator_id,
    indicators.indicator_name,
    figures.period,
    figures.period_start_date,
    figures.period_end_date,
    indicators.period_type,
    figures.value,
    figures.value_status,
    figures.value_text,
    indicators.unit,
    indicators.decimals,
    indicators.polarity,
    comparators.north_east_value,
    coalesce(comparators.north_east_status, 'not_available') as north_east_status,
    comparators.england_value,
    coalesce(comparators.england_status, 'not_available') as england_status,
    neighboured.neighbour_set,
    case when neighboured.neighbours_not_held = 0 then neighboured.neighbour_mean end as neighbour_mean,
    case when neighboured.neighbours_not_held = 0 then neighboured.neighbour_median end as neighbour_median,
    case when neighboured.neighbours_not_held = 0 then neighboured.neighbours_reporting end
        as neighbours_reporting,
    case
        when figures.is_joint_return then 'joint_return_has_two_groups'
        when neighboured.area_code is null then 'no_neighbour_group'
        when neighboured.neighbours_not_held > 0 then 'neighbours_incomplete'
        when neighboured.neighbours_reporting = 0 then 'no_neighbour_has_a_value'
        else 'given'
    end as neighbour_status,
    ranked.rank_england,
    ranked.ranked_in_england,
    ranked.quartile_band,
    ranked.rank_status,
    case when figures.region_code = 'E12000001' then ranked.rank_in_region end as rank_north_east,
    case when figures.region_code = 'E12000001' then ranked.ranked_in_region end as ranked_in_north_east,
    case
        when figures.region_code <> 'E12000001' then 'not_in_the_north_east'
        when ranked.regional_rank_status = 'region_incomplete' then 'north_east_incomplete'
        else ranked.regional_rank_status
    end as north_east_rank_status,
    changed.change_on_previous,
    changed.change_status,
    figures.release_id
from {{ ref('int_indicators__current') }} as figures
inner join {{ ref('indicator_rules') }} as indicators
    on figures.indicator_id = indicators.indicator_id
left join comparators
    on figures.indicator_id = comparators.indicator_id
    and figures.release_id = comparators.release_id
    and figures.period = comparators.period
left join {{ ref('int_indicators__ranked') }} as ranked
    on figures.area_code = ranked.area_code
    and figures.indicator_id = ranked.indicator_id
    and figures.period = ranked.period
left join {{ ref('int_indicators__changed') }} as changed
    on figures.area_code = changed.area_code
    and figures.indicator_id = changed.indicator_id
    and figures.period = changed.period
left join {{ ref('int_indicators__neighboured') }} as neighboured
    on figures.area_code = neighboured.area_code
    and figures.indicator_id = neighboured.indicator_id
    and figures.period = neighboured.period
