{#- A day, or the last of its month where raw knows the month alone: a day that is not known makes nobody late. -#}
{% macro last_day_told(column) -%}
    case when {{ column }}_is_month then ({{ column }} + interval '1 month - 1 day')::date else {{ column }} end
{%- endmacro %}

{#- 20 working days after care began are four weeks from the day, or from the Monday after a weekend. -#}
{% macro first_care_review(day) -%}
    {{ day }} + 28 + case extract(isodow from {{ day }}) when 6 then 2 when 7 then 1 else 0 end::int
{%- endmacro %}
