-- The chosen figures of councils, of the indicators to compare in this build: one row per council's area, indicator and
-- period. What was compared before stays in int_indicators__compared.
-- A council that did not exist at the period's end is left out where the file says only that it does not
-- apply: the looked-after file lists Cumbria with 'z' for years after it was abolished.
{{ config(materialized='table', pre_hook="set local work_mem = '128MB'") }}

with councils_at_the_time as (

    select
        areas.area_code,
        areas.area_name,
        areas.is_joint_return,
        min(areas.region_code) as region_code,
        periods.areas_on,
        bool_or(councils.dfe_code is not null) as existed
    from {{ ref('int_areas__resolved') }} as areas
    cross join (select distinct areas_on from {{ ref('int_indicators__observed') }}) as periods
    left join {{ ref('councils') }} as councils
        on areas.dfe_code = councils.dfe_code
        and periods.areas_on
            between coalesce(councils.valid_from, '-infinity') and coalesce(councils.valid_to, 'infinity')
    group by areas.area_code, areas.area_name, areas.is_joint_return, periods.areas_on

)

select
    row_number() over () as figure_id,
    dense_rank() over (order by observed.indicator_id, observed.period) as series_id,
    observed.*,
    councils_at_the_time.area_name as council_name,
    councils_at_the_time.region_code,
    councils_at_the_time.is_joint_return,
    indicators.polarity,
    indicators.banded,
    indicators.unit,
    indicators.period_type,
    pending.made_of
from {{ ref('int_indicators__observed') }} as observed
inner join {{ ref('int_releases__chosen') }} as chosen
    on observed.indicator_id = chosen.indicator_id
    and observed.period = chosen.period
    and observed.release_id = chosen.release_id
inner join {{ ref('int_indicators__pending') }} as pending
    on observed.indicator_id = pending.indicator_id
inner join {{ ref('indicator_rules') }} as indicators
    on observed.indicator_id = indicators.indicator_id
inner join councils_at_the_time
    on observed.area_code = councils_at_the_time.area_code
    and observed.areas_on = councils_at_the_time.areas_on
where
    observed.geographic_level = 'la'
    and (councils_at_the_time.existed or observed.value is not null)
