-- What the workforce census says of social workers on its day and in the year to it; agency workers stand beside them.
{{ config(materialized='ephemeral') }}
with windows as (

    select * from {{ ref('int_local__windows') }} where return_id = 'csww' and is_held

),

workers as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        sum(sent.fte) filter (where sorted.is_staff and sorted.is_here) as staff_fte,
        sum(sent.fte) filter (where not sorted.is_staff and sorted.is_here) as agency_fte,
        sum(sent.fte) filter (
            where sorted.is_staff and sent.role_end_date between windows.from_date and windows.to_date
        ) as leavers_fte,
        sum(sent.working_days_lost) filter (where sorted.is_staff and sorted.is_here) as days_lost,
        sum(sent.cases) filter (where sent.cases > 0) as cases,
        sum(sent.caseload_fte) filter (where sent.cases > 0) as holders_fte
    from windows
    inner join {{ ref('stg_csww__workers') }} as sent
        on windows.delivery_id = sent.delivery_id
    cross join lateral (
        select
            sent.is_agency in ('0', 'false') as is_staff,
            coalesce(sent.role_end_date > windows.as_of_date, true) as is_here
    ) as sorted
    group by windows.council_id, windows.period_type, windows.as_of_date

),

vacant as (

    select
        windows.council_id,
        windows.period_type,
        windows.as_of_date,
        sum(sent.vacancies_fte) as vacancies_fte
    from windows
    inner join {{ ref('stg_csww__la_level') }} as sent
        on windows.delivery_id = sent.delivery_id
    group by windows.council_id, windows.period_type, windows.as_of_date

)

select
    workers.council_id,
    'csww' as return_id,
    workers.period_type,
    workers.as_of_date,
    said.measure,
    said.amount
from workers
left join vacant using (council_id, period_type, as_of_date)
cross join lateral (
    values
    ('staff_fte', workers.staff_fte),
    ('agency_fte', coalesce(workers.agency_fte, 0)),
    ('agency_and_staff_fte', coalesce(workers.agency_fte, 0) + workers.staff_fte),
    ('vacancies_fte', vacant.vacancies_fte),
    ('vacancies_and_staff_fte', vacant.vacancies_fte + workers.staff_fte),
    ('leavers_fte', coalesce(workers.leavers_fte, 0)),
    ('days_lost', workers.days_lost),
    -- 253 working days in a year, as DfE counts absence.
    ('days_worked', workers.staff_fte * 253),
    ('cases', workers.cases),
    ('holders_fte', workers.holders_fte)
) as said (measure, amount)
where said.amount is not null
