-- Were this list asked for on that day, would it be ready, and if not, why? By the delivery that counted on the day.
-- Tables just loaded have no statistics: the planner would take each join for one of a few rows, and loop over all.
{{ config(pre_hook="set local enable_nestloop = off; set local jit = off") }}
with days as (

    select distinct
        council_id,
        as_of_date as day,
        max(as_of_date) over (partition by council_id) as last_day
    from {{ ref('stg_returns__judged') }}

),

-- A council that sends no Annex A at all is not ready either, and reads so.
counted_on as (

    select
        days.council_id,
        days.day,
        sent.delivery_id,
        sent.as_of_date as sent_as_of_date
    from days
    left join lateral (
        select
            judged.delivery_id,
            judged.as_of_date
        from {{ ref('stg_returns__judged') }} as judged
        where judged.council_id = days.council_id
            and judged.return_id = 'annex_a'
            and judged.as_of_date <= days.day
        order by judged.as_of_date desc, judged.delivery_id desc
        limit 1
    ) as sent on true
    where days.day > days.last_day - 28

),

lists as (

    {% for list, fields in annex_a_lists() -%}
    select
        '{{ list }}' as list,
        {{ loop.index }} as list_number,
        {{ fields | length }} as fields
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

filled as (

    {% for list, fields in annex_a_lists() -%}
    select
        _delivery_id as delivery_id,
        '{{ list }}' as list,
        count(*) as rows_in_list,
        count({{ fields | join(') + count(') }}) as cells
    from {{ source('annex_a', list) }}
    where _delivery_id in (select counted_on.delivery_id from counted_on)
    group by _delivery_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

errors as (

    select
        delivery_id,
        table_name as list,
        sum(rows_found) as errors
    from {{ source('returns', 'delivery_findings') }}
    where delivery_id in (select counted_on.delivery_id from counted_on)
    group by delivery_id, table_name

),

wanted as (

    select distinct on (councils.council_id, lists.list)
        councils.council_id,
        lists.list,
        lists.list_number,
        lists.fields,
        deadlines.rows_at_least,
        deadlines.max_days_old,
        deadlines.complete_at_least,
        deadlines.errors_at_most_pct,
        deadlines.ready_on
    from (select distinct counted_on.council_id from counted_on) as councils
    cross join lists
    inner join {{ ref('annex_a_deadlines') }} as deadlines
        on deadlines.council_id in (councils.council_id, 'all') and deadlines.list in (lists.list, 'all')
    -- The council's own row comes first, then the list's.
    order by
        councils.council_id asc, lists.list asc, (deadlines.council_id <> 'all') desc, (deadlines.list <> 'all') desc

),

measured as (

    select
        wanted.*,
        counted_on.day,
        counted_on.sent_as_of_date,
        counted_on.day - counted_on.sent_as_of_date as days_since_delivered,
        case when counted_on.delivery_id is not null then coalesce(filled.rows_in_list, 0) end as rows_in_list,
        round(100.0 * filled.cells / nullif(filled.rows_in_list * wanted.fields, 0), 2) as complete_pct,
        case when counted_on.delivery_id is not null then coalesce(errors.errors, 0) end as errors,
        sent.rows_quarantined as rows_outside,
        round(100.0 * coalesce(errors.errors, 0) / nullif(filled.rows_in_list, 0), 2) as errors_pct
    from counted_on
    inner join wanted
        on counted_on.council_id = wanted.council_id
    left join filled
        on counted_on.delivery_id = filled.delivery_id and wanted.list = filled.list
    left join errors
        on counted_on.delivery_id = errors.delivery_id and wanted.list = errors.list
    left join {{ source('returns', 'delivered_tables') }} as sent
        on counted_on.delivery_id = sent.delivery_id and wanted.list = sent.table_name

),

judged as (

    select
        *,
        case
            when sent_as_of_date is null then 'No Annex A has come in.'
            else nullif(concat_ws(
                ' ',
                case
                    when days_since_delivered > max_days_old
                        then 'Days old: ' || days_since_delivered || ', at most ' || max_days_old || ' wanted.'
                end,
                -- A list that may be empty is ready when it is: not when it is missing, or when all of it was refused.
                case
                    when rows_outside is null
                        then 'The list was not sent, or could not be read.'
                    when rows_in_list = 0 and rows_outside > 0
                        then 'Rows that wait outside: ' || rows_outside || ', and none came in.'
                    when rows_in_list < rows_at_least
                        then 'Rows: ' || rows_in_list || ', at least ' || rows_at_least || ' wanted.'
                end,
                case
                    when complete_pct < complete_at_least
                        then
                            'Mandatory fields filled: ' || complete_pct || '%, at least ' || complete_at_least || '% wanted.'
                end,
                case
                    when errors_pct > errors_at_most_pct
                        then
                            'Open errors for each 100 rows: ' || errors_pct || ', at most ' || errors_at_most_pct
                            || ' wanted.'
                end
            ), '')
        end as why_not
    from measured

)

select
    senders.council_code,
    councils.council_name,
    judged.day,
    judged.list,
    judged.list_number,
    judged.sent_as_of_date,
    judged.days_since_delivered,
    judged.rows_in_list,
    judged.fields as mandatory_fields,
    judged.complete_pct,
    judged.errors,
    judged.errors_pct,
    judged.why_not is null as is_ready,
    judged.why_not,
    judged.ready_on,
    judged.ready_on - judged.day as days_to_deadline,
    coalesce(synthetic.is_synthetic, false) as is_synthetic
from judged
inner join {{ ref('delivering_councils') }} as senders
    on judged.council_id = senders.council_id
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
left join (
    select
        council_id,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('stg_returns__judged') }}
    group by council_id
) as synthetic
    on judged.council_id = synthetic.council_id
