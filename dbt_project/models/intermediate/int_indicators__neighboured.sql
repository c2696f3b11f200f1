-- Mean and median of each council's statistical neighbours: the neighbours' published values, those that have
-- one. A neighbour that is half of a joint return counts with the joint value. When a neighbour that existed is
-- missing from what we hold (the bundled sample has part of England), neighbours_not_held says so. The mean's interval
-- carries the neighbours' own: their half-widths, squared and added, each neighbour counting as one of so many.
{{ config(materialized='table', pre_hook="set local work_mem = '256MB'") }}

with series as (

    select distinct series_id, areas_on from {{ ref('int_indicators__current') }}

),

-- Every council that existed at the end of each indicator's period, with its figure where it is held.
by_council as (

    select
        series.series_id::integer as series_id,
        councils.dfe_code::integer as dfe_code,
        bool_or(figures.figure_id is not null) as is_held,
        max(figures.value) as value,
        max(figures.estimate) as estimate,
        max(figures.low) as low,
        max(figures.high) as high
    from series
    inner join {{ ref('councils') }} as councils
        on series.areas_on
            between coalesce(councils.valid_from, '-infinity') and coalesce(councils.valid_to, 'infinity')
    left join {{ ref('int_areas__resolved') }} as areas
        on councils.dfe_code = areas.dfe_code
    left join {{ ref('int_indicators__current') }} as figures
        on areas.area_code = figures.area_code
        and series.series_id = figures.series_id
    group by series.series_id, councils.dfe_code

),

listed as (

    select
        areas.area_code,
        neighbours.release_id,
        neighbours.neighbour_set,
        neighbours.neighbour_dfe_code::integer as dfe_code,
        neighbours.is_then,
        neighbours.is_now
    from {{ ref('int_neighbours__listed') }} as neighbours
    inner join {{ ref('int_areas__resolved') }} as areas
        on neighbours.dfe_code = areas.dfe_code

),

grouped as (

    select
        figures.figure_id,
        listed.neighbour_set,
        bool_or(listed.is_then) as is_then,
        bool_or(listed.is_now) as is_now,
        array_agg(by_council.value) filter (where by_council.value is not null) as reported,
        count(by_council.value) as neighbours_reporting,
        count(by_council.low) filter (where by_council.value is not null) as neighbours_counted,
        count(*) filter (where not by_council.is_held) as neighbours_not_held,
        avg(by_council.estimate) filter (where by_council.value is not null) as estimate,
        sqrt(sum((by_council.estimate - by_council.low) ^ 2)) as below,
        sqrt(sum((by_council.high - by_council.estimate) ^ 2)) as above
    from {{ ref('int_indicators__current') }} as figures
    inner join listed
        on figures.area_code = listed.area_code
        and figures.release_id = listed.release_id
    left join by_council
        on figures.series_id = by_council.series_id
        and listed.dfe_code = by_council.dfe_code
    where not figures.is_joint_return
    group by figures.figure_id, listed.neighbour_set

)

select
    figures.area_code,
    figures.indicator_id,
    figures.period,
    grouped.neighbour_set,
    grouped.is_then,
    grouped.is_now,
    middle.mean as neighbour_mean,
    middle.median as neighbour_median,
    grouped.neighbours_reporting,
    grouped.neighbours_not_held,
    case when grouped.neighbours_counted = grouped.neighbours_reporting then grouped.estimate end as estimate,
    case
        when grouped.neighbours_counted = grouped.neighbours_reporting
            then grouped.estimate - grouped.below / grouped.neighbours_reporting
    end as low,
    case
        when grouped.neighbours_counted = grouped.neighbours_reporting
            then grouped.estimate + grouped.above / grouped.neighbours_reporting
    end as high
from grouped
inner join {{ ref('int_indicators__current') }} as figures
    on grouped.figure_id = figures.figure_id
cross join lateral (
    -- The middle of the values below and above, in exact numbers (percentile_cont answers in floating point).
    select
        trim_scale(avg(one.value)) as mean,
        trim_scale(
            avg(one.value) filter (
                where one.place in ((grouped.neighbours_reporting + 1) / 2, grouped.neighbours_reporting / 2 + 1)
            )
        ) as median
    from (
        select
            reported.value,
            row_number() over (order by reported.value) as place
        from unnest(grouped.reported) as reported (value)
    ) as one
) as middle
