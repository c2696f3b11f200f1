-- One row per area, year, population (starting, at 31 March, ceasing) and measure, every release held.
-- A release's rates rest on its own populations: releases are never mixed.
{{ ees_observations('dfe_children_looked_after', 'numbers_and_rates',
    measures=['population_estimate', 'number', 'rate_per_10000'],
    breakdown='population_count') }}
