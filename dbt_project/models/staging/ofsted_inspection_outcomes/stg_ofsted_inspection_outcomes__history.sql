-- Inspections since 2018, one row each, by release: up to 2024 Ofsted gives a council's first and second
-- inspection side by side and no inspection dates; from 2025 one row per inspection, with both dates.
{% for order in ['first', 'second'] -%}
select
    {{ origin() }},
    trim(landed.la_name) as council_name,
    null as stated_code,
    landed.table_part <> '1' as is_abolished,
    null::date as inspection_start_date,
    landed.{{ order }}_publication_date::date as publication_date,
    trim(landed.{{ order }}_inspection_type) as inspection_type,
    {{ five_judgements(order ~ '_') }}
from {{ source('ofsted_inspection_outcomes', 'history') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
where trim(landed.{{ order }}_publication_date) not in ('', '-')

union all

{% endfor -%}
select
    {{ origin() }},
    trim(landed.la_name) as council_name,
    nullif(trim(landed.la_code), '') as stated_code,
    coalesce(lower(trim(landed.la_status)) = 'no longer exists', false) as is_abolished,
    landed.inspection_date::date as inspection_start_date,
    landed.publication_date::date as publication_date,
    trim(landed.inspection_type) as inspection_type,
    {{ five_judgements() }}
from {{ source('ofsted_inspection_outcomes', 'inspection_history') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
where {{ has_been_inspected() }}
