select
    findings.council_code,
    councils.council_name,
    findings.inspection_start_date,
    judgements.inspection_id,
    case when judgements.inspection_id is null then 'not_held' else 'held' end as inspection_status,
    findings.area_id,
    findings.area,
    findings.relation,
    findings.indicator_id,
    coalesce(indicators.indicator_name, findings.indicator_name) as indicator_name,
    case
        when indicators.indicator_id is null then 'local_only'
        when context.indicator_id is null then 'no_figure_held'
        else 'held'
    end as indicator_status,
    context.unit,
    context.then_basis,
    context.then_period,
    context.then_value,
    context.latest_period,
    context.latest_value,
    context.change_since,
    findings.source,
    findings.place_in_source
from {{ ref('inspection_findings') }} as findings
inner join {{ ref('councils') }} as councils
    on findings.council_code = councils.council_code
left join {{ ref('ofsted_judgements') }} as judgements
    on findings.council_code = judgements.council_code
    and findings.inspection_start_date = judgements.inspection_start_date
    and judgements.overall_effectiveness_status not in ('visit', 'not_yet_inspected')
left join {{ ref('indicator_rules') }} as indicators
    on findings.indicator_id = indicators.indicator_id
left join {{ ref('inspection_context') }} as context
    on judgements.inspection_id = context.inspection_id
    and findings.indicator_id = context.indicator_id
