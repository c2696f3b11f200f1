-- What case audits say of practice and of themselves, as facts to add up. A blank answer is missing, and never no.
with audits as (

    select
        *,
        {{ april_before('audited_on') }} as from_date,
        least(({{ april_before('audited_on') }} + interval '1 year - 1 day')::date, as_of_date) as to_date,
        jsonb_build_object('team', team, 'theme', theme, 'auditor', auditor) as breakdowns
    from {{ ref('int_practice__audits') }}

),

audit_facts as (

    select
        audits.council_id,
        audits.is_synthetic,
        audits.from_date,
        audits.to_date,
        audits.audited_on as happened_on,
        said.measure,
        said.numerator,
        said.denominator,
        audits.breakdowns || coalesce(said.more, '{}') as breakdowns
    from audits
    cross join lateral (
        values
        ('audits', true, 1, null, jsonb_build_object('grade', final_grade)),
        ('audits_good_pct', final_grade is not null, (final_grade in ('OUT', 'GOOD'))::int, 1, null),
        ('audits_own_good_pct', grade is not null, (grade in ('OUT', 'GOOD'))::int, 1, null),
        (
            'audit_family_asked_pct', coalesce(family_feedback_asked, '') <> '',
            (family_feedback_asked = 'Y')::int, 1, null
        ),
        (
            'audit_family_pct', true,
            coalesce(family_feedback_asked = 'Y' and family_feedback_received = 'Y', false)::int, 1, null
        ),
        (
            'audit_with_practitioner_pct', coalesce(practitioner_took_part, '') <> '',
            (practitioner_took_part = 'Y')::int, 1, null
        ),
        ('audit_voice_pct', voice_answered = 4, (voice_yes = 4)::int, 1, null),
        ('audit_answered_pct', questions > 0, answered, questions, null),
        (
            'audit_complete_pct', true,
            (
                grade is not null and questions > 0 and answered = questions
                and coalesce(family_feedback_asked, '') <> '' and coalesce(family_feedback_received, '') <> ''
                and coalesce(practitioner_took_part, '') <> ''
            )::int, 1, null
        ),
        ('audit_moderated_pct', true, is_moderated::int, 1, null),
        ('moderation_agrees_pct', moderated_place is not null, coalesce(moderated_place = place, false)::int, 1, null),
        ('moderation_lower_pct', moderated_place is not null, coalesce(moderated_place < place, false)::int, 1, null),
        ('moderation_higher_pct', moderated_place is not null, coalesce(moderated_place > place, false)::int, 1, null)
    ) as said (measure, applies, numerator, denominator, more)
    where said.applies

),

answer_facts as (

    select
        audits.council_id,
        audits.is_synthetic,
        audits.from_date,
        audits.to_date,
        audits.audited_on as happened_on,
        'audit_question_pct' as measure,
        (sent.answer = 'Y')::int as numerator,
        1 as denominator,
        jsonb_build_object('question', sent.question) as breakdowns
    from audits
    inner join {{ source('local_records', 'audit_answers') }} as sent
        on audits.delivery_id = sent._delivery_id and audits.audit_pseudonym = sent.audit_pseudonym
    where sent.answer in ('Y', 'P', 'N')

),

action_facts as (

    select
        actions.council_id,
        actions.is_synthetic,
        {{ april_before('actions.as_of_date') }} as from_date,
        actions.as_of_date as to_date,
        actions.due_on as happened_on,
        'audit_actions_pct' as measure,
        coalesce(actions.closed_on <= actions.due_on, false)::int as numerator,
        1 as denominator,
        jsonb_build_object('team', audits.team, 'theme', audits.theme) as breakdowns
    from {{ ref('stg_local_records__audit_actions') }} as actions
    left join audits
        on actions.council_id = audits.council_id and actions.audit_pseudonym = audits.audit_pseudonym

)

select
    *,
    'local_records' as return_id
from audit_facts
union all
select
    *,
    'local_records' as return_id
from answer_facts
union all
select
    *,
    'local_records' as return_id
from action_facts
