-- What may change when a team begins a programme, as facts with a team and a day, over every collection year sent.
with sent as (

    select * from {{ ref('stg_returns__deliveries') }} where return_id = 'local_records'

),

newest as (

    select
        council_id,
        as_of_date,
        is_synthetic,
        min({{ april_before('as_of_date') }}) over (partition by council_id) as records_from
    from sent

),

staff as (

    select
        council_id,
        staff_pseudonym,
        team,
        started,
        ended,
        as_of_date,
        is_synthetic,
        coalesce(agency, 'N') <> 'Y' as is_permanent
    from {{ ref('stg_local_records__staff') }}
    where coalesce(team, '') <> ''

),

jobs as (

    select distinct on (council_id, staff_pseudonym)
        council_id,
        staff_pseudonym,
        team
    from staff
    order by council_id asc, staff_pseudonym asc, started desc, team asc

),

audited as (

    select
        council_id,
        is_synthetic,
        'team_audits_good_pct' as measure,
        team,
        audited_on as happened_on,
        (grade in ('OUT', 'GOOD'))::int as numerator
    from {{ ref('int_practice__audits') }}
    where grade is not null

),

actions as (

    select distinct on (sent.council_id, actions.audit_pseudonym, actions.action_no)
        sent.council_id,
        sent.is_synthetic,
        'team_actions_pct' as measure,
        audits.team,
        actions.due_on as happened_on,
        coalesce(actions.closed_on <= actions.due_on, false)::int as numerator
    from {{ source('local_records', 'audit_actions') }} as actions
    inner join sent
        on actions._delivery_id = sent.delivery_id
    inner join {{ ref('int_practice__audits') }} as audits
        on sent.council_id = audits.council_id and actions.audit_pseudonym = audits.audit_pseudonym
    where actions.due_on <= sent.as_of_date
    order by sent.council_id, actions.audit_pseudonym, actions.action_no, sent.as_of_date desc

),

held as (

    select distinct
        sent.council_id,
        sent.is_synthetic,
        sessions.staff_pseudonym,
        sessions.held_on
    from {{ source('local_records', 'supervision') }} as sessions
    inner join sent
        on sessions._delivery_id = sent.delivery_id
    where sessions.kind <> 'PEER'

),

ordered as (

    select
        *,
        lag(held_on) over (partition by council_id, staff_pseudonym order by held_on) as held_before
    from held

),

supervised as (

    select
        ordered.council_id,
        ordered.is_synthetic,
        'team_supervision_pct' as measure,
        jobs.team,
        ordered.held_on as happened_on,
        (ordered.held_on - ordered.held_before <= 35)::int as numerator
    from ordered
    inner join jobs
        on ordered.council_id = jobs.council_id and ordered.staff_pseudonym = jobs.staff_pseudonym
    where ordered.held_before is not null

),

quarters as (

    select
        newest.council_id,
        quarter.first_day::date as first_day,
        (quarter.first_day + interval '3 months - 1 day')::date as last_day
    from (select council_id, min(records_from) as records_from, max(as_of_date) as as_of_date from newest group by council_id) as newest
    cross join lateral generate_series(newest.records_from, newest.as_of_date, interval '3 months') as quarter (first_day)
    where (quarter.first_day + interval '3 months - 1 day')::date <= newest.as_of_date

),

stayed as (

    select
        staff.council_id,
        staff.is_synthetic,
        'team_left_pct' as measure,
        staff.team,
        quarters.first_day as happened_on,
        coalesce(staff.ended <= quarters.last_day, false)::int as numerator
    from staff
    inner join quarters
        on staff.council_id = quarters.council_id
        and staff.started < quarters.first_day
        and coalesce(staff.ended >= quarters.first_day, true)
    where staff.is_permanent

),

led as (

    select distinct
        sent.council_id,
        led.child_pseudonym,
        led.team,
        led.started
    from {{ source('local_records', 'lead_practitioners') }} as led
    inner join sent
        on led._delivery_id = sent.delivery_id
    where coalesce(led.team, '') <> ''

),

came_back as (

    select distinct on (closed.council_id, closed.referral_pseudonym)
        closed.council_id,
        closed.is_synthetic,
        'team_returned_pct' as measure,
        led.team,
        closed.close_date as happened_on,
        coalesce(closed.referred_again_on <= closed.close_date + interval '6 months', false)::int as numerator
    from {{ ref('int_practice__referrals') }} as closed
    inner join led
        on closed.council_id = led.council_id
        and closed.child_pseudonym = led.child_pseudonym
        and led.started between closed.referral_date and closed.close_date
    where not closed.is_without_action and closed.close_date <= closed.as_of_date - interval '6 months'
    order by closed.council_id, closed.referral_pseudonym, led.started desc, led.team asc

),

-- The door counts the working days, while it has whole days of birth.
assessed as (

    select distinct on (done.council_id, done.assessment_pseudonym)
        done.council_id,
        done.is_synthetic,
        'team_assessments_pct' as measure,
        led.team,
        done.authorised_date as happened_on,
        done.authorised_in_time::int as numerator
    from {{ ref('stg_ssd__cin_assessments') }} as done
    inner join led
        on done.council_id = led.council_id
        and done.child_pseudonym = led.child_pseudonym
        and done.authorised_date >= led.started
    where done.authorised_in_time is not null
    order by done.council_id, done.assessment_pseudonym, led.started desc, led.team asc

),

facts as (

    select * from audited
    union all
    select * from assessed
    union all
    select * from actions
    union all
    select * from supervised
    union all
    select * from stayed
    union all
    select * from came_back

)

select * from facts where coalesce(team, '') <> ''
