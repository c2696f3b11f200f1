{#- Joins to each row the newest estimate of those aged 0 to 17 that is of no later year than the row's figure. -#}
{% macro with_population(row) -%}
left join lateral (
    select
        estimates.population_0_17,
        estimates.release as population_year
    from {{ ref('stg_ons_population__mid_years') }} as estimates
    where estimates.area_code = {{ row }}.council_code
        and estimates.release::int <= extract(year from {{ row }}.as_of_date)
    order by estimates.release desc
    limit 1
) as people on {{ row }}.denominator_measure = 'population'
{%- endmacro %}
