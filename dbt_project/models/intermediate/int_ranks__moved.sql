-- Each council whose rank or quartile band in a period another release changed: ranked among the councils of the one
-- release, and of the next that holds the period, by the method of int_indicators__ranked. A release that lacks a council
-- of the time ranks nobody. Kept by indicator, as the figures are.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[{'columns': ['indicator_id']}],
    pre_hook=["{{ forget_pending(this) }}", "set local work_mem = '256MB'"],
    post_hook="analyze {{ this }}",
) }}

with versions as (

    select
        dated.indicator_id,
        dated.period,
        dated.release_id,
        dated.release,
        rules.polarity,
        rules.banded,
        lead(dated.release_id) over same_period as next_release_id
    from {{ ref('int_indicators__dated') }} as dated
    inner join {{ ref('int_indicators__pending') }} as pending
        on dated.indicator_id = pending.indicator_id
    inner join {{ ref('indicator_rules') }} as rules
        on dated.indicator_id = rules.indicator_id
        and rules.polarity <> 'neutral'
    window same_period as (
        partition by dated.indicator_id, dated.period order by dated.release, dated.known_from
        rows between unbounded preceding and unbounded following
    )

),

-- Only what more than one release holds.
figures as (

    select
        versions.*,
        observed.council,
        observed.area_code,
        observed.areas_on,
        observed.value,
        case versions.polarity when 'low' then observed.value else -observed.value end as order_value
    from (
        select
            *,
            count(*) over (partition by indicator_id, period) as releases
        from versions
    ) as versions
    inner join {{ ref('int_indicators__observed') }} as observed
        on versions.indicator_id = observed.indicator_id
        and versions.period = observed.period
        and versions.release_id = observed.release_id
    where versions.releases > 1 and observed.geographic_level = 'la'

),

-- A release in which every council of the time has a row: a joint return stands for both.
complete as (

    select
        held.indicator_id,
        held.period,
        held.release_id
    from (
        select
            figures.indicator_id,
            figures.period,
            figures.release_id,
            figures.areas_on,
            count(distinct councils.dfe_code) as councils
        from figures
        inner join {{ ref('int_areas__resolved') }} as areas
            on figures.area_code = areas.area_code
        inner join {{ ref('councils') }} as councils
            on areas.dfe_code = councils.dfe_code
            and figures.areas_on
                between coalesce(councils.valid_from, '-infinity') and coalesce(councils.valid_to, 'infinity')
        group by figures.indicator_id, figures.period, figures.release_id, figures.areas_on
    ) as held
    where held.councils = (
        select count(*)
        from {{ ref('councils') }} as councils
        where held.areas_on between coalesce(councils.valid_from, '-infinity') and coalesce(councils.valid_to, 'infinity')
    )

),

cuts as (

    select
        indicator_id,
        period,
        release_id,
        percentile_cont(array[0.25, 0.5, 0.75]) within group (order by value::double precision) as cut
    from figures
    where value is not null
    group by indicator_id, period, release_id

),

placed as (

    select
        figures.*,
        rank() over (one_release order by figures.order_value) as place,
        count(*) over one_release as places,
        case
            when not figures.banded then null
            when figures.polarity = 'low' and figures.value <= cuts.cut[1] then 'A'
            when figures.polarity = 'low' and figures.value <= cuts.cut[2] then 'B'
            when figures.polarity = 'low' and figures.value <= cuts.cut[3] then 'C'
            when figures.polarity = 'low' then 'D'
            when figures.value <= cuts.cut[1] then 'D'
            when figures.value <= cuts.cut[2] then 'C'
            when figures.value <= cuts.cut[3] then 'B'
            else 'A'
        end as band
    from figures
    inner join complete using (indicator_id, period, release_id)
    inner join cuts using (indicator_id, period, release_id)
    where figures.value is not null
    window one_release as (partition by figures.indicator_id, figures.period, figures.release_id)

)

select
    later.indicator_id,
    later.area_code,
    later.period,
    earlier.release as release_from,
    earlier.value as value_from,
    earlier.place as rank_from,
    earlier.places as ranked_from,
    earlier.band as band_from,
    later.release as release_to,
    later.value as value_to,
    later.place as rank_to,
    later.places as ranked_to,
    later.band as band_to
from placed as earlier
inner join placed as later
    on earlier.indicator_id = later.indicator_id
    and earlier.period = later.period
    and earlier.next_release_id = later.release_id
    and earlier.council = later.council
where earlier.place <> later.place or earlier.band is distinct from later.band
