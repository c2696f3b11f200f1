-- Each council's figure with all that it is compared with: one row per council's area, indicator and period. Kept by
-- indicator: what is not pending stays as it was compared, and says what it was made of.
-- depends_on: {{ ref('int_indicators__pending') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[{'columns': ['indicator_id']}],
    pre_hook="{{ forget_pending(this) }}",
    post_hook="analyze {{ this }}",
) }}

with areas as (

    select
        indicator_id,
        release_id,
        period,
        area_code,
        value,
        value_status,
        source_line
    from {{ ref('int_indicators__observed') }}
    where geographic_level in ('region', 'national')

),

regions as (

    select
        figures.indicator_id,
        figures.period,
        figures.region_code,
        trim_scale(round(avg(figures.value), 4)) as mean_of_councils
    from {{ ref('int_indicators__current') }} as figures
    inner join {{ ref('int_coverage__assessed') }} as coverage
        on figures.indicator_id = coverage.indicator_id
        and figures.period = coverage.period
        and figures.region_code = coverage.region_code
        and coverage.region_is_complete
    where figures.unit not in ('number', 'FTE')
    group by figures.indicator_id, figures.period, figures.region_code

)

select
    figures.made_of,
    figures.indicator_id,
    figures.area_code,
    figures.council_name,
    figures.is_joint_return,
    figures.region_code,
    figures.period,
    figures.period_year,
    figures.period_start_date,
    figures.period_end_date,
    figures.value,
    figures.value_status,
    figures.value_text,
    figures.value_origin,
    figures.numerator,
    figures.denominator,
    round(figures.low::numeric, 3) as interval_low,
    round(figures.high::numeric, 3) as interval_high,
    figures.interval_status,
    figures.release_id,
    figures.release,
    figures.landing_id,
    figures.file_sha256,
    figures.source_line,
    figures.source_column,
    coalesce(region.value, regions.mean_of_councils) as region_value,
    case
        when region.value is not null then 'published'
        when regions.mean_of_councils is not null then 'mean_of_councils'
    end as region_basis,
    coalesce(region.value_status, 'not_available') as region_status,
    region.source_line as region_line,
    north_east.value as north_east_value,
    coalesce(north_east.value_status, 'not_available') as north_east_status,
    north_east.source_line as north_east_line,
    england.value as england_value,
    coalesce(england.value_status, 'not_available') as england_status,
    england.source_line as england_line,
    {%- for suffix, neighboured in [('', 'neighboured_then'), ('_now', 'neighboured_now')] %}
    {{ neighboured }}.neighbour_set as neighbour_set{{ suffix }},
    {%- for column in ['neighbour_mean', 'neighbour_median', 'neighbours_reporting'] %}
    case when {{ neighboured }}.neighbours_not_held = 0 then {{ neighboured }}.{{ column }} end as {{ column }}{{ suffix }},
    {%- endfor %}
    {%- endfor %}
    case
        when figures.is_joint_return then 'joint_return_has_two_groups'
        when neighboured_then.area_code is null then 'no_neighbour_group'
        when neighboured_then.neighbours_not_held > 0 then 'neighbours_incomplete'
        when neighboured_then.neighbours_reporting = 0 then 'no_neighbour_has_a_value'
        else 'given'
    end as neighbour_status,
    ranked.rank_england,
    ranked.ranked_in_england,
    ranked.quartile_band,
    ranked.rank_status,
    ranked.rank_in_region,
    ranked.ranked_in_region,
    ranked.regional_rank_status,
    changed.change_on_previous,
    changed.change_status,
    changed.trend_per_period,
    changed.trend,
    tested.significance_vs_england,
    tested.significance_vs_region,
    tested.significance_vs_neighbours,
    tested.significance_vs_previous,
    tested.vs_previous_method,
    round(placed.value_score::numeric, 2) as unusual_value_score,
    round(placed.change_score::numeric, 2) as unusual_change_score
from {{ ref('int_indicators__current') }} as figures
left join areas as region
    on figures.indicator_id = region.indicator_id
    and figures.release_id = region.release_id
    and figures.period = region.period
    and figures.region_code = region.area_code
left join areas as north_east
    on figures.indicator_id = north_east.indicator_id
    and figures.release_id = north_east.release_id
    and figures.period = north_east.period
    and north_east.area_code = 'E12000001'
left join areas as england
    on figures.indicator_id = england.indicator_id
    and figures.release_id = england.release_id
    and figures.period = england.period
    and england.area_code = 'E92000001'
left join regions
    on figures.indicator_id = regions.indicator_id
    and figures.period = regions.period
    and figures.region_code = regions.region_code
{%- for model, alias, more in [
    ('int_indicators__ranked', 'ranked', none),
    ('int_indicators__changed', 'changed', none),
    ('int_indicators__tested', 'tested', none),
    ('int_indicators__placed', 'placed', none),
    ('int_indicators__neighboured', 'neighboured_then', 'is_then'),
    ('int_indicators__neighboured', 'neighboured_now', 'is_now'),
] %}
left join {{ ref(model) }} as {{ alias }}
    on figures.indicator_id = {{ alias }}.indicator_id
    and figures.area_code = {{ alias }}.area_code
    and figures.period = {{ alias }}.period
    {{- "\n    and " ~ alias ~ "." ~ more if more }}
{%- endfor %}
