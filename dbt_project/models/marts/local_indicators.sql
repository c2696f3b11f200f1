-- A council's own figures by the definitions of the catalogue, from what it sent, unrounded and unsuppressed.
with measured as (

    select * from {{ ref('int_local__care') }}
    union all
    select * from {{ ref('int_local__need') }}
    union all
    select * from {{ ref('int_local__workforce') }}
    union all
    select * from {{ ref('int_local__reviews') }}
    union all
    select * from {{ ref('int_local__carers') }}

),

windows as (

    select
        council_id,
        return_id,
        period_type,
        as_of_date,
        starts_on,
        is_held,
        bool_or(is_synthetic) as is_synthetic,
        bool_or(has_rows_outside) as has_rows_outside,
        max(received_on) as received_on
    from {{ ref('int_local__windows') }}
    group by council_id, return_id, period_type, as_of_date, starts_on, is_held

),

kinds (over, period_type) as (values ('day', 'snapshot'), ('year', 'rolling_12_months'), ('year', 'year_to_date')),

asked as (

    select
        senders.council_id,
        senders.council_code,
        rules.indicator_id,
        rules.return_id,
        rules.numerator as numerator_measure,
        rules.denominator as denominator_measure,
        rules.when_missing,
        kinds.period_type,
        windows.as_of_date,
        windows.starts_on,
        windows.is_held,
        windows.is_synthetic,
        windows.has_rows_outside,
        windows.received_on
    from {{ ref('delivering_councils') }} as senders
    cross join {{ ref('local_rules') }} as rules
    inner join kinds
        on rules.over = kinds.over
    left join windows
        on senders.council_id = windows.council_id
        and rules.return_id = windows.return_id
        and kinds.period_type = windows.period_type

),

counted as (

    select
        asked.*,
        above.amount as numerator,
        case
            when asked.denominator_measure = 'population' then people.population_0_17
            else below.amount
        end as denominator,
        case when asked.denominator_measure = 'population' then people.population_year end as population_year
    from asked
    left join measured as above
        on asked.council_id = above.council_id
        and asked.return_id = above.return_id
        and asked.period_type = above.period_type
        and asked.as_of_date = above.as_of_date
        and asked.numerator_measure = above.measure
    left join measured as below
        on asked.council_id = below.council_id
        and asked.return_id = below.return_id
        and asked.period_type = below.period_type
        and asked.as_of_date = below.as_of_date
        and asked.denominator_measure = below.measure
    {{ with_population('asked') }}

),

judged as (

    select
        *,
        case
            when as_of_date is null then 'Nothing was sent that it is worked out from.'
            when not is_held then 'The twelve months are not all held.'
            when numerator is null then coalesce(when_missing, 'The return holds no row that it is worked out from.')
            when denominator_measure = 'population' and denominator is null then 'No population is held.'
            when denominator_measure is not null and denominator is null then 'The return does not say of how many.'
            when denominator = 0 then 'There is nobody to count.'
        end as status_reason
    from counted

)

select
    judged.council_code,
    councils.council_name,
    judged.indicator_id,
    indicators.indicator_name,
    judged.period_type,
    judged.as_of_date,
    case when judged.period_type <> 'snapshot' then judged.starts_on end as period_start_date,
    judged.as_of_date as period_end_date,
    row_number() over (
        partition by judged.council_code, judged.indicator_id, judged.period_type
        order by judged.as_of_date desc
    ) as place,
    'local' as basis,
    round(
        case
            when judged.status_reason is not null then null
            when judged.denominator_measure is null then judged.numerator
            when indicators.unit = '%' then 100 * judged.numerator / judged.denominator
            when indicators.unit like 'per 10,000%' then 10000 * judged.numerator / judged.denominator
            else judged.numerator / judged.denominator
        end,
        6
    ) as value,
    case
        when judged.status_reason is null then 'provisional'
        when judged.denominator = 0 then 'not_applicable'
        else 'not_available'
    end as value_status,
    judged.status_reason,
    indicators.unit,
    indicators.decimals,
    judged.numerator,
    judged.denominator,
    judged.population_year,
    judged.return_id,
    judged.is_synthetic,
    judged.has_rows_outside,
    judged.received_on
from judged
inner join {{ ref('councils') }} as councils
    on judged.council_code = councils.council_code
inner join {{ ref('indicator_rules') }} as indicators
    on judged.indicator_id = indicators.indicator_id
