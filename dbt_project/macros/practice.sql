{#- The first day of the year from April in which a day lies. -#}
{% macro april_before(day) -%}
    make_date((extract(year from {{ day }}) - case when extract(month from {{ day }}) < 4 then 1 else 0 end)::int, 4, 1)
{%- endmacro %}

{#- The figures of one mart, worked out from facts. A fact adds to the numerator and the denominator of one measure; it
    says by what it can be divided, in a JSON object, and when it happened. A measure over a year also has quarters,
    where its facts have days. -#}
{% macro practice_figures(mart, facts) -%}
with facts as (

    {% for model in facts -%}
    select
        council_id,
        return_id,
        is_synthetic,
        measure,
        from_date,
        to_date,
        happened_on,
        numerator,
        denominator,
        breakdowns
    from {{ ref(model) }}
    where to_date is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

{# A team that is sent twice counts once. -#}
teams as (

    select distinct on (council_id, team)
        council_id,
        team,
        service
    from {{ ref('stg_local_records__teams') }}
    order by council_id, team, service

),

dated as (

    select
        facts.*,
        measures.measure_name,
        measures.unit,
        measures.interval_method,
        spans.period_type,
        spans.period_start_date,
        spans.period_end_date,
        jsonb_strip_nulls(
            jsonb_build_object('council', 'all', 'service', teams.service) || coalesce(facts.breakdowns, '{}')
        ) as divided
    from facts
    inner join {{ ref('practice_measures') }} as measures
        on facts.measure = measures.measure and measures.mart = '{{ mart }}'
    left join teams
        on facts.council_id = teams.council_id and facts.breakdowns ->> 'team' = teams.team
    cross join lateral (
        select
            measures.over as period_type,
            case when measures.over <> 'snapshot' then facts.from_date end as period_start_date,
            facts.to_date as period_end_date
        where measures.over = 'snapshot' or facts.happened_on is null
            or facts.happened_on between facts.from_date and facts.to_date
        union all
        select
            'quarter',
            date_trunc('quarter', facts.happened_on)::date,
            least((date_trunc('quarter', facts.happened_on) + interval '3 months - 1 day')::date, facts.to_date)
        where measures.over = 'year' and facts.happened_on between facts.from_date and facts.to_date
    ) as spans

),

counted as (

    select
        dated.council_id,
        dated.measure,
        dated.measure_name,
        dated.unit,
        dated.interval_method,
        dated.period_type,
        dated.period_start_date,
        dated.period_end_date,
        parts.key as breakdown,
        parts.value as breakdown_value,
        min(dated.return_id) as return_id,
        bool_or(dated.is_synthetic) as is_synthetic,
        sum(dated.numerator)::numeric as numerator,
        sum(dated.denominator)::numeric as denominator
    from dated
    cross join lateral jsonb_each_text(dated.divided) as parts
    where parts.value <> ''
    group by
        dated.council_id, dated.measure, dated.measure_name, dated.unit, dated.interval_method, dated.period_type,
        dated.period_start_date, dated.period_end_date, parts.key, parts.value

)

select
    senders.council_code,
    councils.council_name,
    counted.measure,
    counted.measure_name,
    counted.breakdown,
    counted.breakdown_value,
    coalesce(words.label, case counted.breakdown when 'council' then councils.council_name end, counted.breakdown_value)
        as breakdown_name,
    counted.period_type,
    counted.period_start_date,
    counted.period_end_date,
    counted.unit,
    round(
        case
            when counted.denominator is null then counted.numerator
            when counted.unit = '%' then 100 * counted.numerator / nullif(counted.denominator, 0)
            else counted.numerator / nullif(counted.denominator, 0)
        end,
        6
    ) as value,
    case when counted.denominator = 0 then 'not_applicable' else 'provisional' end as value_status,
    counted.numerator,
    counted.denominator,
    {% for side in ('low', 'high') -%}
    case
        when counted.interval_method = 'wilson' and counted.denominator > 0
            and counted.numerator between 0 and counted.denominator
            then round((
                100 * {{ share_limit('counted.numerator::double precision', 'counted.denominator::double precision', side) }}
            )::numeric, 2)
    end as interval_{{ side }},
    {% endfor -%}
    counted.return_id,
    counted.is_synthetic
from counted
inner join {{ ref('delivering_councils') }} as senders
    on counted.council_id = senders.council_id
inner join {{ ref('councils') }} as councils
    on senders.council_code = councils.council_code
left join {{ ref('practice_words') }} as words
    on counted.breakdown = words.breakdown and counted.breakdown_value = words.breakdown_value
{%- endmacro %}
