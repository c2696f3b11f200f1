select
    councils.council_code,
    councils.council_name,
    case when councils.exists_now then councils.lasting_code end as current_council_code,
    case when councils.exists_now then 'current' else 'abolished' end as council_status,
    earlier.framework,
    earlier.publication_date,
    earlier.judgement_name,
    earlier.judgement,
    case
        when earlier.judgement is not null then 'made'
        when earlier.is_dash then 'not_made'
        else 'not_published'
    end as judgement_status,
    earlier.release_id,
    earlier.file_sha256,
    earlier.source_line,
    earlier.source_column
from {{ ref('stg_ofsted_inspection_outcomes__earlier') }} as earlier
left join {{ ref('int_inspections__councils') }} as councils
    on earlier.council_name = councils.written_name
    and earlier.release = councils.release
    and earlier.is_abolished = councils.is_abolished
    and councils.stated_code = ''
where earlier.release = (select max(release) from {{ ref('stg_ofsted_inspection_outcomes__earlier') }})
