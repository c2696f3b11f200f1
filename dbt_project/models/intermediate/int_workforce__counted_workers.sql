-- Each worker of each workforce census: permanent or agency, in post on its day, begun or left in its year.
with dated as (

    select
        sent.*,
        make_date(sent.collection_year - 1, 10, 1) as from_date,
        make_date(sent.collection_year, 9, 30) as to_date
    from {{ ref('stg_csww__workers') }} as sent

),

sorted as (

    select
        *,
        is_agency in ('0', 'false') as is_staff,
        coalesce(role_end_date > to_date, true) as is_here,
        coalesce(role_start_date between from_date and to_date, false) as is_new,
        coalesce(role_end_date between from_date and to_date, false) as is_leaver,
        coalesce(role_end_date, to_date) - role_start_date as days_served
    from dated

),

elsewhere as (

    select
        here.council_id,
        here.worker_pseudonym,
        min(there.role_start_date) as first_there
    from (select distinct council_id, worker_pseudonym from dated) as here
    inner join dated as there
        on here.worker_pseudonym = there.worker_pseudonym and here.council_id <> there.council_id
    group by here.council_id, here.worker_pseudonym

)

select
    sorted.council_id,
    is_synthetic,
    from_date,
    to_date,
    fte,
    is_staff,
    is_here,
    is_new and is_staff as is_starter,
    is_leaver and is_staff as is_leaver,
    days_served < 2 * 365.25 as is_under_2_years,
    cases,
    caseload_fte,
    case when cases > 0 and caseload_fte > 0 then cases::numeric / caseload_fte end as cases_per_fte,
    working_days_lost,
    is_absent in ('1', 'true') as is_absent,
    absence_reason,
    career_stage,
    role,
    start_origin,
    leaver_destination,
    reason_left,
    qualification_level,
    case
        when is_step_up_graduate in ('1', 'true') then 'step_up'
        when is_frontline_graduate in ('1', 'true') then 'frontline'
        else 'other'
    end as route,
    case
        when days_served < 2 * 365.25 then '0'
        when days_served < 5 * 365.25 then '2'
        when days_served < 10 * 365.25 then '5'
        when days_served < 20 * 365.25 then '10'
        else '20'
    end as time_in_service,
    -- Whoever comes is known to the council that they come to: where a worker went is told to nobody.
    coalesce(elsewhere.first_there < sorted.role_start_date, false) as is_from_region
from sorted
left join elsewhere
    on sorted.council_id = elsewhere.council_id and sorted.worker_pseudonym = elsewhere.worker_pseudonym
