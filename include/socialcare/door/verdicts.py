"""How a delivery and each of its files ended: words and counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from socialcare.door.recognise import Recognised
from socialcare.door.register import Findings
from socialcare.registry.returns import Rule


class RefusedError(Exception):
    """Nothing of the delivery may come in; its text is the name of the reason."""


@dataclass(frozen=True)
class Taken:
    """How a delivery ended: accepted, partly_accepted, rejected (with its reason) or unchanged."""

    verdict: str
    reason: str = ""
    as_of_date: date | None = None
    rows_in: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_erased: int = 0


@dataclass
class JudgedFile:
    """The judgement on one file, as it grows."""

    found: Recognised
    reason: str = ""
    rows_in: int = 0
    rows_loaded: int = 0
    rows_erased: int = 0
    """Rows of children who were erased: they are not even judged."""
    rules: tuple[Rule, ...] = ()
    findings: Findings | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.reason = self.reason or self.found.problem

    @property
    def rows_quarantined(self) -> int:
        return self.rows_in - self.rows_erased - self.rows_loaded

    @property
    def verdict(self) -> str:
        """One of accepted, partly_accepted, rejected, not_taken."""
        if self.found.other_table or self.reason == "table_not_of_year":
            return "not_taken"
        was_judged = bool(self.rules)  # a delivery may be refused before any of its files is read for rows
        if self.reason or not was_judged or self.rows_loaded < min(self.rows_in - self.rows_erased, 1):
            return "rejected"
        return "partly_accepted" if self.rows_quarantined else "accepted"

    def count(self, quarantined: int, taken_out: int, *, is_required: bool) -> None:
        """Count what came in, once every rule was judged.

        Raises RefusedError when others need the file and no row of it came in; in any other file there may be none.
        """
        self.rows_loaded -= taken_out
        rows = self.rows_in - self.rows_erased
        if rows != self.rows_loaded + quarantined:
            raise RuntimeError(f"rows do not add up in {self.found.table}")  # a fault of ours: nothing is loaded
        if not self.rows_loaded and (rows or is_required):
            self.reason = "every_row_quarantined" if rows else "erased" if self.rows_in else "no_rows"
            if is_required:
                raise RefusedError(self.reason)


def refuse_if_nothing_came_in(files: Collection[JudgedFile]) -> None:
    """Raise RefusedError when there were rows and all of them wait outside: what was sent before stays current."""
    if any(file.rows_in - file.rows_erased for file in files) and not any(file.rows_loaded for file in files):
        raise RefusedError("every_row_quarantined")


def verdict_of(reason: str, files: Collection[JudgedFile]) -> str:
    """Return the verdict on a delivery that is refused for ``reason``, or for none."""
    if reason:
        return "rejected"
    whole = all(file.verdict in ("accepted", "not_taken") for file in files)
    return "accepted" if whole else "partly_accepted"
