-- Judgements of the frameworks before ILACS, one row each, by release: unfolded from the wide history sheet. A
-- judgement without a report's date was never made and has no row; a dash beside a date has one, without a grade.
{% for framework, published, judged in earlier_frameworks() -%}
{% for column, name in judged.items() -%}
select
    {{ origin() }},
    trim(landed.la_name) as council_name,
    landed.table_part <> '1' as is_abolished,
    '{{ framework }}' as framework,
    landed.{{ published }}::date as publication_date,
    '{{ name }}' as judgement_name,
    {{ judgement('landed.' ~ column) }} as judgement,
    trim(landed.{{ column }}) = '-' as is_dash,
    '{{ column }}' as source_column
from {{ source('ofsted_inspection_outcomes', 'history') }} as landed
inner join {{ source('control', 'current_landings') }} as current_landings
    on landed._landing_id = current_landings.landing_id
where trim(landed.{{ published }}) not in ('', '-')
{% if not loop.last %}
union all

{% endif %}
{%- endfor %}
{% if not loop.last %}
union all

{% endif %}
{%- endfor %}
