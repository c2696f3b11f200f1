-- Mean and median of each council's statistical neighbours: the neighbours' published values, those that have
-- one. A neighbour that is half of a joint return counts with the joint value. When a neighbour that existed is
-- missing from what we hold (the bundled sample has part of England), there is no mean: it would be another one.
{{ config(materialized='table') }}

with by_council as (

    select
        figures.indicator_id,
        figures.period,
        figures.release_id,
        areas.dfe_code,
        figures.value
    from {{ ref('int_indicators__current') }} as figures
    inner join {{ ref('int_areas__resolved') }} as areas
        on figures.area_code = areas.area_code

),

subjects as (

    select
        figures.area_code,
        figures.indicator_id,
        figures.period,
        figures.period_end_date,
        models.neighbour_set,
        areas.dfe_code
    from {{ ref('int_indicators__current') }} as figures
    inner join {{ ref('int_areas__resolved') }} as areas
        on figures.area_code = areas.area_code
    inner join {{ ref('int_neighbour_models__chosen') }} as models
        on figures.release_id = models.release_id
    where not figures.is_joint_return

),

existing as (

    select distinct
        councils.dfe_code,
        periods.period_end_date
    from (select distinct period_end_date from {{ ref('int_indicators__current') }}) as periods
    inner join {{ ref('councils') }} as councils
        on periods.period_end_date
            between coalesce(councils.valid_from, '-infinity') and coalesce(councils.valid_to, 'infinity')

)

select
    subjects.area_code,
    subjects.indicator_id,
    subjects.period,
    subjects.neighbour_set,
    trim_scale(avg(by_council.value)) as neighbour_mean,
    -- The middle of the values below and above, in exact numbers (percentile_cont answers in floating point).
    trim_scale(
        (
            percentile_disc(0.5) within group (order by by_council.value)
            + percentile_disc(0.5) within group (order by by_council.value desc)
        ) / 2
    ) as neighbour_median,
    count(by_council.value) as neighbours_reporting,
    count(*) filter (where existing.dfe_code is not null and by_council.dfe_code is null) as neighbours_not_held
from subjects
inner join {{ ref('stg_dfe_statistical_neighbours__groups') }} as neighbours
    on subjects.neighbour_set = neighbours.neighbour_set
    and subjects.dfe_code = neighbours.dfe_code
left join existing
    on neighbours.neighbour_dfe_code = existing.dfe_code
    and subjects.period_end_date = existing.period_end_date
left join by_council
    on neighbours.neighbour_dfe_code = by_council.dfe_code
    and subjects.indicator_id = by_council.indicator_id
    and subjects.period = by_council.period
group by subjects.area_code, subjects.indicator_id, subjects.period, subjects.neighbour_set
