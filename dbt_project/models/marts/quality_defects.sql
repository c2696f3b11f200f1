-- Each rule that deliveries of one year broke, from the delivery that first did to the one that no longer does.
with found as (

    select
        judged.*,
        findings.table_name,
        findings.rule_code,
        findings.column_name,
        findings.severity,
        findings.rows_found,
        -- The same for deliveries that follow on each other.
        judged.place - row_number() over (
            partition by
                judged.council_id, judged.return_id, judged.collection_year,
                findings.table_name, findings.rule_code, findings.column_name, findings.severity
            order by judged.place
        ) as spell
    from {{ ref('stg_returns__judged') }} as judged
    inner join {{ source('returns', 'delivery_findings') }} as findings
        on judged.delivery_id = findings.delivery_id

),

spells as (

    select
        council_id,
        return_id,
        collection_year,
        table_name,
        rule_code,
        column_name,
        severity,
        min(place) as first_place,
        max(place) as last_place,
        min(as_of_date) as first_as_of_date,
        min(received_on) as found_on,
        count(*) as deliveries,
        max(rows_found) as rows_at_most,
        (array_agg(rows_found order by place desc))[1] as rows_found,
        bool_or(is_newest) as is_open,
        bool_or(is_synthetic) as is_synthetic
    from found
    group by
        council_id, return_id, collection_year, table_name, rule_code, column_name, severity, spell

)

select
    senders.council_code,
    councils.council_name,
    spells.return_id,
    spells.collection_year,
    spells.table_name,
    spells.rule_code,
    spells.column_name,
    spells.severity,
    spells.first_place,
    spells.first_as_of_date,
    spells.found_on,
    spells.deliveries,
    spells.rows_found,
    spells.rows_at_most,
    spells.is_open,
    mended.received_on as fixed_on,
    mended.received_on - spells.found_on as days_to_fix,
    spells.is_synthetic
from spells
inner join {{ ref('delivering_councils') }} as senders
    on spells.council_id = senders.council_id
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
left join {{ ref('stg_returns__judged') }} as mended
    on spells.council_id = mended.council_id
    and spells.return_id = mended.return_id
    and spells.collection_year = mended.collection_year
    and spells.last_place + 1 = mended.place
