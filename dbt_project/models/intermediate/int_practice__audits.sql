-- Each audit of every collection year that a council sent, with its answers: once, as the newest delivery has it.
with answers as (

    select
        sent._delivery_id as delivery_id,
        sent.audit_pseudonym,
        count(*) as questions,
        count(nullif(sent.answer, '')) as answered,
        count(nullif(sent.answer, '')) filter (where sent.question like 'VOICE%') as voice_answered,
        count(*) filter (where sent.question like 'VOICE%' and sent.answer = 'Y') as voice_yes
    from {{ source('local_records', 'audit_answers') }} as sent
    group by sent._delivery_id, sent.audit_pseudonym

)

select distinct on (deliveries.council_id, sent.audit_pseudonym)
    deliveries.council_id,
    deliveries.delivery_id,
    deliveries.as_of_date,
    deliveries.is_synthetic,
    sent.audit_pseudonym,
    sent.audited_on,
    sent.theme,
    sent.auditor,
    sent.team,
    sent.staff_pseudonym,
    sent.practitioner_took_part,
    sent.family_feedback_asked,
    sent.family_feedback_received,
    nullif(sent.grade, '') as grade,
    nullif(sent.moderated_grade, '') as moderated_grade,
    coalesce(nullif(sent.moderated_grade, ''), nullif(sent.grade, '')) as final_grade,
    array_position(array['INAD', 'RI', 'GOOD', 'OUT'], sent.grade) as place,
    array_position(array['INAD', 'RI', 'GOOD', 'OUT'], sent.moderated_grade) as moderated_place,
    sent.moderated_on is not null as is_moderated,
    coalesce(answers.questions, 0) as questions,
    coalesce(answers.answered, 0) as answered,
    coalesce(answers.voice_answered, 0) as voice_answered,
    coalesce(answers.voice_yes, 0) as voice_yes
from {{ source('local_records', 'case_audits') }} as sent
inner join {{ ref('stg_returns__deliveries') }} as deliveries
    on sent._delivery_id = deliveries.delivery_id
left join answers
    on sent._delivery_id = answers.delivery_id and sent.audit_pseudonym = answers.audit_pseudonym
order by deliveries.council_id, sent.audit_pseudonym, deliveries.as_of_date desc, deliveries.delivery_id desc
