{{ config(pre_hook="set local work_mem = '128MB'") }}

with newest as (

    select
        *,
        row_number() over (partition by indicator_id order by period_end_date desc) = 1 as is_latest
    from {{ ref('int_indicators__dated') }}
    where known_to is null

),

figures as (

    select
        indicator_id,
        release_id,
        period,
        case geographic_level when 'national' then 'England' else council end as council,
        value,
        value_status
    from {{ ref('int_indicators__observed') }}
    where geographic_level in ('la', 'national')

)

select
    judgements.inspection_id,
    judgements.council_code,
    judgements.council_name,
    dated.inspected_on,
    judgements.inspection_start_date_status as inspected_on_status,
    judgements.publication_date,
    judgements.overall_effectiveness,
    judgements.is_current,
    dated.indicator_id,
    indicators.indicator_name,
    indicators.unit,
    indicators.polarity,
    case when dated.was_known then 'known_then' else 'published_since' end as then_basis,
    dated.period as then_period,
    dated.period_end_date as then_period_end_date,
    dated.release as then_release,
    dated.known_from as then_known_from,
    dated.known_from_status as then_known_from_status,
    stood.value as then_value,
    coalesce(stood.value_status, 'not_available') as then_status,
    england_stood.value as then_england_value,
    restated.value as then_value_restated,
    latest.period as latest_period,
    latest.period_end_date as latest_period_end_date,
    latest.release as latest_release,
    now_figures.value as latest_value,
    coalesce(now_figures.value_status, 'not_available') as latest_status,
    england_now.value as latest_england_value,
    now_figures.value - restated.value as change_since
from {{ ref('int_inspections__dated') }} as dated
inner join {{ ref('ofsted_judgements') }} as judgements
    on dated.inspection_id = judgements.inspection_id
inner join {{ ref('indicator_rules') }} as indicators
    on dated.indicator_id = indicators.indicator_id
inner join newest as same_period
    on dated.indicator_id = same_period.indicator_id
    and dated.period = same_period.period
inner join newest as latest
    on dated.indicator_id = latest.indicator_id
    and latest.is_latest
{%- for alias, version, council in [
    ('stood', 'dated', 'dated.council'),
    ('restated', 'same_period', 'dated.council'),
    ('now_figures', 'latest', 'dated.council'),
    ('england_stood', 'dated', "'England'"),
    ('england_now', 'latest', "'England'"),
] %}
left join figures as {{ alias }}
    on {{ version }}.indicator_id = {{ alias }}.indicator_id
    and {{ version }}.release_id = {{ alias }}.release_id
    and {{ version }}.period = {{ alias }}.period
    and {{ council }} = {{ alias }}.council
{%- endfor %}
