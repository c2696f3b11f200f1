-- Every assessment that is not authorised, and the last of its 45 working days: the day after its start is the first.
with started as (

    select
        council_id,
        delivery_id,
        child_pseudonym,
        {{ last_day_told('start_date') }} as began
    from {{ ref('stg_ssd__cin_assessments') }}
    where authorised_date is null
    union all
    select
        council_id,
        delivery_id,
        child_pseudonym,
        {{ last_day_told('assessment_start') }} as began
    from {{ ref('stg_annex_a__assessments') }}
    where authorised is null

),

bounds as (

    select
        min(began) as first_day,
        max(began) + 80 as last_day
    from started

),

days as (

    select
        days.day::date as day,
        extract(isodow from days.day) < 6 and holidays.holiday is null as is_worked
    from bounds
    cross join generate_series(bounds.first_day, bounds.last_day, interval '1 day') as days (day)
    left join {{ ref('bank_holidays') }} as holidays
        on days.day::date = holidays.holiday

),

numbered as (

    select
        day,
        is_worked,
        count(*) filter (where is_worked) over (order by day) as number
    from days

)

select
    started.council_id,
    started.delivery_id,
    'assessment' as what,
    started.child_pseudonym,
    due.day as due_on
from started
inner join numbered as begins
    on started.began = begins.day
inner join numbered as due
    on begins.number + 45 = due.number and due.is_worked
