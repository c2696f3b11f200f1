-- The latest inspection of each council at 31 March, by release. A council not yet inspected has a row without one.
select
    {{ origin() }},
    trim(landed.la_name) as council_name,
    nullif(trim(landed.la_code), '') as stated_code,
    {{ has_been_inspected() }} as is_inspected,
    case when {{ has_been_inspected() }} then landed.inspection_date::date end as inspection_start_date,
    case when {{ has_been_inspected() }} then nullif(trim(landed.publication_date), '')::date end
        as publication_date,
    {{ five_judgements() }}
from {{ source('ofsted_inspection_outcomes', 'as_at') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
