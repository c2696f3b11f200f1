{#- Take out of a table kept by landing the rows of landings that no longer count. Nothing on a first build. -#}
{% macro forget_landings(relation) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ relation }} as held
    where held.landing_id in (
        select landings.landing_id
        from {{ source('control', 'landings') }} as landings
        where not exists (
            select 1
            from {{ source('control', 'current_landings') }} as current_landings
            where current_landings.landing_id = landings.landing_id
        )
    )
    {%- endif -%}
{%- endmacro %}
