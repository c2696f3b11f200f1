{#- A day, or the last of its month where raw knows the month alone: a day that is not known makes nobody late. -#}
{% macro last_day_told(column) -%}
    case when {{ column }}_is_month then ({{ column }} + interval '1 month - 1 day')::date else {{ column }} end
{%- endmacro %}

{#- The twentieth working day after care began. -#}
{% macro first_care_review(day) -%}
    (
        select days.day::date
        from generate_series(({{ day }}) + 1, ({{ day }}) + 50, interval '1 day') as days (day)
        left join {{ ref('bank_holidays') }} as holidays
            on days.day::date = holidays.holiday
        where extract(isodow from days.day) < 6 and holidays.holiday is null
        order by days.day
        limit 1 offset 19
    )
{%- endmacro %}
