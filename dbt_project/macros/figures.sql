{#- The only place that says what a published symbol means. A word it does not know becomes 'unrecognised', and
    a test stops the build: a symbol is never turned into zero, and never dropped without a reason.

    c            suppressed       the publisher hides a small number
    z            not_applicable   the measure does not apply to the area
    x : u blank  not_available    not returned, not held, or (u) withheld as too unreliable to use
    low k ~      low              rounds to zero at the publisher's precision, but is not zero
-#}
{% macro value_status(text) -%}
    case
        when {{ text }} ~ '^-?([0-9]+[.]?[0-9]*|[.][0-9]+)$' then 'final'
        when lower({{ text }}) = 'c' then 'suppressed'
        when lower({{ text }}) = 'z' then 'not_applicable'
        when lower({{ text }}) in ('x', ':', 'u', '') then 'not_available'
        when lower({{ text }}) in ('low', 'k', '~') then 'low'
        else 'unrecognised'
    end
{%- endmacro %}
