-- Of which kinds of thing each council has told anything, and in which delivery: what is not told is not "nothing due".
with recorded as (

    -- Where it is due to somebody, those whom it is due to must be told of as well: without them nobody reads as late.
    {% for table, what, of in [
        ('stg_local_records__supervision', 'supervision', 'stg_local_records__staff'),
        ('stg_local_records__appraisals', 'appraisal', 'stg_local_records__staff'),
        ('stg_local_records__audit_actions', 'audit_action', none),
        ('stg_local_records__family_plan_reviews', 'family_plan_review', none),
        ('stg_local_records__return_home_interviews', 'return_interview', none),
        ('stg_local_records__pathway_plans', 'pathway_plan', none),
        ('stg_ssd__cin_visits', 'cin_visit', 'stg_ssd__cin_plans'),
        ('stg_ssd__cp_visits', 'cp_visit', 'stg_ssd__cp_plans'),
        ('stg_ssd__cla_visits', 'cla_visit', 'stg_ssd__cla_episodes'),
        ('stg_ssd__cp_reviews', 'cp_review', 'stg_ssd__cp_plans'),
        ('stg_ssd__cla_reviews', 'cla_review', 'stg_ssd__cla_episodes'),
        ('stg_ssd__cin_assessments', 'assessment', none)
    ] -%}
    select
        '{{ what }}' as what,
        delivery_id
    from {{ ref(table) }}
    {% if of %}where delivery_id in (select whose.delivery_id from {{ ref(of) }} as whose)
    {% endif -%}
    group by delivery_id
    union all
    {% endfor -%}
    {% for table, what, day in [
        ('stg_annex_a__children_in_need', 'cin_visit', 'last_seen'),
        ('stg_annex_a__child_protection', 'cp_visit', 'last_visit'),
        ('stg_annex_a__children_in_care', 'cla_visit', 'last_visit'),
        ('stg_annex_a__child_protection', 'cp_review', 'last_review'),
        ('stg_annex_a__children_in_care', 'cla_review', 'last_review'),
        ('stg_annex_a__assessments', 'assessment', 'assessment_start')
    ] -%}
    select
        '{{ what }}' as what,
        delivery_id
    from {{ ref(table) }}
    where {{ day }} is not null
    group by delivery_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

councils as (

    select
        council_id,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('stg_returns__deliveries') }}
    where is_newest
    group by council_id

),

wanted as (

    select
        councils.council_id,
        councils.is_synthetic,
        kinds.what,
        case
            when kinds.return_id = 'local_records' then locals.delivery_id else records.delivery_id
        end as delivery_id,
        case
            when kinds.return_id = 'local_records' then locals.as_of_date else records.as_of_date
        end as as_of_date,
        case
            when kinds.return_id = 'local_records' then kinds.return_id else coalesce(records.return_id, kinds.return_id)
        end as return_id
    from councils
    cross join {{ ref('practice_due_kinds') }} as kinds
    left join {{ ref('int_practice__case_records') }} as records
        on councils.council_id = records.council_id
    left join {{ ref('stg_returns__deliveries') }} as locals
        on councils.council_id = locals.council_id and locals.return_id = 'local_records' and locals.is_newest

)

select
    wanted.council_id,
    wanted.what,
    wanted.return_id,
    wanted.delivery_id,
    wanted.as_of_date,
    wanted.is_synthetic,
    recorded.delivery_id is not null as is_told
from wanted
left join recorded
    on wanted.delivery_id = recorded.delivery_id and wanted.what = recorded.what
