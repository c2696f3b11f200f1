{#- Confidence intervals (95%) of what is counted, and of the difference of two such figures. Sources: docs/statistics.md. -#}

{#- The limits of a count: Byar's approximation from 10 on, below it the exact limits of the Poisson distribution
    (seed poisson_limits, joined as `limits`: halves of chi-square quantiles). -#}
{% macro count_limit(count, side) -%}
    {%- set shifted = count if side == 'low' else '(' ~ count ~ ' + 1)' -%}
    {%- set sign = '-' if side == 'low' else '+' -%}
    case
        when {{ count }} < 10 then limits.{{ side }}
        else {{ shifted }} * (
            1 - 1 / (9 * {{ shifted }}) {{ sign }} {{ z() }} / (3 * sqrt({{ shifted }}::double precision))
        ) ^ 3
    end
{%- endmacro %}

{#- The limits of a share, as Wilson gives them: of numerator people in denominator, from 0 to 1. -#}
{% macro share_limit(numerator, denominator, side) -%}
    (
        2 * {{ numerator }} + {{ z() }} ^ 2 {{ '-' if side == 'low' else '+' }} {{ z() }} * sqrt(
            {{ z() }} ^ 2 + 4 * {{ numerator }} * (1 - {{ numerator }} / {{ denominator }})
        )
    ) / (2 * ({{ denominator }} + {{ z() }} ^ 2))
{%- endmacro %}

{#- The limits of a figure by its method, in the figure's unit; null where there is none. `counts` has numerator and
    denominator in double precision, multiplier and interval_method; poisson_limits is joined as `limits`. -#}
{% macro figure_limit(counts, side) -%}
    case {{ counts }}.interval_method
        when 'byar' then ({{ count_limit(counts ~ '.numerator', side) }}) * {{ counts }}.multiplier / {{ counts }}.denominator
        when 'wilson' then
            case
                when {{ counts }}.numerator <= {{ counts }}.denominator
                    then {{ share_limit(counts ~ '.numerator', counts ~ '.denominator', side) }} * {{ counts }}.multiplier
            end
    end
{%- endmacro %}

{% macro z() -%} 1.959963984540054::double precision {%- endmacro %}

{#- higher, lower or similar: whether nought lies outside the interval of the difference (MOVER: each figure's own
    limits, squared and added; for two shares this is Newcombe's method 10). not_tested where limits are missing. -#}
{% macro compared_with(own, other) -%}
    case
        when {{ own }}_low is null or {{ other }}_low is null then 'not_tested'
        when {{ own }}_estimate - {{ other }}_estimate
            > sqrt(({{ own }}_estimate - {{ own }}_low) ^ 2 + ({{ other }}_high - {{ other }}_estimate) ^ 2)
            then 'higher'
        when {{ other }}_estimate - {{ own }}_estimate
            > sqrt(({{ own }}_high - {{ own }}_estimate) ^ 2 + ({{ other }}_estimate - {{ other }}_low) ^ 2)
            then 'lower'
        else 'similar'
    end
{%- endmacro %}

{#- A score in words: two robust standard deviations from the median of all councils are out of the ordinary. -#}
{% macro unusual(score) -%}
    case
        when {{ score }} is null then 'not_placed'
        when {{ score }} >= 2 then 'high'
        when {{ score }} <= -2 then 'low'
        else 'usual'
    end
{%- endmacro %}
