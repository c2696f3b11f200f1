-- The latest inspection of each council at 31 March, by release. A council not yet inspected has none.
select
    {{ origin() }},
    trim(landed.la_name) as council_name,
    landed.inspection_date::date as inspection_start_date,
    nullif(trim(landed.publication_date), '')::date as publication_date,
    {{ five_judgements() }}
from {{ source('ofsted_inspection_outcomes', 'as_at') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
where lower(trim(landed.inspection_date)) <> 'not yet inspected'
