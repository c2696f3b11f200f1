-- How good each delivery was: what came in, what stayed out, what must be looked at.
with found as (

    select
        delivery_id,
        count(distinct (table_name, rule_code)) as rules_broken
    from {{ source('returns', 'delivery_findings') }}
    group by delivery_id

)

select
    senders.council_code,
    councils.council_name,
    judged.return_id,
    judged.collection_year,
    judged.place,
    judged.as_of_date,
    judged.received_on,
    judged.verdict,
    judged.rows_in,
    judged.rows_loaded,
    judged.rows_quarantined,
    round(100.0 * judged.rows_loaded / nullif(judged.rows_in, 0), 2) as loaded_pct,
    coalesce(found.rules_broken, 0) as rules_broken,
    judged.is_newest,
    judged.is_synthetic
from {{ ref('stg_returns__judged') }} as judged
inner join {{ ref('delivering_councils') }} as senders
    on judged.council_id = senders.council_id
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
left join found
    on judged.delivery_id = found.delivery_id
