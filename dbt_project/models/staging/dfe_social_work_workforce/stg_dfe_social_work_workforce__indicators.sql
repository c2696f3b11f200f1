-- One row per area, year and measure of DfE's workforce publication, every release held.
{{ ees_observations('dfe_social_work_workforce', 'indicators', measures=[
    'inpost_fte', 'inpost_headcount',
    'starters_fte', 'starters_headcount',
    'leavers_fte', 'leavers_headcount',
    'turnover_rate_fte', 'turnover_rate_headcount',
    'agency_fte', 'agency_headcount', 'agency_rate_fte', 'agency_rate_headcount',
    'agency_cover_fte', 'agency_cover_rate_fte',
    'vacancy_fte', 'vacancy_rate_fte', 'vacancy_agency_cover_rate_fte',
    'case_holders_fte', 'cases', 'caseload_fte',
    'working_days_lost_fte', 'absence_rate_fte',
]) }}
