-- One row per area, year and measure of table c1 (referrals and re-referrals), every release held.
{{ ees_observations('dfe_children_in_need', 'referrals', breakdown='category', measures=[
    'referrals', 'referrals_rate', 're_referrals', 're_referrals_percent',
    'no_further_action', 'no_further_action_percent',
    'not_in_need', 'not_in_need_percent',
    'referrals_child', 'referrals_child_rate', 're_referrals_child', 're_referrals_child_percent',
]) }}
