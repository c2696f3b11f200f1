"""Three councils' counts as at month ends, made up from a seed: events of each month, counted as the catalogue does."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from socialcare.disclosure.attack import Knowledge
from socialcare.disclosure.cells import Cell, Said, Told, is_small
from socialcare.disclosure.relations import Catalogue, Rule, rule
from socialcare.settings import PROJECT_ROOT

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds"

#: How large each council is beside the largest: near those of Durham, South Tyneside, and Redcar and Cleveland.
COUNCILS = {"durham": 1.0, "south_tyneside": 0.27, "redcar_and_cleveland": 0.33}

#: Events of a month in the largest council.
FLOWS = {"cla_starts": 35, "referrals": 450, "assessments": 400, "enquiries": 120, "plan_starts": 50, "plan_ends": 50}
#: Events that are some of those.
SOME = {
    "referrals_nfa": ("referrals", 0.08), "rereferrals": ("referrals", 0.2),
    "assessments_in_time": ("assessments", 0.84),
    "conferences": ("enquiries", 0.45), "conferences_in_time": ("conferences", 0.8),
    "plan_starts_subsequent": ("plan_starts", 0.2), "plan_ends_2_years": ("plan_ends", 0.04),
    "cla_ends": ("cla_starts", 0.97), "cla_adopted": ("cla_ends", 0.1), "cla_missing": ("cla_starts", 0.3),
    "cla_away": ("cla_starts", 0.15),
}  # fmt: skip
STOCKS = {"cla": 1000, "plans": 500, "in_need": 3500, "plans_2_years": 12, "cla_3_placements": 90}
#: Asked once a collection year has ended.
OF_THE_YEAR = {
    "oc2_asked": 700, "oc2_health_assessment": 640, "oc2_teeth_check": 560, "oc2_immunisations": 610,
    "oc2_substance_misuse": 22, "oc2_convicted": 12, "oc2_sdq_scores": 480, "care_leavers": 260,
    "care_leavers_suitable_home": 240, "care_leavers_active": 150, "care_leavers_university": 16,
    "care_leavers_not_in_touch": 14,
}  # fmt: skip


def rules() -> list[Rule]:
    with (SEEDS / "disclosure" / "disclosure_relations.csv").open(newline="", encoding="utf-8") as file:
        return [rule(row["kind"], row["whole"], row["parts"], float(row["factor"])) for row in csv.DictReader(file)]


@dataclass(frozen=True)
class Shared:
    """True counts by cell, and the first day of each one's period."""

    truths: dict[Cell, float]
    begins: dict[Cell, date | None]

    def known(self, until: date, old_until: date | None = None) -> Knowledge:
        """Return what is said as at all month ends to this one; those to ``old_until`` were shared before."""
        told = {
            cell: _told(truth, is_new=old_until is None or cell.month_end > old_until)
            for cell, truth in self.truths.items()
            if cell.month_end <= until
        }
        begins = {cell: self.begins[cell] for cell in told}
        return Knowledge(told, Catalogue(rules(), begins).relations())


def _told(truth: float, *, is_new: bool) -> Told:
    if is_small(truth):
        return Told(Said.SMALL, None, truth, is_new)
    return Told(Said.SHOWN, 5 * np.floor(truth / 5 + 0.5), truth, is_new)


def month_ends(last: date, many: int) -> list[date]:
    found = [last]
    while len(found) < many:
        found.insert(0, found[0].replace(day=1) - timedelta(days=1))
    return found


def lives(seed: int, shared: Iterable[date]) -> Shared:
    """Return every count of three councils as at these month ends, from events of the two years before."""
    random, shared = np.random.default_rng(seed), sorted(shared)
    made = Shared({}, {})
    for council, size in COUNCILS.items():
        months = month_ends(shared[-1], 30)
        flows = _flows(random, size, len(months))
        stocks = _stocks(random, size, flows)
        for month in shared:
            _count(made, council, month, months, flows, stocks)
            if month.month == 3:
                _count_year(made, random, council, size, month)
    return made


def _flows(random: np.random.Generator, size: float, months: int) -> dict[str, np.ndarray]:
    flows = {name: random.poisson(mean * size, months) for name, mean in FLOWS.items()}
    for name, (whole, share) in SOME.items():
        flows[name] = random.binomial(flows[whole], share)
    flows["cla_special_guardianship"] = random.binomial(flows["cla_ends"] - flows["cla_adopted"], 0.12)
    flows["referrals_followed"] = flows["referrals"]
    return flows


def _stocks(random: np.random.Generator, size: float, flows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    months = len(flows["referrals"])
    stocks = {name: random.poisson(mean * size, months) for name, mean in STOCKS.items()}
    stocks["cla"] = int(STOCKS["cla"] * size) + np.cumsum(flows["cla_starts"] - flows["cla_ends"])
    stocks["plans"] = int(STOCKS["plans"] * size) + np.cumsum(flows["plan_starts"] - flows["plan_ends"])
    return stocks


def _count(
    made: Shared,
    council: str,
    month: date,
    months: list[date],
    flows: dict[str, np.ndarray],
    stocks: dict[str, np.ndarray],
) -> None:
    place = months.index(month)
    for name in ("cla", "plans", "in_need", "plans_2_years"):
        _add(made, council, name, "snapshot", month, None, stocks[name][place])
    first = date(month.year - (month.month < 4), 4, 1)
    for kind, begins, many in (
        ("year_to_date", first, (month.month - 4) % 12 + 1),
        ("rolling_12_months", (month + timedelta(days=1)).replace(year=month.year - 1 + (month.month == 12)), 12),
    ):
        span = slice(place - many + 1, place + 1)
        for name, events in flows.items():
            _add(made, council, name, kind, month, begins, events[span].sum())
        in_care = stocks["cla"][place - many] + flows["cla_starts"][span].sum()
        _add(made, council, "cla_in_period", kind, month, begins, in_care)
        if kind == "year_to_date" or begins == first:
            _add(made, council, "cla_followed", kind, month, begins, stocks["cla"][place])
            _add(made, council, "cla_3_placements", kind, month, begins, stocks["cla_3_placements"][place])


def _count_year(made: Shared, random: np.random.Generator, council: str, size: float, month: date) -> None:
    asked = {name: float(random.poisson(mean * size)) for name, mean in OF_THE_YEAR.items()}
    asked["oc2_sdq_sum"] = float(random.integers(8, 20)) * asked["oc2_sdq_scores"]
    staff = {name: round(float(random.gamma(mean * size)), 2) for name, mean in _STAFF.items()}
    staff["agency_and_staff_fte"] = round(staff["agency_fte"] + staff["staff_fte"], 2)
    staff["vacancies_and_staff_fte"] = round(staff["vacancies_fte"] + staff["staff_fte"], 2)
    begins = date(month.year - 1, 4, 1)
    for kind in ("year_to_date", "rolling_12_months"):
        for name, amount in asked.items():
            _add(made, council, name, kind, month, begins, amount)
    for name, amount in staff.items():
        _add(made, council, name, "snapshot", month, None, amount)


_STAFF = {"staff_fte": 320, "agency_fte": 30, "vacancies_fte": 40, "cases": 5000, "holders_fte": 220}


def _add(made: Shared, council: str, name: str, kind: str, month: date, begins: date | None, amount: float) -> None:
    cell = Cell(council, name, kind, month)
    made.truths[cell], made.begins[cell] = float(amount), begins
