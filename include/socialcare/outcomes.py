"""What one step of a night did, in words and counts: the only thing a task hands to the scheduler."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from socialcare.database import connect


@dataclass(frozen=True)
class Outcome:
    """The end of one step for one subject (a source, a council, a version).

    ``outcome`` is one word: landed, unchanged, kept_last_good, accepted, partly_accepted, rejected, nothing_sent,
    built, published, delivered, failed, skipped.
    """

    step: str
    subject: str
    outcome: str
    detail: str = ""
    remedy: str = ""
    rows_loaded: int | None = None
    rows_quarantined: int | None = None
    seconds: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def record(night_id: str, outcome: Outcome, *, role: str = "loader") -> None:
    """Keep the outcome in ``ops.outcomes``; a step run again in the same night replaces its own row."""
    row = {"night_id": night_id, **outcome.as_dict()}
    columns = ", ".join(row)
    values = ", ".join(f"%({name})s" for name in row)
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in ("night_id", "step", "subject"))
    with connect(role) as connection:
        connection.execute(
            f"insert into ops.outcomes ({columns}) values ({values}) "  # our own names
            f"on conflict (night_id, step, subject) do update set {changes}, finished_at = now()",
            row,
        )
