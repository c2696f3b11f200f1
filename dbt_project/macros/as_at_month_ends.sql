{#- A model of tonight's figures, read as if each month end were tonight: its own SQL, with the deliveries and windows of
    month ends in place of tonight's, so that each thing is defined once. `staged` are the staging models that it reads:
    they hold the newest deliveries alone, so their SQL is taken too. A model that uses this names all of them in
    `depends_on`, since dbt cannot see them here; one that is missing there stops the build. -#}
{% macro as_at_month_ends(model, staged=[]) -%}
    {%- if execute -%}
    {%- set own = namespace(code=raw_code_of(model)) -%}
    {%- for name in staged -%}
        {%- set sent = raw_code_of(name) | replace("ref('stg_returns__deliveries')", "ref('int_shared__sent')") -%}
        {%- set own.code = own.code | replace("{{ ref('" ~ name ~ "') }}", '(\n' ~ sent ~ '\n)') -%}
    {%- endfor -%}
    {{ render(
        own.code
        | replace("ref('stg_returns__deliveries')", "ref('int_shared__pending')")
        | replace("ref('int_local__windows')", "ref('int_shared__windows')")
    ) }}
    {%- endif -%}
{%- endmacro %}

{% macro raw_code_of(model) -%}
    {{ return(graph.nodes['model.' ~ project_name ~ '.' ~ model].raw_code) }}
{%- endmacro %}

{#- Take out of the month ends counted those that are made from something else now, or from nothing; and those that are
    to be counted in this build, which were counted already where only a part is built. -#}
{% macro forget_month_ends(relation) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ relation }} as held
    where not exists (
        select 1
        from {{ ref('int_shared__deliveries') }} as deliveries
        where deliveries.council_id = held.month_end_of
            and deliveries.return_id = held.return_id
            and deliveries.made_from = held.made_from
            and not deliveries.is_pending
    )
    {%- endif -%}
{%- endmacro %}

{#- What of an amount everybody may see: nothing of 1 to 5, a nought as it is, all else to the nearest 5. -#}
{% macro shown_amount(amount) -%}
    case
        when {{ amount }} = 0 then 0
        when {{ amount }} > 5 then 5 * round({{ amount }} / 5)
    end
{%- endmacro %}

{#- Why a shared figure is hidden: one sentence for all, so that nobody can tell what hides it. -#}
{% macro hidden_in_words() -%} 'c: 1 to 5, or hidden so that none can be worked out.' {%- endmacro %}

{#- A shared count that is not rounded, or a share of what is not shown. -#}
{% test nothing_small_is_shown(model) %}
select council_code, indicator_id, period_type, month_end
from {{ model }}
where numerator % 5 <> 0
    or (denominator % 5 <> 0 and denominator_measure not in ('population'))
    or (value is not null and (numerator is null or denominator_measure is not null and denominator is null))
    or (value is null) <> (value_status <> 'rounded')
{% endtest %}
