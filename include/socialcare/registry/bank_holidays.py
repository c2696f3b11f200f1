"""England's bank holidays, on which no work is counted: gov.uk/bank-holidays and, for years past, its archive.

A year that is not here has none: add it before deliveries of that year are due.
"""

from __future__ import annotations

from datetime import date

#: By year: month-day of each, as it was kept (a Sunday's is the Monday).
_BY_YEAR = """
2016 05-02 05-30 08-29 12-26 12-27
2017 01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26
2018 01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26
2019 01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26
2020 01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28
2021 01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28
2022 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27
2023 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26
2024 01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26
2025 01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26
2026 01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28
2027 01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28
"""

BANK_HOLIDAYS = tuple(
    date.fromisoformat(f"{year}-{day}") for year, *days in map(str.split, _BY_YEAR.split("\n")[1:-1]) for day in days
)
