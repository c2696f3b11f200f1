{#- The day of a period that an indicator's rule names: a month and day of the label's year, plus whole years. -#}
{% macro period_date(month, day, year_offset) -%}
    make_date((observations.period_year + {{ year_offset }})::integer, {{ month }}::integer, {{ day }}::integer)
{%- endmacro %}
