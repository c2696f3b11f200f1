-- Each child looked after and each child protection plan whose first review was due, and whether one of the year was
-- late. What is not due yet is in time; what was due and was not held is late.
with plans as (

    select
        council_id,
        is_synthetic,
        as_of_date as to_date,
        {{ april_before('as_of_date') }} as from_date,
        'cp_reviews_pct' as measure,
        plan_pseudonym as subject,
        (start_date + interval '3 months')::date as first_due
    from {{ ref('stg_ssd__cp_plans') }}
    where end_date is null

),

stays as (

    select
        council_id,
        is_synthetic,
        to_date,
        from_date,
        'cla_reviews_pct' as measure,
        care_pseudonym as subject,
        {{ first_care_review('entered_care_date') }} as first_due
    from {{ ref('int_practice__in_care') }}

),

subjects as (

    select * from plans where first_due <= to_date
    union all
    select * from stays where first_due < to_date

),

held as (

    select
        council_id,
        'cp_reviews_pct' as measure,
        plan_pseudonym as subject,
        review_date
    from {{ ref('stg_ssd__cp_reviews') }}
    union all
    select
        council_id,
        'cla_reviews_pct' as measure,
        care_pseudonym as subject,
        review_date
    from {{ ref('stg_ssd__cla_reviews') }}
    where coalesce(cancelled, 'N') <> 'Y'

),

ordered as (

    select
        held.*,
        row_number() over in_order as nth,
        lead(review_date) over in_order as following
    from held
    window in_order as (partition by council_id, measure, subject order by review_date)

),

due as (

    select
        subjects.council_id,
        subjects.measure,
        subjects.subject,
        subjects.first_due as due_on,
        ordered.review_date as held_on
    from subjects
    left join ordered
        on subjects.council_id = ordered.council_id
        and subjects.measure = ordered.measure
        and subjects.subject = ordered.subject
        and ordered.nth = 1
    union all
    select
        council_id,
        measure,
        subject,
        (
            review_date
            + case when measure = 'cla_reviews_pct' and nth = 1 then interval '3 months' else interval '6 months' end
        )::date as due_on,
        following as held_on
    from ordered

),

late as (

    select distinct
        subjects.council_id,
        subjects.measure,
        subjects.subject
    from subjects
    inner join due
        on subjects.council_id = due.council_id
        and subjects.measure = due.measure
        and subjects.subject = due.subject
    where due.due_on < subjects.to_date
        and coalesce(due.held_on > due.due_on, true)
        and coalesce(due.held_on >= subjects.from_date, true)

)

select
    subjects.*,
    late.subject is not null as is_late
from subjects
left join late
    on subjects.council_id = late.council_id
    and subjects.measure = late.measure
    and subjects.subject = late.subject
