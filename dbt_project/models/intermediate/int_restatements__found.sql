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

    select
        source_id,
        table_name,
        string_agg(landing_id::text, ' ' order by landing_id) as landings
    from {{ source('control', 'current_landings') }}
    group by source_id, table_name
    having count(*) > 1

),

to_compare as (

    select tables.*
    from tables
    {%- if is_incremental() %}
    where not exists (
        select 1
        from {{ this }} as held
        where held.source_id = tables.source_id and held.table_name = tables.table_name and held.measure is null
    )
    {%- endif %}

),

-- A council is followed by DfE's three-digit code, which a change of boundary or status leaves alone, so that a new
-- ONS code neither hides a restatement nor invents one.
figures as (

    select
        observations.*,
        coalesce(observations.old_la_code, observations.area_code) as area
    from {{ ref('int_observations__unioned') }} as observations
    inner join to_compare
        on observations.source_id = to_compare.source_id
        and observations.table_name = to_compare.table_name

),

followed as (

    select
        *,
        lead(release) over same_figure as release_to,
        lead(landing_id) over same_figure as landing_to,
        lead(source_line) over same_figure as line_to,
        lead(area_code) over same_figure as area_code_to,
        lead(area_name) over same_figure as area_name_to,
        lead(value) over same_figure as value_to,
        lead(value_status) over same_figure as status_to,
        lead(value_text) over same_figure as text_to
    from figures
    window same_figure as (
        partition by source_id, table_name, measure, period, breakdown, geographic_level, area
        order by release
    )

)

select
    source_id,
    table_name,
    null as landings,
    measure,
    breakdown,
    geographic_level,
    area_code_to as area_code,
    area_name_to as area_name,
    period,
    release as release_from,
    landing_id as landing_from,
    source_line as line_from,
    value as value_from,
    value_status as status_from,
    value_text as text_from,
    release_to,
    landing_to,
    line_to,
    value_to,
    status_to,
    text_to
from followed
where
    release_to is not null
    and (
        value is distinct from value_to
        or value_status <> status_to
        -- Two symbols may have one status (x and u): the publisher says another thing.
        or (value is null and lower(value_text) <> lower(text_to))
    )

union all

select
    source_id,
    table_name,
    landings,
    null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null
from to_compare
