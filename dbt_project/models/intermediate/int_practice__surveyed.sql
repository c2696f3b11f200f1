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
        false as is_synthetic
    from {{ ref('claims_quoted') }}
    where measure like 'staff_survey_q%' and kind = 'count' and category is not null and base > 0

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
        surveys.is_synthetic
    from {{ ref('stg_local_records__staff_survey') }} as surveys
    inner join {{ ref('delivering_councils') }} as senders
        on surveys.council_id = senders.council_id

)

select * from printed
union all
select * from sent
