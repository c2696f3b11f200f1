with agreed as (

    select
        lait_code,
        count(*) filter (where agreement in ('equal', 'different')) as cells_compared,
        count(*) filter (where agreement = 'equal') as cells_equal,
        count(*) filter (where agreement = 'different') as cells_different,
        count(*) filter (where agreement = 'ours_only') as cells_ours_only,
        count(*) filter (where agreement = 'lait_only') as cells_lait_only,
        count(*) filter (where explanation_class = 'unexplained') as cells_unexplained
    from {{ ref('lait_agreement') }}
    group by lait_code

),

held as (

    select
        release,
        lait_code,
        count(*) filter (where value is not null) as lait_figures
    from {{ ref('stg_dfe_lait__values') }}
    group by release, lait_code

),

-- Measures of which a published table that a rule names is held: of these something must be compared.
carried as (

    select distinct rules.lait_code
    from {{ ref('lait_measures') }} as rules
    inner join {{ source('control', 'current_landings') }} as current_landings
        on rules.source_id = current_landings.source_id
        and rules.table_name = current_landings.table_name
        and rules.release = current_landings.release

),

measures as (

    select
        lait_code,
        min(lait_release) as lait_release,
        min(measure_name) as measure_name,
        min(topic) as topic,
        min(not_carried_because) as not_carried_because,
        string_agg(distinct source_id || '/' || release, ', ' order by source_id || '/' || release) as releases,
        min(first_year) as first_year,
        max(last_year) as last_year
    from {{ ref('lait_measures') }}
    group by lait_code

)

select
    measures.lait_code,
    measures.measure_name,
    measures.topic,
    dictionary.unit,
    dictionary.polarity,
    dictionary.taken_from,
    case
        when measures.not_carried_because is not null then 'not_carried'
        when agreed.cells_compared > 0 then 'compared'
        when carried.lait_code is not null and held.lait_figures > 0 then 'nothing_found'
        else 'not_held'
    end as state,
    measures.not_carried_because,
    measures.lait_release,
    measures.releases,
    measures.first_year,
    measures.last_year,
    coalesce(held.lait_figures, 0) as lait_figures,
    coalesce(agreed.cells_compared, 0) as cells_compared,
    coalesce(agreed.cells_equal, 0) as cells_equal,
    coalesce(agreed.cells_different, 0) as cells_different,
    coalesce(agreed.cells_ours_only, 0) as cells_ours_only,
    coalesce(agreed.cells_lait_only, 0) as cells_lait_only,
    coalesce(agreed.cells_unexplained, 0) as cells_unexplained
from measures
left join agreed on measures.lait_code = agreed.lait_code
left join carried on measures.lait_code = carried.lait_code
left join held on measures.lait_code = held.lait_code and measures.lait_release = held.release
left join {{ ref('stg_dfe_lait__measures') }} as dictionary on measures.lait_code = dictionary.lait_code
