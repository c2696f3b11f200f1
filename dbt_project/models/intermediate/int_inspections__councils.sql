-- Which council each name in Ofsted's sheets is, by release. From 2025 a sheet states the code; until 2024 it gives
-- names, looked up as written, then among the known other spellings. A name may be that of two councils (Dorset,
-- before and since 2019): one listed as abolished is the one that is closed.
{{ config(materialized='table') }}

with written as (

    select council_name as written_name, release, is_abolished, coalesce(stated_code, '') as stated_code
    from {{ ref('stg_ofsted_inspection_outcomes__history') }}
    union
    select council_name, release, is_abolished, ''
    from {{ ref('stg_ofsted_inspection_outcomes__earlier') }}
    union
    select council_name, release, false, coalesce(stated_code, '')
    from {{ ref('stg_ofsted_inspection_outcomes__in_year') }}
    union
    select council_name, release, false, coalesce(stated_code, '')
    from {{ ref('stg_ofsted_inspection_outcomes__as_at') }}

),

names as (

    select lower(council_name) as spelling, council_name from {{ ref('councils') }}
    union
    select lower(aliases.alias) as spelling, councils.council_name
    from {{ ref('council_aliases') }} as aliases
    inner join {{ ref('councils') }} as councils
        on aliases.council_code = councils.council_code

),

-- A council that only changed its code lasts: its one successor bears its name. Others end when they are abolished.
lasting as (

    select
        councils.council_code,
        councils.council_name,
        councils.valid_from,
        councils.valid_to,
        coalesce(successors.council_code, councils.council_code) as lasting_code,
        councils.valid_to is null or (successors.council_code is not null and successors.valid_to is null) as exists_now
    from {{ ref('councils') }} as councils
    left join {{ ref('councils') }} as successors
        on councils.succeeded_by = successors.council_code
        and councils.council_name = successors.council_name

)

select distinct on (written.written_name, written.release, written.is_abolished, written.stated_code)
    written.written_name,
    written.release,
    written.is_abolished,
    written.stated_code,
    lasting.council_code,
    lasting.council_name,
    lasting.lasting_code,
    lasting.exists_now
from written
left join names
    on lower(written.written_name) = names.spelling
inner join lasting
    on written.stated_code = lasting.council_code
    or (
        names.council_name = lasting.council_name
        and coalesce(lasting.valid_from, '-infinity') <= make_date(written.release::integer, 3, 31)
    )
order by
    written.written_name, written.release, written.is_abolished, written.stated_code,
    written.stated_code = lasting.council_code desc,
    (coalesce(lasting.valid_to, 'infinity') < make_date(written.release::integer, 3, 31)) = written.is_abolished desc,
    lasting.valid_from desc nulls last
