-- What people quote beside what publishers gave, release by release. A figure since revised is a vintage, not an error:
-- the rule is that of socialcare.claims.vintage, to the decimals of the coarser of the two.
with claims as (

    select
        *,
        kind in ('target', 'baseline', 'change', 'date', 'identifier') as is_not_observed,
        -- How far publishers have moved a figure of this kind when they revised it.
        case kind when 'rate' then 0.03 when 'percentage' then 0.03 when 'count' then 0.01 else 0 end as revised_by
    from {{ ref('claims_quoted') }}

),

published as (

    select
        indicator_id as measure,
        area_code,
        period_end_date,
        release_id,
        release,
        landing_id,
        source_line,
        value,
        value_status
    from {{ ref('int_indicators__observed') }}

    union all

    select
        measures.claim_measure as measure,
        observations.area_code,
        -- Years that end in March: what is counted over a year, or on its last day.
        make_date(observations.period_year, 3, 31) as period_end_date,
        landings.release_id,
        observations.release,
        observations.landing_id,
        observations.source_line,
        observations.value,
        observations.value_status
    from {{ ref('int_observations__unioned') }} as observations
    inner join {{ ref('claim_measures') }} as measures
        on observations.source_id = measures.source_id
        and observations.table_name = measures.table_name
        and observations.measure = measures.measure
    inner join {{ source('control', 'landings') }} as landings
        on observations.landing_id = landings.landing_id

),

beside as (

    select
        claims.*,
        published.release_id,
        published.release,
        published.landing_id,
        published.source_line,
        published.value as published_value,
        published.value_status as published_status,
        published.release = max(published.release) over (partition by claims.claim_id) as is_newest,
        -- Half of the last decimal that both give; nothing where they give the same decimals.
        case
            when scale(claims.value) = scale(published.value) then 0
            else 0.5 * 10.0 ^ -least(scale(claims.value), scale(published.value))
        end as rounding
    from claims
    left join published
        on claims.measure = published.measure
        and claims.area_code = published.area_code
        and claims.period_end = published.period_end_date
        and not claims.is_not_observed

),

held as (

    select
        *,
        abs(value - published_value) <= rounding as is_equal,
        abs(value - published_value) <= revised_by * published_value + 0.5 * 10.0 ^ -scale(value) as is_near
    from beside

)

select
    held.claim_id,
    held.document,
    held.line,
    held.quote,
    held.measure,
    held.area_code,
    held.period,
    held.period_end,
    held.value as claimed_value,
    held.unit,
    held.kind,
    coalesce(held.release, 'none') as release,
    held.release_id,
    landings.published_on,
    held.published_value,
    coalesce(held.published_status, 'not_available') as published_status,
    held.value - held.published_value as difference,
    coalesce(held.is_newest, false) as is_newest,
    case
        when held.published_value is null then 'not_comparable'
        when held.is_equal then 'equal'
        when bool_or(held.is_equal or held.is_near) over (partition by held.claim_id) then 'vintage'
        else 'different'
    end as verdict,
    landings.file_name,
    held.source_line,
    held.table_label,
    held.item,
    held.category,
    held.base,
    held.wave
from held
left join {{ source('control', 'landings') }} as landings
    on held.landing_id = landings.landing_id
