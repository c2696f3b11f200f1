{#- The day of a period that an indicator's rule names: a month and day of the label's year, plus whole years. -#}
{% macro period_date(month, day, year_offset, figures='observations') -%}
    make_date(({{ figures }}.period_year + {{ year_offset }})::integer, {{ month }}::integer, {{ day }}::integer)
{%- endmacro %}

{#- A period's name for people and for joining: 'at 2024-03-31' or 'year to 2024-03-31'. -#}
{% macro period_name(period_type, period_end_date) -%}
    case {{ period_type }} when 'snapshot' then 'at ' else 'year to ' end || to_char({{ period_end_date }}, 'YYYY-MM-DD')
{%- endmacro %}
