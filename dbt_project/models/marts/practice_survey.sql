with answers as (

    select
        *,
        coalesce(100 * answers / nullif(base, 0), printed_percent) as percent
    from {{ ref('int_practice__surveyed') }}

),

shared as (

    select
        answers.*,
        words.label,
        sum(answers.answers) over same_question as answers_of_all,
        lag(answers.wave) over same_answer as wave_before,
        lag(answers.wording) over same_answer as wording_before,
        lag(answers.percent) over same_answer as percent_before
    from answers
    left join {{ ref('practice_words') }} as words
        on words.breakdown = 'option' and answers.option = words.breakdown_value
    window
        same_question as (
            partition by
                answers.source, answers.council_code, answers.wave, answers.question, answers.item, answers.is_sum
        ),
        same_answer as (
            partition by answers.source, answers.council_code, answers.question, answers.item, answers.option
            order by answers.wave
        )

)

select
    shared.council_code,
    councils.council_name,
    shared.source,
    shared.wave,
    shared.question,
    shared.item,
    shared.option,
    coalesce(shared.label, shared.option) as option_name,
    shared.place,
    shared.answers,
    shared.base,
    shared.invited,
    round(shared.percent, 4) as percent,
    {% for side in ('low', 'high') -%}
    case
        when shared.answers between 0 and shared.base and shared.base > 0
            then round((
                100 * {{ share_limit('shared.answers::double precision', 'shared.base::double precision', side) }}
            )::numeric, 2)
    end as interval_{{ side }},
    {% endfor -%}
    -- What adds two answers up is a part of the question again, and need not make up its base.
    not shared.is_sum and shared.answers_of_all <> shared.base as has_other_base,
    shared.wave_before,
    -- Only where the question was put in the same words.
    coalesce(shared.wording = shared.wording_before, false) as is_comparable,
    case when shared.wording = shared.wording_before then round(shared.percent - shared.percent_before, 4) end
        as change_on_wave_before,
    shared.is_synthetic
from shared
inner join {{ ref('councils') }} as councils
    on shared.council_code = councils.council_code
