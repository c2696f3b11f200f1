-- Councils' own figures as everybody may see them: as at month ends, rounded, and nothing of 1 to 5.
-- Hiding works on what is counted, so that a count is hidden wherever it stands. The control that runs before anything
-- is published (socialcare.disclosure) hides more here where these would give a small number away.
with kinds (over, period_type) as (values ('day', 'snapshot'), ('year', 'rolling_12_months'), ('year', 'year_to_date')),

windows as (

    select
        council_code,
        return_id,
        period_type,
        month_end,
        as_of_date,
        starts_on,
        is_held,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_shared__counted') }}
    group by council_code, return_id, period_type, month_end, as_of_date, starts_on, is_held

),

asked as (

    select
        windows.*,
        case when windows.period_type <> 'snapshot' then windows.starts_on end as period_start_date,
        rules.indicator_id,
        rules.numerator as numerator_measure,
        rules.denominator as denominator_measure,
        rules.when_missing
    from windows
    inner join kinds
        on windows.period_type = kinds.period_type
    inner join {{ ref('local_rules') }} as rules
        on windows.return_id = rules.return_id and kinds.over = rules.over

),

-- What the publisher hides of the same council, indicator and period is hidden here, whatever our own count of it is.
hidden_by_publisher as (

    select distinct
        asked.council_code,
        asked.numerator_measure as measure,
        asked.as_of_date,
        asked.period_start_date
    from asked
    inner join {{ ref('indicator_values') }} as theirs
        on asked.indicator_id = theirs.indicator_id
        and asked.council_code = theirs.area_code
        and asked.as_of_date = theirs.period_end_date
        and coalesce(asked.period_start_date = theirs.period_start_date, true)
    where theirs.geographic_level = 'la' and theirs.value_status = 'suppressed'

),

cells as (

    select
        counted.council_code,
        counted.return_id,
        counted.period_type,
        counted.month_end,
        counted.measure,
        -- A multiple of another count is shown as that multiple of what is shown of it.
        case
            when hidden.measure is not null then null
            when multiples.factor is not null
                then multiples.factor * {{ shown_amount('counted.amount / multiples.factor') }}
            else {{ shown_amount('counted.amount') }}
        end as amount,
        counted.amount is not null as is_counted
    from {{ ref('int_shared__counted') }} as counted
    left join {{ ref('disclosure_relations') }} as multiples
        on counted.measure = multiples.whole and multiples.kind = 'multiple'
    left join hidden_by_publisher as hidden
        on counted.council_code = hidden.council_code
        and counted.measure = hidden.measure
        and counted.as_of_date = hidden.as_of_date
        and (counted.period_type = 'snapshot') = (hidden.period_start_date is null)
        and coalesce(counted.starts_on = hidden.period_start_date, true)

),

shown as (

    select
        asked.*,
        above.amount as numerator,
        coalesce(above.is_counted, false) as is_counted,
        case when asked.denominator_measure = 'population' then people.population_0_17 else below.amount end
            as denominator,
        case
            when asked.denominator_measure = 'population' then people.population_0_17 is not null
            else coalesce(below.is_counted, asked.denominator_measure is null)
        end as is_of_known,
        case when asked.denominator_measure = 'population' then people.population_year end as population_year
    from asked
    left join cells as above
        on asked.council_code = above.council_code
        and asked.return_id = above.return_id
        and asked.period_type = above.period_type
        and asked.month_end = above.month_end
        and asked.numerator_measure = above.measure
    left join cells as below
        on asked.council_code = below.council_code
        and asked.return_id = below.return_id
        and asked.period_type = below.period_type
        and asked.month_end = below.month_end
        and asked.denominator_measure = below.measure
    {{ with_population('asked') }}

),

judged as (

    select
        *,
        case
            when not is_held then 'The twelve months are not all held.'
            when not is_counted then coalesce(when_missing, 'The return holds no row that it is worked out from.')
            when not is_of_known and denominator_measure = 'population' then 'No population is held.'
            when not is_of_known then 'The return does not say of how many.'
            when denominator = 0 then 'There is nobody to count.'
        end as status_reason,
        numerator is null or (denominator_measure is not null and denominator is null) as is_hidden
    from shown

)

select
    judged.council_code,
    councils.council_name,
    judged.indicator_id,
    indicators.indicator_name,
    judged.period_type,
    judged.month_end,
    judged.as_of_date,
    judged.period_start_date,
    judged.as_of_date as period_end_date,
    'local' as basis,
    round(
        case
            when judged.status_reason is not null or judged.is_hidden then null
            when judged.denominator_measure is null then judged.numerator
            when indicators.unit = '%' then 100 * judged.numerator / judged.denominator
            when indicators.unit like 'per 10,000%' then 10000 * judged.numerator / judged.denominator
            else judged.numerator / judged.denominator
        end,
        case when indicators.unit = '%' or judged.denominator_measure is null then 0 else indicators.decimals end
    ) as value,
    case
        when judged.denominator = 0 and judged.status_reason = 'There is nobody to count.' then 'not_applicable'
        when judged.status_reason is not null then 'not_available'
        when judged.is_hidden then 'suppressed'
        else 'rounded'
    end as value_status,
    case
        when judged.status_reason is not null then judged.status_reason
        when judged.is_hidden then {{ hidden_in_words() }}
    end as status_reason,
    indicators.unit,
    case when indicators.unit = '%' or judged.denominator_measure is null then 0 else indicators.decimals end
        as decimals,
    judged.numerator_measure,
    judged.numerator,
    case
        when not judged.is_counted then 'not_available'
        when judged.numerator is null then 'suppressed'
        else 'rounded'
    end as numerator_status,
    judged.denominator_measure,
    judged.denominator,
    case
        when judged.denominator_measure is null then 'not_applicable'
        when not judged.is_of_known then 'not_available'
        when judged.denominator is null then 'suppressed'
        when judged.denominator_measure = 'population' then 'final'
        else 'rounded'
    end as denominator_status,
    judged.population_year,
    judged.return_id,
    judged.is_synthetic
from judged
inner join {{ ref('councils') }} as councils
    on judged.council_code = councils.council_code
inner join {{ ref('indicator_rules') }} as indicators
    on judged.indicator_id = indicators.indicator_id
