-- Supervision, appraisal and the assessed year, as facts to add up, by team and job of the worker.
with staff as (

    select
        council_id,
        is_synthetic,
        as_of_date as to_date,
        {{ april_before('as_of_date') }} as from_date,
        staff_pseudonym,
        started,
        coalesce(agency, 'N') <> 'Y' as is_permanent,
        jsonb_build_object('team', team, 'job', job) as breakdowns
    from {{ ref('stg_local_records__staff') }}
    where started <= as_of_date and coalesce(ended > as_of_date, true)

),

-- The job that a worker holds, or held last: what a record of a day is divided by.
jobs as (

    select distinct on (council_id, staff_pseudonym)
        council_id,
        staff_pseudonym,
        jsonb_build_object('team', team, 'job', job) as breakdowns
    from {{ ref('stg_local_records__staff') }}
    order by council_id asc, staff_pseudonym asc, started desc, team asc

),

-- Peer reflection is no supervision by a manager; a case that was discussed is no second one of the day.
sessions as (

    select
        council_id,
        is_synthetic,
        as_of_date as to_date,
        {{ april_before('as_of_date') }} as from_date,
        staff_pseudonym,
        held_on,
        max(reflective_score) as reflective_score,
        lag(held_on) over (partition by council_id, staff_pseudonym order by held_on) as held_before
    from {{ ref('stg_local_records__supervision') }}
    where kind <> 'PEER'
    group by council_id, is_synthetic, as_of_date, staff_pseudonym, held_on

),

last_held as (

    select
        council_id,
        staff_pseudonym,
        max(held_on) as held_on
    from sessions
    where held_on <= to_date
    group by council_id, staff_pseudonym

),

appraised as (

    select
        council_id,
        staff_pseudonym,
        max(held_on) as held_on
    from {{ ref('stg_local_records__appraisals') }}
    where kind = 'ANNUAL' and held_on <= as_of_date
    group by council_id, staff_pseudonym

),

staff_facts as (

    select
        staff.council_id,
        staff.is_synthetic,
        staff.from_date,
        staff.to_date,
        null::date as happened_on,
        said.measure,
        said.numerator,
        1 as denominator,
        staff.breakdowns
    from staff
    left join last_held
        on staff.council_id = last_held.council_id and staff.staff_pseudonym = last_held.staff_pseudonym
    left join appraised
        on staff.council_id = appraised.council_id and staff.staff_pseudonym = appraised.staff_pseudonym
    cross join lateral (
        values
        ('supervised_pct', staff.started <= staff.to_date - 35, coalesce(last_held.held_on > staff.to_date - 35, false)::int),
        (
            'appraised_pct', staff.is_permanent and staff.started <= staff.to_date - 365,
            coalesce(appraised.held_on > staff.to_date - 365, false)::int
        )
    ) as said (measure, applies, numerator)
    -- A council that keeps no such record has no share, and not one of nought.
    where said.applies
        and (said.measure <> 'supervised_pct' or staff.council_id in (select kept.council_id from last_held as kept))
        and (said.measure <> 'appraised_pct' or staff.council_id in (select kept.council_id from appraised as kept))

),

session_facts as (

    select
        sessions.council_id,
        sessions.is_synthetic,
        sessions.from_date,
        sessions.to_date,
        sessions.held_on as happened_on,
        said.measure,
        said.numerator,
        1 as denominator,
        jobs.breakdowns
    from sessions
    left join jobs
        on sessions.council_id = jobs.council_id and sessions.staff_pseudonym = jobs.staff_pseudonym
    cross join lateral (
        values
        ('supervision_interval_pct', held_before is not null, (held_on - held_before <= 35)::int::numeric),
        ('reflective_score', reflective_score is not null, reflective_score::numeric)
    ) as said (measure, applies, numerator)
    where said.applies

),

appraisal_facts as (

    select
        due.council_id,
        due.is_synthetic,
        {{ april_before('due.as_of_date') }} as from_date,
        due.as_of_date as to_date,
        due.due_on as happened_on,
        case due.kind when 'ANNUAL' then 'appraisals_pct' else 'six_month_reviews_pct' end as measure,
        coalesce(due.held_on <= due.due_on, false)::int as numerator,
        1 as denominator,
        jobs.breakdowns
    from {{ ref('stg_local_records__appraisals') }} as due
    left join jobs
        on due.council_id = jobs.council_id and due.staff_pseudonym = jobs.staff_pseudonym

),

asye_facts as (

    select
        council_id,
        is_synthetic,
        {{ april_before('as_of_date') }} as from_date,
        as_of_date as to_date,
        finished_on as happened_on,
        'asye_passed_pct' as measure,
        (result = 'PASS')::int as numerator,
        1 as denominator,
        null::jsonb as breakdowns
    from {{ ref('stg_local_records__asye') }}
    where finished_on is not null

),

facts as (

    select * from staff_facts
    union all
    select * from session_facts
    union all
    select * from appraisal_facts
    union all
    select * from asye_facts

)

select
    *,
    'local_records' as return_id
from facts
