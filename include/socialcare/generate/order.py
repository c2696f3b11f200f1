"""What is asked of the generator at the command line: which council, years and returns, and where to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socialcare.errors import Fault
from socialcare.generate.deliver import AS_OF
from socialcare.generate.everything import write_year
from socialcare.generate.life import Life
from socialcare.generate.written import WRITERS, Wanted

#: The collection years for which anything is declared.
FIRST_YEAR, LAST_YEAR = 2017, 2027
_COUNCIL = re.compile(r"[a-z][a-z_]{2,60}")
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")


@dataclass(frozen=True)
class Order:
    """What to write: one life, told in these collection years and returns."""

    council_id: str
    years: tuple[int, ...]
    in_care: int | None
    seed: int | None
    as_of: date
    defects: Wanted
    returns: tuple[str, ...]
    early_help_teams: int = 0


def make(
    council_id: str,
    years: str,
    in_care: int | None,
    seed: int | None,
    as_of: date | None,
    defects: Wanted,
    returns: str,
    early_help_teams: int = 0,
) -> Order:
    """Return the order. Raises Fault ``council_name_wrong``, ``years_wrong``, ``as_of_wrong``, ``return_unknown``."""
    if not _COUNCIL.fullmatch(council_id):
        raise Fault(
            "council_name_wrong",
            "A council is a name in small letters and underscores.",
            where=f"--council {council_id}",
            remedy="write it as south_tyneside.",
        )
    numbers = _years(years)
    wanted = tuple(name.strip() for name in returns.split(",") if name.strip()) or tuple(WRITERS)
    unknown = [name for name in wanted if name not in WRITERS]
    if unknown:
        raise Fault(
            "return_unknown",
            f"No return is called {', '.join(unknown)}.",
            where=f"--returns {returns}",
            remedy=f"use any of: {', '.join(WRITERS)}.",
        )
    return Order(council_id, numbers, in_care, seed, _last_day(numbers[-1], as_of), defects, wanted, early_help_teams)


def _years(text: str) -> tuple[int, ...]:
    spans = [_YEARS.fullmatch(part.strip()) for part in text.split(",")]
    numbers = {
        year for span in spans if span for year in range(int(span[1]), min(int(span[2] or span[1]), LAST_YEAR + 1) + 1)
    }
    if not all(spans) or not numbers or min(numbers) < FIRST_YEAR or max(numbers) > LAST_YEAR:
        raise Fault(
            "years_wrong",
            f"Collection years are from {FIRST_YEAR} to {LAST_YEAR}.",
            where=f"--years {text}",
            remedy="give one (2026), some (2019,2026) or all from one to another (2024-2026).",
        )
    return tuple(sorted(numbers))


def _last_day(year: int, as_of: date | None) -> date:
    """Return the last day that is known: as told, else the year's last, or for this year that of the sample."""
    begins, ends = date(year - 1, 4, 1), date(year, 3, 31)
    if as_of is None:
        return AS_OF if begins <= AS_OF <= ends else ends
    if not begins <= as_of <= ends:
        raise Fault(
            "as_of_wrong",
            f"The last day lies within the last collection year: from {begins} to {ends}.",
            where=f"--as-of {as_of}",
            remedy="give a day of that year, or other years.",
        )
    return as_of


def write(order: Order, out: Path) -> Iterator[Path]:
    """Write what is ordered, a folder for each year, and yield the folders. Raises Fault ``folder_not_empty``."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Fault(
            "folder_not_empty",
            "There is something already where the extracts would be written.",
            where=str(out),
            remedy="give --out a new folder; nothing is ever written over.",
        )
    more = order.years[-1] - order.years[0]
    life = Life(
        order.council_id, order.as_of, order.seed, order.in_care,
        more_years=more, early_help_teams=order.early_help_teams,
    )  # fmt: skip
    for year in order.years:
        folder = out / str(year)
        folder.mkdir(parents=True)
        write_year(life, folder, year, returns=order.returns, defects=order.defects)
        yield folder
