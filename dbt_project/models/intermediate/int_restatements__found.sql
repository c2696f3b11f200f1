-- Each figure that a later release changed: a figure of one release beside the same figure in the next release that
-- holds it. Kept by table: one whose landings are the same as when it was last compared is not compared again, and a
-- row without a measure says which landings those were.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_compared(this) }}",
    post_hook="analyze {{ this }}",
) }}

with tables as (

    {{ landings_observed() | indent(4) }}

),

to_compare as (

    select
        tables.source_id,
        tables.table_name,
        tables.landings
    from tables
    where
        tables.releases > 1
    {%- if is_incremental() %}
        and not exists (
            select 1
            from {{ this }} as held
            where held.source_id = tables.source_id and held.table_name = tables.table_name and held.measure is null
        )
    {%- endif %}

),

-- What makes a figure the same in two releases, in one short word: sorting by the nine it is made of takes twice as
-- long. A council is followed by DfE's three-digit code, which a change of boundary or status leaves alone, so that a
-- new ONS code neither hides a restatement nor invents one.
figures as (

    select
        md5(
            concat_ws(
                chr(31),
                observations.source_id,
                observations.table_name,
                observations.measure,
                observations.period,
                observations.geographic_level,
                coalesce(observations.old_la_code, observations.area_code),
                observations.breakdown
            )
        )::uuid as figure,
        observations.measure,
        observations.release,
        observations.landing_id,
        observations.source_line,
        observations.value,
        observations.value_status,
        observations.value_text
    from {{ ref('int_observations__unioned') }} as observations
    inner join to_compare
        on observations.source_id = to_compare.source_id
        and observations.table_name = to_compare.table_name

),

followed as (

    select
        *,
        lead(landing_id) over same_figure as landing_to,
        lead(source_line) over same_figure as line_to,
        lead(value) over same_figure as value_to,
        lead(value_status) over same_figure as status_to,
        lead(value_text) over same_figure as text_to
    from figures
    window same_figure as (partition by figure order by release)

),

changed as (

    select *
    from followed
    where
        landing_to is not null
        and (
            value is distinct from value_to
            or value_status <> status_to
            -- Two symbols may have one status (x and u): the publisher says another thing.
            or (value is null and lower(value_text) <> lower(text_to))
        )

)

select
    later.source_id,
    later.table_name,
    null as landings,
    later.measure,
    later.breakdown,
    later.geographic_level,
    later.area_code,
    later.area_name,
    later.period,
    changed.release as release_from,
    changed.landing_id as landing_from,
    changed.source_line as line_from,
    changed.value as value_from,
    changed.value_status as status_from,
    changed.value_text as text_from,
    later.release as release_to,
    changed.landing_to,
    changed.line_to,
    changed.value_to,
    changed.status_to,
    changed.text_to
from changed
inner join {{ ref('int_observations__unioned') }} as later
    on changed.landing_to = later.landing_id
    and changed.line_to = later.source_line
    and changed.measure = later.measure

union all

select
    source_id,
    table_name,
    landings,
    null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null
from to_compare
