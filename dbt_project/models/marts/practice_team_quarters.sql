-- Tables just loaded have no statistics: the planner would take each join for one of a few rows, and loop over all.
{{ config(pre_hook="set local enable_nestloop = off; set local jit = off") }}
select
    senders.council_code,
    councils.council_name,
    facts.team,
    date_trunc('quarter', facts.happened_on)::date as quarter_start_date,
    facts.measure,
    measures.measure_name,
    sum(facts.numerator) as numerator,
    count(*) as denominator,
    round(100.0 * sum(facts.numerator) / count(*), 6) as value,
    bool_or(facts.is_synthetic) as is_synthetic
from {{ ref('int_practice__team_facts') }} as facts
inner join {{ ref('practice_measures') }} as measures
    on facts.measure = measures.measure
inner join {{ ref('delivering_councils') }} as senders
    on facts.council_id = senders.council_id
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
group by
    senders.council_code, councils.council_name, facts.team, date_trunc('quarter', facts.happened_on),
    facts.measure, measures.measure_name
