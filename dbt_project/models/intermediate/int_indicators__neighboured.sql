-- Mean and median of each council's statistical neighbours: the neighbours' published values, those that have
-- one. A neighbour that is half of a joint return counts with the joint value. When a neighbour that existed is
-- missing from what we hold (the bundled sample has part of England), neighbours_not_held says so.
{{ config(materialized='table') }}

with by_council as (

    select
        figures.indicator_id,
        figures.period,
        areas.dfe_code,
        figures.value
    from {{ ref('int_indicators__current') }} as figures
    inner join {{ ref('int_areas__resolved') }} as areas
        on figures.area_code = areas.area_code

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
    figures.area_code,
    figures.indicator_id,
    figures.period,
    neighbours.neighbour_set,
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
from {{ ref('int_indicators__current') }} as figures
inner join {{ ref('int_areas__resolved') }} as areas
    on figures.area_code = areas.area_code
inner join {{ ref('int_neighbours__listed') }} as neighbours
    on figures.release_id = neighbours.release_id
    and areas.dfe_code = neighbours.dfe_code
left join existing
    on neighbours.neighbour_dfe_code = existing.dfe_code
    and figures.period_end_date = existing.period_end_date
left join by_council
    on neighbours.neighbour_dfe_code = by_council.dfe_code
    and figures.indicator_id = by_council.indicator_id
    and figures.period = by_council.period
where not figures.is_joint_return
-- figure_id alone would do; being first it spares sorting a hundred thousand rows by three texts.
group by figures.figure_id, figures.area_code, figures.indicator_id, figures.period, neighbours.neighbour_set
