-- The next review of every open child protection plan and child looked after, and by when: three months after a plan
-- began or 20 working days after care did, then three months (care alone) and six; sooner where the council says so.
with subjects as (

    select
        council_id,
        delivery_id,
        child_pseudonym,
        'cp_review' as what,
        plan_pseudonym as subject,
        ({{ last_day_told('start_date') }} + interval '3 months')::date as first_due
    from {{ ref('stg_ssd__cp_plans') }}
    where end_date is null
    union all
    select
        in_care.council_id,
        records.delivery_id,
        in_care.child_pseudonym,
        'cla_review' as what,
        in_care.care_pseudonym as subject,
        {{ first_care_review('in_care.entered_care_date') }} as first_due
    from {{ ref('int_practice__in_care') }} as in_care
    inner join {{ ref('int_practice__case_records') }} as records
        on in_care.council_id = records.council_id and records.return_id = 'ssd'

),

reviews as (

    select
        council_id,
        'cp_review' as what,
        plan_pseudonym as subject,
        due_date,
        review_date,
        as_of_date
    from {{ ref('stg_ssd__cp_reviews') }}
    union all
    select
        council_id,
        'cla_review' as what,
        care_pseudonym as subject,
        due_date,
        review_date,
        as_of_date
    from {{ ref('stg_ssd__cla_reviews') }}
    where coalesce(cancelled, 'N') <> 'Y'

),

held as (

    select
        *,
        max(review_date) filter (where review_date <= as_of_date) over (partition by council_id, what, subject)
            as held_on
    from reviews

),

summed as (

    select
        council_id,
        what,
        subject,
        held_on,
        count(*) filter (where review_date <= as_of_date) as held,
        -- What the council itself has set for a review that was not held yet, and in whose place none was held since.
        min(due_date) filter (
            where coalesce(review_date > as_of_date, true) and coalesce(due_date > held_on, true)
        ) as set_for
    from held
    group by council_id, what, subject, held_on

),

listed as (

    select
        council_id,
        delivery_id,
        child_pseudonym,
        'cp_review' as what,
        ({{ last_day_told('plan_start') }} + interval '3 months')::date as first_due,
        last_review
    from {{ ref('stg_annex_a__child_protection') }}
    where plan_end is null
    union all
    select
        council_id,
        delivery_id,
        child_pseudonym,
        'cla_review' as what,
        {{ first_care_review(last_day_told('care_start')) }} as first_due,
        last_review
    from {{ ref('stg_annex_a__children_in_care') }}
    where care_end is null and coalesce(legal_status, '') not in ('V3', 'V4')

),

told as (

    select
        subjects.council_id,
        subjects.delivery_id,
        subjects.child_pseudonym,
        subjects.what,
        subjects.first_due,
        summed.held_on,
        coalesce(summed.held, 0) = 1 as is_first,
        summed.set_for
    from subjects
    left join summed
        on subjects.council_id = summed.council_id
        and subjects.what = summed.what
        and subjects.subject = summed.subject
    union all
    -- Annex A tells of the latest alone: one held by the day on which the first was due is taken for the first.
    select
        council_id,
        delivery_id,
        child_pseudonym,
        what,
        first_due,
        last_review as held_on,
        coalesce(last_review <= first_due, false) as is_first,
        null::date as set_for
    from listed

)

select
    council_id,
    delivery_id,
    what,
    child_pseudonym,
    least(
        case
            when held_on is null then first_due
            when what = 'cla_review' and is_first then (held_on + interval '3 months')::date
            else (held_on + interval '6 months')::date
        end,
        set_for
    ) as due_on
from told
