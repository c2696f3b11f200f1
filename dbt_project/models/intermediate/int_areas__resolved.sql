-- Which councils stand behind each area code of a council's row: one, or the two of a joint return
-- ('E09000021 / E09000027'). Publishers also use a later code for earlier years, so a council is followed by
-- DfE's three-digit code, which survives a change of status (North Yorkshire is 815 before and after 2023).
{{ config(materialized='table') }}

with areas as (

    select distinct area_code
    from {{ ref('int_indicators__observed') }}
    where geographic_level = 'la'

),

members as (

    select
        areas.area_code,
        trim(member.council_code) as member_code,
        member.position
    from areas
    cross join lateral unnest(string_to_array(areas.area_code, ' / ')) with ordinality
        as member (council_code, position)

)

select
    members.area_code,
    members.member_code,
    members.position,
    councils.dfe_code,
    councils.council_name,
    councils.region_code,
    string_agg(councils.council_name, ' and ') over joint as area_name,
    count(*) over (partition by members.area_code) > 1 as is_joint_return
from members
left join {{ ref('councils') }} as councils
    on members.member_code = councils.council_code
window joint as (
    partition by members.area_code
    order by members.position
    rows between unbounded preceding and unbounded following
)
