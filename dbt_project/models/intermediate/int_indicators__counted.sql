-- The indicators to compare in every release held, with the counts behind them: one row per indicator, release, area
-- and period. The figure is the publisher's own; where the release has no such column (in-need rates from 2025, shares
-- that DfE's tool works out), it is worked out from the counts and the population of the same release, never another.
{{ config(materialized='table', pre_hook="set local work_mem = '256MB'") }}

with parts as (

    select
        parts.*,
        indicators.multiplier,
        indicators.decimals,
        indicators.numerator as numerator_columns,
        indicators.unit
    from {{ ref('int_indicators__parts') }} as parts
    inner join {{ ref('indicator_rules') }} as indicators
        on parts.indicator_id = indicators.indicator_id
    inner join {{ ref('int_indicators__pending') }} as pending
        on parts.indicator_id = pending.indicator_id

),

-- A council is followed by DfE's three-digit code: a table of the same release may give it another ONS code.
named as (

    select
        parts.indicator_id,
        parts.role,
        parts.parts_in_role,
        figures.source_id || '/' || figures.release as release_id,
        figures.release,
        figures.landing_id,
        figures.source_line,
        figures.measure,
        figures.geographic_level,
        figures.area_code,
        figures.old_la_code,
        figures.area_name,
        figures.period,
        figures.period_year - parts.years as period_year,
        coalesce(figures.old_la_code, figures.area_code) as council,
        figures.value,
        figures.value_status,
        figures.value_text
    from parts
    inner join {{ ref('int_figures__named') }} as figures
        on parts.source_id = figures.source_id
        and parts.table_name = figures.table_name
        and parts.measure = figures.measure
        and parts.breakdown = coalesce(figures.breakdown, '')

),

counts as (

    select
        indicator_id,
        release_id,
        geographic_level,
        council,
        period_year,
        case
            when count(value) filter (where role = 'numerator') = max(parts_in_role) filter (where role = 'numerator')
                then sum(value) filter (where role = 'numerator')
        end as numerator,
        case
            when count(value) filter (where role = 'denominator') = max(parts_in_role) filter (where role = 'denominator')
                then sum(value) filter (where role = 'denominator')
        end as denominator,
        min(value_status) filter (where role = 'denominator' and value is null) as denominator_status,
        min(value_status) filter (where role = 'numerator' and value is null) as numerator_status,
        min(source_line) filter (where role = 'numerator') as source_line
    from named
    where role <> 'figure'
    group by indicator_id, release_id, geographic_level, council, period_year

),

-- Which releases give what the figure is made of, and not the figure itself.
to_work_out as (

    select indicator_id, release_id
    from named
    group by indicator_id, release_id
    having bool_or(role = 'numerator') and bool_or(role = 'denominator') and not bool_or(role = 'figure')

),

worked_out as (

    select distinct on (named.indicator_id, named.release_id, named.geographic_level, named.council, named.period_year)
        named.indicator_id,
        named.release_id,
        named.release,
        named.landing_id,
        counts.source_line,
        rules.numerator || ' / ' || rules.denominator as source_column,
        named.geographic_level,
        named.area_code,
        named.old_la_code,
        named.area_name,
        named.period,
        named.period_year,
        named.council,
        round(rules.multiplier * counts.numerator / nullif(counts.denominator, 0), rules.decimals) as value,
        case
            when counts.numerator is not null and counts.denominator > 0 then 'final'
            when counts.denominator = 0 then 'not_applicable'
            else coalesce(counts.denominator_status, counts.numerator_status, 'not_available')
        end as value_status,
        null::text as value_text,
        'worked_out' as value_origin
    from named
    inner join {{ ref('indicator_rules') }} as rules
        on named.indicator_id = rules.indicator_id
    inner join counts
        on named.indicator_id = counts.indicator_id
        and named.release_id = counts.release_id
        and named.geographic_level = counts.geographic_level
        and named.council = counts.council
        and named.period_year = counts.period_year
    inner join to_work_out
        on named.indicator_id = to_work_out.indicator_id
        and named.release_id = to_work_out.release_id
    where named.role = 'numerator'
    order by
        named.indicator_id, named.release_id, named.geographic_level, named.council, named.period_year,
        named.source_line

),

figures as (

    select
        indicator_id,
        release_id,
        release,
        landing_id,
        source_line,
        measure as source_column,
        geographic_level,
        area_code,
        old_la_code,
        area_name,
        period,
        period_year,
        council,
        value,
        value_status,
        value_text,
        'published' as value_origin
    from named
    where role = 'figure'
    union all
    select * from worked_out

)

select
    figures.*,
    counts.numerator,
    -- A count alone is counted once.
    case when rules.denominator is null and rules.numerator is not null then 1 else counts.denominator end
        as denominator
from figures
inner join {{ ref('indicator_rules') }} as rules
    on figures.indicator_id = rules.indicator_id
left join counts
    on figures.indicator_id = counts.indicator_id
    and figures.release_id = counts.release_id
    and figures.geographic_level = counts.geographic_level
    and figures.council = counts.council
    and figures.period_year = counts.period_year
