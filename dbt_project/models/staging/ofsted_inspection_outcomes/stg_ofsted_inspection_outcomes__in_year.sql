-- Inspections and visits of the year to 31 March, one row each, by release.
select
    {{ origin() }},
    trim(landed.la_name) as council_name,
    nullif(trim(landed.la_code), '') as stated_code,
    landed.inspection_date::date as inspection_start_date,
    nullif(trim(landed.publication_date), '')::date as publication_date,
    trim(landed.inspection_type) as inspection_type,
    nullif(trim(landed.visit_theme), '') as visit_theme,
    {{ five_judgements() }}
from {{ source('ofsted_inspection_outcomes', 'in_year') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
