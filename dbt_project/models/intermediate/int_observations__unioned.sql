-- Every published observation in one shape: all sources, releases, areas, periods and measures.
select * from {{ ref('stg_dfe_social_work_workforce__indicators') }}
union all
select * from {{ ref('stg_dfe_children_looked_after__numbers_and_rates') }}
union all
select * from {{ ref('stg_dfe_children_in_need__referrals') }}
union all
select * from {{ ref('stg_dfe_children_in_need__protection_plans') }}
