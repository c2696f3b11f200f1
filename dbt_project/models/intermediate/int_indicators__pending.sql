-- The indicators to compare in this build: those of which a release, or a neighbour model, has come or gone since they
-- were last compared. `made_of` names what an indicator is made of. What was compared before is looked up by name, as
-- a reference would run in a circle.
{{ config(materialized='table') }}

{%- set compared = load_relation(this.incorporate(path={'identifier': 'int_indicators__compared'})) if execute %}
{%- set held = compared if compared and not flags.FULL_REFRESH %}

with landed as (

    select distinct landing_id, source_id, table_name from {{ ref('int_figures__named') }}

),

neighbours as (

    select coalesce(string_agg(landing_id::text, ' ' order by landing_id), '') as landings
    from {{ source('control', 'current_landings') }}
    where source_id = 'dfe_statistical_neighbours'

),

made as (

    select
        parts.indicator_id,
        md5(
            string_agg(distinct landed.landing_id::text, ' ' order by landed.landing_id::text)
            || '/' || min(neighbours.landings)
        ) as made_of
    from (select distinct indicator_id, source_id, table_name from {{ ref('int_indicators__parts') }}) as parts
    inner join landed
        on parts.source_id = landed.source_id
        and parts.table_name = landed.table_name
    cross join neighbours
    group by parts.indicator_id

),

-- An indicator of which nothing is held any more is to be forgotten.
known as (

    select indicator_id, made_of from made
    {%- if held %}
    union all
    select distinct indicator_id, null from {{ held }} where indicator_id not in (select indicator_id from made)
    {%- endif %}

)

select known.indicator_id, known.made_of
from known
{%- if held %}
where not exists (
    select 1
    from {{ held }} as compared
    where compared.indicator_id = known.indicator_id and compared.made_of = known.made_of
)
{%- endif %}
