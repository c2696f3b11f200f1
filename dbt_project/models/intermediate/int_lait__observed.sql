-- Our side of the comparison with DfE's tool (LAIT): one row per rule of seeds/lait/lait_measures.csv, area and year,
-- with the published figure, or the counts that a percentage of ours is made of. Empty when nothing is to be compared.
{{ config(materialized='table') }}

with observed as (

    select
        parts.lait_code,
        parts.first_year,
        parts.role,
        landings.release_id,
        observations.geographic_level,
        observations.area_code,
        observations.area_name,
        observations.period_year,
        observations.source_line,
        observations.value,
        observations.value_status,
        -- LAIT numbers councils by DfE's code, and gives a joint return to the first of its two.
        coalesce(regions.lait_area, split_part(observations.old_la_code, ' / ', 1)) as lait_area
    from {{ ref('int_lait__parts') }} as parts
    inner join {{ source('control', 'current_landings') }} as landings
        on parts.source_id = landings.source_id
        and parts.table_name = landings.table_name
        and parts.release = landings.release
    inner join {{ ref('int_figures__named') }} as observations
        on landings.landing_id = observations.landing_id
        and parts.measure = observations.measure
        and parts.breakdown = coalesce(observations.breakdown, '')
        and observations.period_year between parts.first_year and parts.last_year
    left join {{ ref('lait_regions') }} as regions
        on observations.geographic_level <> 'la' and observations.area_code = regions.region_code
    where exists (select 1 from {{ ref('int_lait__pending') }} where lait_is_held)

)

select
    lait_code,
    first_year,
    release_id,
    geographic_level,
    area_code,
    lait_area,
    period_year as year,
    max(area_name) as area_name,
    min(source_line) as source_line,
    max(value) filter (where role = 'figure') as figure,
    max(value_status) filter (where role = 'figure') as figure_status,
    count(*) filter (where role = 'count') as counts,
    count(*) filter (where role = 'count' and value is null) as counts_hidden,
    coalesce(sum(value) filter (where role = 'count'), 0) as counted,
    min(value_status) filter (where role = 'count' and value is null) as counts_status,
    -- DfE rounds counts of regions and England to 10.
    geographic_level <> 'la' and bool_and(value % 10 = 0) filter (where role in ('count', 'total')) as is_rounded,
    -- The bands that are not counted, where the rule names them: with them a hidden count has limits.
    count(*) filter (where role = 'other_count' and value is null) as others_hidden,
    sum(value) filter (where role = 'other_count') as counted_otherwise,
    -- A file may give the same total on several rows.
    max(value) filter (where role = 'total') as total,
    min(value_status) filter (where role = 'total') as total_status
from observed
group by lait_code, first_year, release_id, geographic_level, area_code, lait_area, period_year
