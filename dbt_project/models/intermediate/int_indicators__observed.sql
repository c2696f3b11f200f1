-- Each indicator in every release held (all vintages), with its counts and the interval that chance leaves: one row per
-- indicator, release, area and period. Kept by indicator: only those with a new or withdrawn release are read again.
-- depends_on: {{ ref('int_indicators__pending') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[{'columns': ['indicator_id', 'area_code']}],
    pre_hook="{{ forget_pending(this) }}",
    post_hook="analyze {{ this }}",
) }}

with counted as (

    select
        counted.indicator_id,
        counted.release_id,
        counted.release,
        counted.landing_id,
        counted.source_line,
        counted.source_column,
        counted.geographic_level,
        counted.area_code,
        counted.old_la_code,
        counted.area_name,
        counted.period,
        counted.period_year,
        counted.council,
        counted.value,
        counted.value_status,
        counted.value_text,
        counted.value_origin,
        counted.numerator as counted_numerator,
        counted.denominator as counted_denominator,
        indicators.decimals,
        indicators.start_month,
        indicators.start_day,
        indicators.start_year_offset,
        indicators.end_month,
        indicators.end_day,
        coalesce(indicators.areas_month, indicators.end_month) as areas_month,
        coalesce(indicators.areas_day, indicators.end_day) as areas_day,
        coalesce(indicators.multiplier, 1)::double precision as multiplier,
        -- An interval belongs to the figure: not to counts that make another (percentages of an earlier edition).
        case
            when counted.geographic_level <> 'la' then coalesce(indicators.interval_method, 'none')
            when abs(counted.value - coalesce(indicators.multiplier, 1) * counted.numerator / nullif(counted.denominator, 0))
                <= 0.51 * 10.0 ^ -indicators.decimals
                then indicators.interval_method
        end as interval_method,
        counted.numerator::double precision as numerator,
        nullif(counted.denominator, 0)::double precision as denominator,
        coalesce(indicators.interval_method, 'none') as declared_method
    from {{ ref('int_indicators__counted') }} as counted
    inner join {{ ref('indicator_rules') }} as indicators
        on counted.indicator_id = indicators.indicator_id

)

select
    counted.indicator_id,
    counted.release_id,
    counted.release,
    counted.landing_id,
    landings.file_sha256,
    counted.source_line,
    counted.source_column,
    counted.geographic_level,
    counted.area_code,
    counted.old_la_code,
    counted.area_name,
    counted.period,
    counted.period_year,
    {{ period_date('counted.start_month', 'counted.start_day', 'counted.start_year_offset', 'counted') }}
        as period_start_date,
    {{ period_date('counted.end_month', 'counted.end_day', '0', 'counted') }} as period_end_date,
    {{ period_date('counted.areas_month', 'counted.areas_day', '0', 'counted') }} as areas_on,
    counted.council,
    counted.value,
    counted.value_status,
    counted.value_text,
    counted.value_origin,
    counted.counted_numerator as numerator,
    counted.counted_denominator as denominator,
    counted.multiplier * counted.numerator / counted.denominator as estimate,
    round(({{ figure_limit('counted', 'low') }})::numeric, 4)::double precision as low,
    round(({{ figure_limit('counted', 'high') }})::numeric, 4)::double precision as high,
    case
        when counted.value is null then 'no_value'
        when counted.declared_method = 'none' then 'no_method'
        when counted.numerator is null or counted.denominator is null then 'counts_not_published'
        when counted.interval_method is null then 'counts_disagree'
        else 'given'
    end as interval_status
from counted
inner join {{ source('control', 'landings') }} as landings
    on counted.landing_id = landings.landing_id
left join {{ ref('poisson_limits') }} as limits
    on counted.numerator = limits.count
