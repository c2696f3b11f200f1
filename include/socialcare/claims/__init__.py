"""Figures and judgements that people quote, kept as data, and checks that find where they contradict each other.

The claims themselves are rows: ``dbt_project/seeds/claims/claims_quoted.csv`` (figures) and ``data/`` beside this file
(comparisons in words, statements without a figure, what a numeral is that is no claim). The checks name no document.
"""
