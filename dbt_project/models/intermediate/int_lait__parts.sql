-- What each rule of the comparison with DfE's tool (LAIT) is made of: the figures of published tables that it names.
{{ config(materialized='table') }}

select
    rules.lait_code,
    rules.first_year,
    rules.last_year,
    rules.source_id,
    rules.table_name,
    rules.release,
    part.role,
    part.measure,
    coalesce(part.breakdown, '') as breakdown
from {{ ref('lait_measures') }} as rules
cross join lateral (
    select
        'figure' as role,
        rules.measure,
        rules.breakdown
    union all
    select
        'count',
        count_of.measure,
        rules.breakdown
    from string_to_table(rules.numerator, ' + ') as count_of (measure)
    union all
    select
        'other_count',
        other.measure,
        rules.breakdown
    from string_to_table(rules.other_counts, ' + ') as other (measure)
    union all
    select
        'total',
        rules.denominator,
        coalesce(rules.denominator_breakdown, rules.breakdown)
) as part
where part.measure is not null
