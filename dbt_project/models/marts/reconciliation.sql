-- A council's own figure beside DfE's of the same period. A year to date is never like a published year, unless it has
-- ended: then it is the twelve months.
with pairs as (

    select
        ours.council_code,
        ours.council_name,
        ours.indicator_id,
        ours.indicator_name,
        theirs.period,
        ours.period_end_date,
        ours.period_type,
        ours.unit,
        ours.value as local_value,
        ours.value_status as local_status,
        theirs.value as published_value,
        theirs.value_status as published_status,
        theirs.release,
        ours.numerator as local_numerator,
        theirs.numerator as published_numerator,
        ours.value - theirs.value as difference,
        0.5 * power(10::numeric, -ours.decimals) as tolerance,
        ours.population_year is not null as is_rate,
        ours.has_rows_outside,
        -- DfE closes its returns within four months of the year's end, corrections included.
        ours.received_on < (ours.period_end_date + interval '4 months')::date as is_early,
        ours.is_synthetic
    from {{ ref('local_indicators') }} as ours
    inner join {{ ref('indicator_values') }} as theirs
        on ours.indicator_id = theirs.indicator_id
        and ours.council_code = theirs.area_code
        and ours.period_end_date = theirs.period_end_date
        and coalesce(ours.period_start_date = theirs.period_start_date, true)
    where ours.period_type in ('snapshot', 'rolling_12_months') and theirs.geographic_level = 'la'

),

judged as (

    select
        *,
        case
            when difference is null then 'not_comparable'
            when abs(difference) <= tolerance then 'agrees'
            else 'differs'
        end as verdict
    from pairs

)

select
    judged.council_code,
    judged.council_name,
    judged.indicator_id,
    judged.indicator_name,
    judged.period,
    judged.period_end_date,
    judged.period_type,
    judged.unit,
    judged.local_value,
    judged.local_status,
    judged.published_value,
    judged.published_status,
    judged.release,
    judged.local_numerator,
    judged.published_numerator,
    judged.difference,
    judged.tolerance,
    judged.verdict,
    case
        when judged.verdict = 'agrees' then null
        when judged.local_value is null then 'local_missing'
        when judged.published_value is null then 'published_missing'
        when judged.is_synthetic then 'synthetic'
        when judged.has_rows_outside then 'missing_rows'
        when exists (
            select 1
            from {{ ref('indicator_history') }} as said
            where said.indicator_id = judged.indicator_id
                and said.area_code = judged.council_code
                and said.period = judged.period
                and abs(said.value - judged.local_value) <= judged.tolerance
        ) then 'revision'
        when judged.is_rate and judged.local_numerator = judged.published_numerator then 'population'
        when judged.is_early then 'timing'
        else 'definition'
    end as likely_reason,
    judged.is_synthetic
from judged
