-- DfE's tool (LAIT) and our releases side by side: one row per measure, area and year that either holds, and for each
-- difference what could explain it, worked out from the counts. A class is given only where the figures bear it out.
-- Kept as it is until a landing behind it comes or goes.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=["{{ forget_lait(this) }}", "set local work_mem = '128MB'"],
    post_hook="analyze {{ this }}",
) }}

with rules as (

    select *
    from {{ ref('lait_measures') }}
    where
        not_carried_because is null
        and exists (select 1 from {{ ref('int_lait__pending') }} where lait_is_held)

),

ours as (

    select
        observed.*,
        case
            when rules.measure is not null then observed.figure
            -- A percentage that LAIT works out: as it does, to the decimals that it shows.
            when observed.counts_hidden = 0
                then round(100 * observed.counted / nullif(observed.total, 0), rules.decimals)
        end as value,
        case
            when rules.measure is not null then observed.figure_status
            when observed.total_status <> 'final' then observed.total_status
            when observed.counts_hidden > 0 then observed.counts_status
            when observed.total = 0 then 'not_applicable'
            else 'final'
        end as value_status
    from {{ ref('int_lait__observed') }} as observed
    inner join rules
        on observed.lait_code = rules.lait_code and observed.first_year = rules.first_year

),

theirs as (

    select
        rules.first_year,
        lait.lait_code,
        lait.lait_area,
        lait.area_name,
        lait.year,
        lait.value,
        lait.value_status,
        lait.value_text
    from {{ ref('stg_dfe_lait__values') }} as lait
    inner join rules
        on lait.release = rules.lait_release
        and lait.lait_code = rules.lait_code
        and lait.year between rules.first_year and rules.last_year
    -- What a release says can be compared when the release is here.
    where exists (
        select 1 from ours where ours.lait_code = rules.lait_code and ours.first_year = rules.first_year
    )

),

their_counts as (

    -- LAIT's own counts behind a percentage of LAIT's, where it has them all.
    select
        rules.lait_code,
        theirs.lait_area,
        theirs.year,
        sum(theirs.value) as counted
    from rules
    cross join lateral string_to_table(rules.lait_counts, ' + ') as own (lait_code)
    inner join theirs
        on own.lait_code = theirs.lait_code and theirs.year between rules.first_year and rules.last_year
    group by rules.lait_code, rules.lait_counts, theirs.lait_area, theirs.year
    having count(theirs.value) = cardinality(string_to_array(rules.lait_counts, ' + '))

),

paired as (

    select
        coalesce(ours.lait_code, theirs.lait_code) as lait_code,
        coalesce(ours.first_year, theirs.first_year) as first_year,
        coalesce(ours.lait_area, theirs.lait_area) as lait_area,
        coalesce(ours.year, theirs.year) as year,
        coalesce(ours.area_name, theirs.area_name) as area_name,
        ours.area_code,
        ours.geographic_level,
        ours.release_id,
        ours.source_line,
        ours.value as our_value,
        coalesce(ours.value_status, 'not_available') as our_status,
        ours.counts,
        ours.counts_hidden,
        ours.counted,
        ours.others_hidden,
        ours.counted_otherwise,
        ours.total,
        ours.total_status,
        ours.is_rounded,
        theirs.value as lait_value,
        coalesce(theirs.value_status, 'not_available') as lait_status,
        theirs.value_text as lait_text
    from ours
    full join theirs
        on ours.lait_code = theirs.lait_code
        and ours.first_year = theirs.first_year
        and ours.lait_area = theirs.lait_area
        and ours.year = theirs.year
    -- Only where LAIT was ever landed is there anything to compare.
    where (ours.value is not null or theirs.value is not null) and exists (select 1 from theirs)

),

