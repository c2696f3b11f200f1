"""What the looked-after return of a year may tell of a life: its codes, its episodes, and who is asked what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from socialcare.generate.rows import OPEN, Bools, Ints, Rows, Texts, birthday

if TYPE_CHECKING:
    from socialcare.generate.life import Life, Span

#: The tables in the order in which DfE names them, each with its columns.
TABLES: dict[str, tuple[str, ...]] = {
    "header": ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
    "episodes": (
        *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
        *("REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"),
    ),
    "reviews": ("CHILD", "DOB", "REVIEW", "REVIEW_CODE"),
    "uasc": ("CHILD", "SEX", "DOB", "DUC"),
    "oc2": (
        *("CHILD", "DOB", "SDQ_SCORE", "SDQ_REASON", "CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK"),
        *("HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE", "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED"),
    ),
    "oc3": ("CHILD", "DOB", "IN_TOUCH", "ACTIV", "ACCOM"),
    "ad1": ("CHILD", "DOB", "DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"),
    "placed_adoption": ("CHILD", "DOB", "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"),
    "prev_perm": ("CHILD", "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM"),
    "missing": ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"),
    "sw_episodes": ("CHILD", "DOB", "SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"),
    "dolo": ("CHILD", "DOB", "DOLO_START", "DOLO_END"),
}
#: The first collection year of the tables that came later.
FIRST_YEARS = {"sw_episodes": 2024, "dolo": 2027}
_OLDER_CODES: tuple[tuple[int, str, dict[str, str]], ...] = (
    (2024, "SEX", {"M": "1", "F": "2"}),
    (2024, "PLACE", {"K3": "H5"}),
    (2025, "PLACE", {"Z11": "Z1"}),
    (2018, "REC", {"E45": "E43", "E46": "E43", "E47": "E44", "E48": "E44"}),
    (2021, "ACTIV", {"F4": "F3", "F5": "F3", "P4": "P3", "P5": "P3"}),
)


def tables_of(year: int) -> tuple[str, ...]:
    """Return the tables that a collection year has."""
    return tuple(table for table in TABLES if FIRST_YEARS.get(table, year) <= year)


def told_in(year: int, column: str, values: Texts) -> Texts:
    """Return codes as the collection year had them."""
    for last_year, of, changes in _OLDER_CODES:
        if of == column and year <= last_year:
            for new, old in changes.items():
                values = np.where(values == new, old, values)
    return values


def in_year(life: Life, span: Span) -> Rows:
    """Return the episodes that touch the year, as they were known on its last day."""
    rows = life.care.episodes
    rows = rows.where((rows["began"] <= span.until) & (rows["ended"] >= span.begins))
    is_open = rows["ended"] > span.until
    blank = {name: np.where(is_open, "", rows[name]) for name in ("rec", "reason_change")}
    return rows.also(ended=np.where(is_open, OPEN, rows["ended"]), **blank)


def year_round(life: Life, span: Span) -> Ints:
    """Return who is asked about health: in care without a break since the year began, and not yet 18 at its end."""
    rows = life.care.periods
    here = (rows["began"] <= span.begins) & (rows["ended"] > span.until)
    here &= ~np.strings.startswith(rows["kind"], "break") & (birthday(rows["born"], 18) > span.ends)
    child: Ints = rows["child"][here]
    return child


def yes(values: Bools, asked: Bools | None = None) -> Texts:
    """Return 1 or 0; nothing where it is not asked."""
    told = np.where(values, "1", "0")
    return told if asked is None else np.where(asked, told, "")


def leavers(life: Life, span: Span) -> Rows:
    """Return those who left care and are asked in the year how they are."""
    return life.leavers.where(span.holds(life.leavers["turns"]))
