select
    councils.council_code,
    councils.dfe_code,
    councils.council_name,
    councils.region_code,
    councils.region_name,
    councils.valid_from,
    councils.valid_to,
    councils.valid_to is null as exists_now,
    councils.succeeded_by,
    (
        select string_agg(earlier.council_code, ' ' order by earlier.council_code)
        from {{ ref('councils') }} as earlier
        where councils.council_code = any(string_to_array(earlier.succeeded_by, ' '))
    ) as took_over_from,
    delivering.council_id
from {{ ref('councils') }} as councils
left join {{ ref('delivering_councils') }} as delivering
    on councils.council_code = delivering.council_code
