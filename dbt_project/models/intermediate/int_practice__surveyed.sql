-- Each answer that could be given to each question of each wave: the councils' own, and those that a report printed.
-- A printed table has its counts in rows of the claims; the report is Durham's, by Kantar, of 2016 and 2019.
with printed as (

    select
        'claims' as source,
        area_code as council_code,
        wave,
        measure as question,
        coalesce(item, '') as item,
        coalesce(item, '') as wording,
        -- One table prints a label over two columns.
        category || case
            when count(*) over (partition by measure, wave, item, category) > 1 then ' (column ' || column_number || ')'
            else ''
        end as option,
        value as answers,
        base,
        null::int as invited,
        column_number as place,
        false as is_synthetic,
        null::numeric as printed_percent,
        false as is_sum
    from {{ ref('claims_quoted') }}
    where measure like 'staff_survey_q%' and kind = 'count' and category is not null and base > 0

),

-- Answers that the text adds up to tell two waves apart: of the first it prints the share, and neither count nor base.
added as (

    select
        'claims' as source,
        told.area_code as council_code,
        told.wave,
        told.measure as question,
        told.item,
        told.item as wording,
        told.category as option,
        sum(printed.answers) as answers,
        max(printed.base) as base,
        null::int as invited,
        null::int as place,
        false as is_synthetic,
        max(told.value) as printed_percent,
        true as is_sum
    from {{ ref('claims_quoted') }} as told
    left join printed
        on told.area_code = printed.council_code
        and told.wave = printed.wave
        and told.measure = printed.question
        and told.item = printed.item
        and printed.option = any(string_to_array(told.category, ' + '))
    where told.kind = 'percentage'
        and told.base is null
        and exists (
            select 1
            from {{ ref('claims_quoted') }} as other
            where other.kind = 'percentage'
                and other.base is null
                and told.measure = other.measure
                and told.item = other.item
                and told.category = other.category
                and told.wave <> other.wave
        )
    group by told.area_code, told.wave, told.measure, told.item, told.category

),

sent as (

    select
        'local_records' as source,
        senders.council_code,
        surveys.wave,
        surveys.question,
        coalesce(surveys.item, '') as item,
        surveys.wording::text as wording,
        surveys.option,
        surveys.count::numeric as answers,
        surveys.n::int as base,
        surveys.invited::int as invited,
        surveys.line as place,
        surveys.is_synthetic,
        null::numeric as printed_percent,
        false as is_sum
    from {{ ref('stg_local_records__staff_survey') }} as surveys
    inner join {{ ref('delivering_councils') }} as senders
        on surveys.council_id = senders.council_id

)

select * from printed
union all
select * from added
union all
select * from sent
