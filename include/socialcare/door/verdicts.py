"""How a delivery and each of its files ended: words and counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from socialcare.door.recognise import Recognised
from socialcare.door.register import Findings
from socialcare.registry.returns import Rule


@dataclass(frozen=True)
class Taken:
    """How a delivery ended: accepted, partly_accepted, rejected (with its reason) or unchanged."""

    verdict: str
    reason: str = ""
    as_of_date: date | None = None
    rows_in: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0


@dataclass
class JudgedFile:
    """The judgement on one file, as it grows."""

    found: Recognised
    reason: str = ""
    rows_in: int = 0
    rows_loaded: int = 0
    rules: tuple[Rule, ...] = ()
    findings: Findings | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.reason = self.reason or self.found.problem

    @property
    def rows_quarantined(self) -> int:
        return self.rows_in - self.rows_loaded

    @property
    def verdict(self) -> str:
        """One of accepted, partly_accepted, rejected, not_taken."""
        if self.found.other_table or self.reason == "table_not_of_year":
            return "not_taken"
        was_judged = bool(self.rules)  # a delivery may be refused before any of its files is read for rows
        if self.reason or not was_judged or self.rows_loaded < min(self.rows_in, 1):
            return "rejected"
        return "partly_accepted" if self.rows_quarantined else "accepted"
