"""What publishers gave for the figures that the founding documents quote: facts to hold the claims against.

Rates of children looked after: DfE, "Children looked after in England including adoptions", releases 2022 and 2023
(the first release, of 2019, had 83 for Durham and 65 for England). Plans started, plans for neglect and re-referrals:
DfE, "Children in need", release 2024, tables C1, D1 and D2. Judgements: Ofsted's reports.
"""

from __future__ import annotations

from decimal import Decimal

from socialcare.claims.model import Judgement, Published

DURHAM, SOUTH_TYNESIDE = "E06000047", "E08000023"
NORTH_EAST, ENGLAND = "E12000001", "E92000001"


def _years(measure: str, area: str, release: str, first: int, *values: str) -> tuple[Published, ...]:
    return tuple(
        Published(measure, area, f"{year}-03-31", release, Decimal(value), f"{release}-11-01")
        for year, value in enumerate(values, start=first)
    )


PUBLISHED = (
    *_years("cla_rate_per_10000", DURHAM, "2022", 2018, "80", "84", "90"),
    *_years("cla_rate_per_10000", DURHAM, "2023", 2019, "85", "92"),
    *_years("cla_rate_per_10000", NORTH_EAST, "2022", 2018, "96", "101", "107"),
    *_years("cla_rate_per_10000", NORTH_EAST, "2023", 2019, "102", "109"),
    *_years("cla_rate_per_10000", ENGLAND, "2022", 2018, "64", "65", "67"),
    *_years("cla_rate_per_10000", ENGLAND, "2023", 2019, "66", "68"),
    *_years("cpp_starts_rate_per_10000", DURHAM, "2024", 2014, "65.8", "50.8", "47.1", "68.9", "79.4", "68.5"),
    *_years("cpp_starts_rate_per_10000", NORTH_EAST, "2024", 2019, "88.2"),
    *_years("cpp_neglect_starts", DURHAM, "2024", 2014, "414", "348", "301", "528", "566", "475"),
    *_years("rereferral_pct", DURHAM, "2024", 2014, "27.4", "22.6", "20.9", "18.5", "16.8", "23.1"),
)
JUDGEMENTS = tuple(
    Judgement(area, attribute, grade, inspected, published)
    for area, inspected, published, overall, leadership in (
        (DURHAM, "2016-02-22", "2016-05-16", "Requires improvement", "Requires improvement"),
        (DURHAM, "2019-09-09", "2019-10-21", "Requires improvement", "Requires improvement"),
        (DURHAM, "2022-05-09", "2022-07-05", "Good", "Outstanding"),
        (DURHAM, "2025-03-24", "2025-05-13", "Outstanding", "Outstanding"),
        (SOUTH_TYNESIDE, "2017-09-11", "2017-11-24", "Good", "Good"),
        (SOUTH_TYNESIDE, "2022-12-05", "2023-05-10", "Inadequate", "Inadequate"),
    )
    for attribute, grade in (("overall", overall), ("leadership", leadership))
)
