-- What each indicator is made of: the figures of published tables that it names, as the figure itself, a part of its
-- numerator or a part of its denominator. A part of another year (the population a year earlier) says by how much.
{{ config(materialized='table') }}

with indicators as (

    select * from {{ ref('indicator_rules') }}

)

select
    indicators.indicator_id,
    indicators.source_id,
    part.table_name,
    part.role,
    part.measure,
    coalesce(part.breakdown, '') as breakdown,
    part.years,
    count(*) over (partition by indicators.indicator_id, part.role) as parts_in_role
from indicators
cross join lateral (
    select
        'figure' as role,
        indicators.table_name,
        indicators.measure,
        indicators.breakdown,
        0 as years
    union all
    select
        'numerator',
        indicators.table_name,
        counted.measure,
        coalesce(indicators.numerator_breakdown, indicators.breakdown),
        0
    from string_to_table(indicators.numerator, ' + ') as counted (measure)
    union all
    select
        'denominator',
        coalesce(indicators.denominator_table, indicators.table_name),
        counted.measure,
        coalesce(
            indicators.denominator_breakdown, case when indicators.denominator_table is null then indicators.breakdown end
        ),
        coalesce(indicators.denominator_years, 0)
    from string_to_table(indicators.denominator, ' + ') as counted (measure)
) as part
where part.measure is not null

union all

-- The same figure in another source or table.
select
    sources.indicator_id,
    sources.source_id,
    sources.table_name,
    'figure',
    sources.measure,
    coalesce(sources.breakdown, ''),
    0,
    1
from {{ ref('indicator_sources') }} as sources
inner join indicators
    on sources.indicator_id = indicators.indicator_id
