-- What the workforce census says by DfE's definitions, as facts to add up.
with workers as (

    select
        *,
        is_staff and is_here as in_post,
        jsonb_build_object('role', role, 'qualification', qualification_level, 'route', route) as by_worker
    from {{ ref('int_workforce__counted_workers') }}

),

worker_facts as (

    select
        workers.council_id,
        workers.is_synthetic,
        workers.from_date,
        workers.to_date,
        said.measure,
        said.numerator,
        said.denominator,
        said.breakdowns
    from workers
    cross join lateral (
        values
        ('sw_in_post', in_post, 1, null, by_worker || jsonb_build_object('time_in_service', time_in_service)),
        ('sw_in_post_fte', in_post, fte, null, by_worker || jsonb_build_object('time_in_service', time_in_service)),
        ('sw_agency', is_here and not is_staff, 1, null, by_worker),
        ('sw_agency_fte', is_here and not is_staff, fte, null, by_worker),
        ('sw_agency_pct', is_here, case when is_staff then 0 else fte end, fte, jsonb_build_object('role', role)),
        ('sw_vacancy_pct', in_post, 0, fte, null),
        ('sw_starters', is_starter, 1, null, by_worker || jsonb_build_object('origin', start_origin)),
        ('sw_starters_fte', is_starter, fte, null, by_worker || jsonb_build_object('origin', start_origin)),
        ('sw_from_region', is_starter, is_from_region::int, null, null),
        (
            'sw_leavers', is_leaver, 1, null,
            by_worker || jsonb_build_object('destination', leaver_destination, 'reason_left', reason_left)
        ),
        (
            'sw_leavers_fte', is_leaver, fte, null,
            by_worker || jsonb_build_object('destination', leaver_destination, 'reason_left', reason_left)
        ),
        (
            'sw_turnover_pct', in_post or is_leaver,
            case when is_leaver then fte else 0 end, case when in_post then fte else 0 end, by_worker
        ),
        ('sw_left_soon_pct', is_leaver, case when is_under_2_years then fte else 0 end, fte, by_worker),
        ('sw_absence_pct', in_post, working_days_lost, fte * 253, jsonb_build_object('role', role)),
        ('sw_absent', in_post and is_absent, 1, null, jsonb_build_object('absence', absence_reason)),
        ('sw_under_2_years_pct', in_post, case when is_under_2_years then fte else 0 end, fte, by_worker),
        ('sw_case_holders_pct', in_post, case when role = '5' then fte else 0 end, fte, null),
        ('sw_asye', in_post and career_stage = '1', 1, null, null),
        ('sw_caseload', cases > 0, cases, caseload_fte, jsonb_build_object('role', role)),
        (
            'sw_over_20_pct', cases_per_fte is not null,
            (cases_per_fte > 20)::int, 1, jsonb_build_object('role', role)
        )
    ) as said (measure, applies, numerator, denominator, breakdowns)
    where said.applies

),

council_facts as (

    select
        sent.council_id,
        sent.is_synthetic,
        make_date(sent.collection_year - 1, 10, 1) as from_date,
        make_date(sent.collection_year, 9, 30) as to_date,
        said.measure,
        said.numerator,
        said.denominator,
        null::jsonb as breakdowns
    from {{ ref('stg_csww__la_level') }} as sent
    cross join lateral (
        values
        ('sw_vacancies_fte', sent.vacancies_fte, null),
        ('sw_vacancy_pct', sent.vacancies_fte, sent.vacancies_fte),
        ('sw_cover_pct', sent.agency_fte, sent.vacancies_fte)
    ) as said (measure, numerator, denominator)

)

select
    *,
    'csww' as return_id,
    null::date as happened_on
from worker_facts
union all
select
    *,
    'csww' as return_id,
    null::date as happened_on
from council_facts
