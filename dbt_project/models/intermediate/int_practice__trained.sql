-- Training offered, booked, attended and completed, and what those who came say of it, as facts to add up.
with sessions as (

    select
        council_id,
        is_synthetic,
        {{ april_before('as_of_date') }} as from_date,
        as_of_date as to_date,
        session,
        course,
        held_on,
        places,
        mandatory = 'Y' as is_mandatory,
        jsonb_build_object('course', course, 'provider', provider, 'programme', programme) as breakdowns
    from {{ ref('stg_local_records__training_sessions') }}

),

jobs as (

    select distinct on (council_id, staff_pseudonym)
        council_id,
        staff_pseudonym,
        started <= as_of_date and coalesce(ended > as_of_date, true) and coalesce(agency, 'N') <> 'Y' as is_permanent,
        jsonb_build_object('team', team, 'job', job) as breakdowns
    from {{ ref('stg_local_records__staff') }}
    order by council_id asc, staff_pseudonym asc, started desc, team asc

),

session_facts as (

    select
        sessions.*,
        said.measure,
        said.numerator,
        null::int as denominator
    from sessions
    cross join lateral (
        values ('training_sessions', true, 1::numeric), ('training_places', places is not null, places::numeric)
    ) as said (measure, applies, numerator)
    where said.applies

),

place_facts as (

    select
        sessions.council_id,
        sessions.is_synthetic,
        sessions.from_date,
        sessions.to_date,
        sessions.held_on,
        said.measure,
        said.numerator::numeric as numerator,
        said.denominator,
        sessions.breakdowns || coalesce(jobs.breakdowns, '{}') as breakdowns
    from {{ ref('stg_local_records__training_attendance') }} as taken
    inner join sessions
        on taken.council_id = sessions.council_id and taken.session = sessions.session
    left join jobs
        on taken.council_id = jobs.council_id and taken.staff_pseudonym = jobs.staff_pseudonym
    cross join lateral (
        values
        ('training_booked', coalesce(taken.booked, 'Y') <> 'N', 1, null::int),
        ('training_attended_pct', coalesce(taken.attended, '') <> '', (taken.attended = 'Y')::int, 1),
        ('training_completed_pct', coalesce(taken.completed, '') <> '', (taken.completed = 'Y')::int, 1)
    ) as said (measure, applies, numerator, denominator)
    where said.applies

),

form_facts as (

    select
        sessions.council_id,
        sessions.is_synthetic,
        sessions.from_date,
        sessions.to_date,
        sessions.held_on,
        said.measure,
        said.numerator::numeric as numerator,
        said.denominator,
        sessions.breakdowns
    from {{ ref('stg_local_records__training_feedback') }} as forms
    inner join sessions
        on forms.council_id = sessions.council_id and forms.session = sessions.session
    cross join lateral (
        values
        ('feedback_pct', true, 1, 0),
        ('feedback_liked_pct', forms.rating is not null, (forms.rating >= 4)::int, 1),
        (
            'confidence_rose_pct', forms.confidence_before is not null and forms.confidence_after is not null,
            (forms.confidence_after > forms.confidence_before)::int, 1
        ),
        (
            'confidence_change', forms.confidence_before is not null and forms.confidence_after is not null,
            forms.confidence_after - forms.confidence_before, 1
        )
    ) as said (measure, applies, numerator, denominator)
    where said.applies

),

-- Forms alone have no denominator: it is those who came.
came as (

    select
        council_id,
        is_synthetic,
        from_date,
        to_date,
        held_on,
        'feedback_pct' as measure,
        0::numeric as numerator,
        1 as denominator,
        breakdowns - 'team' - 'job' as breakdowns
    from place_facts
    where measure = 'training_attended_pct' and numerator = 1
        and council_id in (select kept.council_id from {{ ref('stg_local_records__training_feedback') }} as kept)

),

courses as (

    select distinct
        council_id,
        is_synthetic,
        from_date,
        to_date,
        course
    from sessions
    where is_mandatory and held_on between from_date and to_date

),

completed as (

    select distinct
        taken.council_id,
        taken.staff_pseudonym,
        sessions.course
    from {{ ref('stg_local_records__training_attendance') }} as taken
    inner join sessions
        on taken.council_id = sessions.council_id and taken.session = sessions.session
    where taken.completed = 'Y' and sessions.held_on between sessions.from_date and sessions.to_date

),

mandatory_facts as (

    select
        courses.council_id,
        courses.is_synthetic,
        courses.from_date,
        courses.to_date,
        null::date as held_on,
        'mandatory_pct' as measure,
        (completed.staff_pseudonym is not null)::int::numeric as numerator,
        1 as denominator,
        jobs.breakdowns || jsonb_build_object('course', courses.course) as breakdowns
    from courses
    inner join jobs
        on courses.council_id = jobs.council_id and jobs.is_permanent
    left join completed
        on courses.council_id = completed.council_id
        and courses.course = completed.course
        and jobs.staff_pseudonym = completed.staff_pseudonym

),

facts as (

    select council_id, is_synthetic, from_date, to_date, held_on, measure, numerator, denominator, breakdowns
    from session_facts
    union all
    select * from place_facts
    union all
    select * from form_facts
    union all
    select * from came
    union all
    select * from mandatory_facts

)

select
    council_id,
    is_synthetic,
    from_date,
    to_date,
    held_on as happened_on,
    measure,
    numerator,
    denominator,
    breakdowns,
    'local_records' as return_id
from facts
