"""What the SQL of a rule may call beside the rows: days of the year, the types of codes, what else is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from socialcare.door.relations import Relation
from socialcare.registry.bank_holidays import BANK_HOLIDAYS
from socialcare.registry.returns import ReturnYear


@dataclass(frozen=True)
class Circumstances:
    """What a rule may know beside the rows: the day of the extract, which files came, whose they are."""

    as_of_date: date
    tables_sent: Collection[str] = ()
    own_codes: Collection[str] = ()


def kinds(relations: dict[str, Relation]) -> Iterator[str]:
    """Yield the types of coded columns: one byte to store and to compare, in the order of the text."""
    lists = {name: codes for relation in relations.values() for name, codes in relation.kinds().items()}
    for name, codes in lists.items():
        yield f"create type {name} as enum ({', '.join(_quoted(code) for code in sorted(codes))})"


def macros(year: ReturnYear, known: Circumstances) -> Iterator[str]:
    """Yield the functions that rules call."""
    for name, day in (
        ("year_start", year.year_start),
        ("year_end", year.year_end),
        ("collected_on", known.as_of_date),
        ("last_day", min(year.year_end, known.as_of_date)),
    ):
        yield f"create macro {name}() as date '{day.isoformat()}'"
    holidays = _listed([day.isoformat() for day in BANK_HOLIDAYS])
    yield f"create macro is_bank_holiday(day) as strftime(day, '%Y-%m-%d') in ({holidays})"
    yield f"create macro was_sent(name) as name in ({_listed(known.tables_sent)})"
    yield f"create macro is_own(place) as place in ({_listed(known.own_codes)})"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _listed(words: Collection[str]) -> str:
    """Return names of our own as SQL; a list is never empty."""
    return ", ".join(map(_quoted, ("", *sorted(words))))
