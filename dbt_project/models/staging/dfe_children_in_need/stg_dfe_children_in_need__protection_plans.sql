-- One row per area, year and measure of table d1 (child protection plans), every release held.
{{ ees_observations('dfe_children_in_need', 'protection_plans', breakdown='category', measures=[
    'cpp_start', 'cpp_start_rate', 'cpp_child_start', 'cpp_child_start_rate',
    'cpp_end', 'cpp_end_rate', 'cpp_child_end', 'cpp_child_end_rate',
    'cpp_anypoint', 'cpp_anypoint_rate', 'cpp_child_anypoint', 'cpp_child_anypoint_rate',
    'cpp_at31', 'cpp_at31_rate',
]) }}
