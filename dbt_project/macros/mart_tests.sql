{#- Rows that share a key which should be theirs alone. -#}
{% test one_row_per(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{#- A number is there exactly when its status says so. -#}
{% test figure_has_a_reason(model) %}
select council_code, indicator_id, period
from {{ model }}
where (value is not null) <> (value_status in ('final', 'provisional', 'rounded'))
{% endtest %}