measured as (

    select
        paired.*,
        rules.decimals,
        rules.lait_counts,
        their_counts.counted as lait_counted,
        case
            when paired.our_value is null then 'lait_only'
            when paired.lait_value is null then 'ours_only'
            when round(paired.our_value, rules.decimals) = round(paired.lait_value, rules.decimals) then 'equal'
            else 'different'
        end as agreement,
        -- What LAIT's figure can have been before it was rounded.
        paired.lait_value - 0.5 * 10.0 ^ -rules.decimals as lait_from,
        paired.lait_value + 0.5 * 10.0 ^ -rules.decimals as lait_to,
        -- What the percentage can be: exact counts within 5 of rounded ones, any number behind a suppressed one.
        case
            when paired.is_rounded and paired.counts_hidden = 0
                then 100 * greatest(paired.counted - 5 * paired.counts, 0) / (paired.total + 5)
            -- Where all other bands are known, they leave one share; else at least what is counted.
            when paired.counts_hidden > 0 and paired.others_hidden = 0 and paired.counted_otherwise < paired.total
                then 100 * (paired.total - paired.counted_otherwise) / paired.total
            when paired.counts_hidden > 0 and paired.total > 0 then 100 * paired.counted / paired.total
            when paired.total_status = 'suppressed'
                then case when paired.counted_otherwise = 0 and paired.others_hidden = 0 then 100 else 0 end
        end as share_from,
        case
            when paired.is_rounded and paired.counts_hidden = 0 and paired.total > 5
                then 100 * (paired.counted + 5 * paired.counts) / (paired.total - 5)
            when paired.counts_hidden > 0 and paired.total > 0
                then 100 * (paired.total - coalesce(paired.counted_otherwise, 0)) / paired.total
            when paired.total_status = 'suppressed'
                then case when paired.counted = 0 and paired.counts_hidden = 0 then 0 else 100 end
        end as share_to,
        paired.year between rules.other_edition_from and rules.other_edition_to as may_be_another_edition,
        rules.other_edition_gap
    from paired
    inner join rules
        on paired.lait_code = rules.lait_code and paired.first_year = rules.first_year
    left join their_counts
        on paired.lait_code = their_counts.lait_code
        and paired.lait_area = their_counts.lait_area
        and paired.year = their_counts.year

),

limited as (

    select
        *,
        -- By how much the count would have to differ for LAIT's figure, at least.
        greatest(lait_from * total / 100 - counted, counted - lait_to * total / 100) as gap,
        lait_to >= share_from and lait_from <= share_to as is_possible,
        counts_hidden = 0 and total_status = 'final' and not is_rounded as are_exact
    from measured

),

classed as (

    select
        *,
        case
            when agreement = 'equal' then null
            when agreement = 'different' and is_rounded and is_possible then 'rounded_counts'
            when agreement = 'different' and are_exact and lait_counted = counted then 'lait_contradicts_itself'
            when agreement = 'different' and are_exact and may_be_another_edition and gap <= other_edition_gap
                then 'other_edition'
            when agreement = 'lait_only' and 'suppressed' in (our_status, total_status) and is_possible
                then 'suppressed_counts'
            when agreement = 'lait_only' and our_status = 'low' and round(lait_value, decimals) = 0
                then 'rounds_to_zero'
            when agreement = 'ours_only' and our_value = 0 then 'zero_as_a_dash'
            when agreement = 'ours_only' then 'no_figure_in_lait'
            else 'unexplained'
        end as explanation_class
    from limited

)

select
    (select made_of from {{ ref('int_lait__pending') }}) as made_of,
    lait_code,
    first_year,
    lait_area,
    year,
    area_code,
    area_name,
    geographic_level,
    release_id,
    source_line,
    our_value,
    our_status,
    lait_value,
    lait_status,
    agreement,
    our_value - lait_value as difference,
    explanation_class,
    case explanation_class
        when 'rounded_counts' then format(
            'Made of counts rounded to 10: the exact ones give something from %s to %s.',
            trim_scale(round(share_from, 3)), trim_scale(round(share_to, 3))
        )
        when 'suppressed_counts' then format(
            'Made of counts of which some are suppressed: the known ones leave a share from %s to %s.',
            trim_scale(round(share_from, 3)), trim_scale(round(share_to, 3))
        )
        when 'lait_contradicts_itself' then format(
            'LAIT''s own counts (%s) are ours, %s of %s: its percentage is of another edition than they are.',
            lait_counts, trim_scale(counted), trim_scale(total)
        )
        when 'other_edition' then format(
            'Exact counts, %s of %s; LAIT''s figure takes %s %s at least: it holds another edition of this year.',
            trim_scale(counted), trim_scale(total), greatest(ceil(gap), 1),
            case when lait_value > our_value then 'more' else 'fewer' end
        )
        when 'rounds_to_zero' then 'Published as a symbol, for it rounds to zero; LAIT shows the zero.'
        when 'zero_as_a_dash' then 'Published as zero; LAIT shows a dash.'
        when 'no_figure_in_lait' then format('Published; LAIT shows %s.', coalesce(lait_text, 'no row'))
        when 'unexplained' then 'Nothing that we can work out explains it.'
    end as explanation
from classed
