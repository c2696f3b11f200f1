-- The day on which the people of each team first came to each programme, by every collection year that was sent.
with staff as (

    select distinct on (council_id, staff_pseudonym)
        council_id,
        staff_pseudonym,
        team
    from {{ ref('stg_local_records__staff') }}
    where coalesce(team, '') <> ''
    order by council_id asc, staff_pseudonym asc, started desc, team asc

)

select
    deliveries.council_id,
    sessions.programme,
    staff.team,
    bool_or(deliveries.is_synthetic) as is_synthetic,
    min(sessions.held_on) as began_on,
    count(distinct taken.staff_pseudonym) as workers
from {{ source('local_records', 'training_sessions') }} as sessions
inner join {{ source('local_records', 'training_attendance') }} as taken
    on sessions._delivery_id = taken._delivery_id and sessions.session = taken.session
inner join {{ ref('stg_returns__deliveries') }} as deliveries
    on sessions._delivery_id = deliveries.delivery_id
inner join staff
    on deliveries.council_id = staff.council_id and taken.staff_pseudonym = staff.staff_pseudonym
where coalesce(sessions.programme, '') <> '' and taken.attended = 'Y' and sessions.held_on <= deliveries.as_of_date
group by deliveries.council_id, sessions.programme, staff.team
