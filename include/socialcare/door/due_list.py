"""The team's morning: what is overdue and what falls due this week, in the council's own identifiers.

What is due is counted beyond the door, by pseudonym; the names are put to it here (``due_names``), and the list goes to
the council's outbox alone, as its receipts do. The same records make the same bytes, and a run that is killed leaves
the old list whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import psycopg

from socialcare.database import connect
from socialcare.door import due_names, left_over, load, receipt, records
from socialcare.door.due_names import Names
from socialcare.settings import get_settings

NAME = "due-this-week"
NOT_SAID = "Team not said"
UNNAMED = "(its original is not kept any more)"
#: Another layout of the list is another list.
_SHAPE = "1"


@dataclass(frozen=True)
class Due:
    """One thing that is due, by pseudonym, as the warehouse has it."""

    what: str
    what_name: str
    team: str
    due_on: date
    as_of: date
    subject: str
    pseudonym: str
    delivery_id: int
    lead: str | None = None
    lead_delivery_id: int | None = None


@dataclass(frozen=True)
class Source:
    """A delivery that tells what is due."""

    return_name: str
    delivery_id: int
    as_of: date
    received: date


@dataclass(frozen=True)
class Told:
    """All that a list is made of."""

    council_name: str
    is_synthetic: bool
    due: tuple[Due, ...]
    sources: tuple[Source, ...]
    not_told: tuple[str, ...]
    """What no record tells of, each a sentence."""
    kept: tuple[int, ...] = ()
    """The deliveries whose originals are kept still: the list without the names is another list."""

    @property
    def digest(self) -> str:
        """A word for all of it: it says nothing of whom it is about."""
        return hashlib.sha256(repr((_SHAPE, self)).encode()).hexdigest()


@dataclass(frozen=True)
class Thing:
    """One thing that is due, as the council calls whom it is about."""

    team: str
    what: str
    identifier: str = field(repr=False)
    lead: str = field(repr=False)
    due_on: date
    days_late: int
    """Below nought, or nought: it falls due in so many days."""

    @property
    def is_overdue(self) -> bool:
        """Whether it was due before the day that the records describe."""
        return self.days_late > 0


@dataclass(frozen=True)
class DueList:
    """The list as it is written: by team, the most overdue first."""

    told: Told
    things: tuple[Thing, ...] = field(repr=False)

    @property
    def teams(self) -> dict[str, list[Thing]]:
        """The things of each team: teams by their codes, those that are not said last."""
        found: dict[str, list[Thing]] = {}
        for thing in self.things:
            found.setdefault(thing.team, []).append(thing)
        return found

    @property
    def overdue(self) -> int:
        """How many are overdue."""
        return sum(thing.is_overdue for thing in self.things)

    @property
    def unnamed(self) -> int:
        """How many are about somebody whose original is not kept any more."""
        return sum(thing.identifier == UNNAMED for thing in self.things)


def write(council_id: str, told: Told) -> bool:
    """Write the list into the council's outbox; return False where it is there already, made of exactly this.

    Raises Fault ``door_load_failed``, ``door_files_failed``, ``door_no_room``: the old list stays whole.
    """
    with load.nothing_told(), connect("loader") as connection:
        records.lock(connection, council_id)
        left_over.remove(council_id)
        wanted = _wanted(told.due)
        told = replace(told, kept=_kept(connection, wanted))
        if _is_there(council_id, told.digest):
            return False
        names: Names = {}
        for delivery_id, whose in wanted.items():
            names |= due_names.names_in(connection, council_id, delivery_id, whose)
        made = DueList(told, tuple(sorted((_named(due, names) for due in told.due), key=_order)))
        # The page says of what both are made, so it is put there last.
        receipt.put(council_id, f"{NAME}.xlsx", _xlsx(made))
        receipt.put(council_id, f"{NAME}.html", _html(made).encode())
    return True


def _kept(connection: psycopg.Connection, delivery_ids: Iterable[int]) -> tuple[int, ...]:
    found = connection.execute(
        "select delivery_id from door.originals where delivery_id = any(%s) and destroyed_at is null order by 1",
        [list(delivery_ids)],
    )
    return tuple(delivery_id for (delivery_id,) in found)


def _is_there(council_id: str, digest: str) -> bool:
    page, book = (get_settings().outbox / council_id / f"{NAME}.{kind}" for kind in ("html", "xlsx"))
    return book.is_file() and page.is_file() and digest.encode() in page.read_bytes()


def _wanted(due: Iterable[Due]) -> dict[int, dict[str, set[str]]]:
    """Return whose names are wanted, by the delivery that has them."""
    wanted: dict[int, dict[str, set[str]]] = {}
    for one in due:
        wanted.setdefault(one.delivery_id, {}).setdefault(one.subject, set()).add(one.pseudonym)
        if one.lead and one.lead_delivery_id:
            wanted.setdefault(one.lead_delivery_id, {}).setdefault("staff", set()).add(one.lead)
    return wanted


def _named(due: Due, names: Names) -> Thing:
    return Thing(
        due.team or NOT_SAID,
        due.what_name,
        names.get((due.subject, due.pseudonym), UNNAMED),
        names.get(("staff", due.lead or ""), ""),
        due.due_on,
        (due.as_of - due.due_on).days,
    )


def _order(thing: Thing) -> tuple[object, ...]:
    letters = thing.team.rstrip("0123456789")
    number = int(thing.team[len(letters) :] or 0)
    return (thing.team == NOT_SAID, letters, number, -thing.days_late, thing.what, thing.identifier, thing.lead)


def _html(made: DueList) -> str:
    from socialcare.door.due_page import page

    return page(made)


def _xlsx(made: DueList) -> bytes:
    from socialcare.door.due_workbook import content

    return content(made)
