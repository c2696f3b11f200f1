"""A version that waits for a person: held, then approved, declined, or overtaken by the next one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import psycopg

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.settings import get_settings
from socialcare.warehouse.versions_tables import current_id

Via = Literal["command", "airflow", "night"]

#: A login that several people share names nobody.
_NOBODY = {"", "admin", "administrator", "airflow", "anonymous", "me", "operator", "root", "somebody", "system", "user"}
_REASON_LENGTH = 10


@dataclass(frozen=True)
class Held:
    """A version that was held: against which, why, until when, and what was decided."""

    version_id: int
    against_version: int
    current_version: int | None
    night_id: str
    held_at: datetime
    deadline: datetime
    findings: list[dict[str, Any]]
    decision: str | None
    decided_by: str | None
    reason: str | None

    @property
    def is_open(self) -> bool:
        return self.decision is None and datetime.now(UTC) < self.deadline


def hold(version_id: int, against: int, night_id: str, findings: Sequence[Mapping[str, Any]]) -> datetime:
    """Keep an audited version from being published until a person has answered; return the deadline.

    A version that waited before is superseded: one question at a time.
    """
    deadline = datetime.now(UTC) + timedelta(hours=get_settings().approval_hours)
    with connect("publisher") as connection:
        _supersede(connection, but=version_id)
        connection.execute(
            "insert into versions.holds (version_id, against_version, current_version, night_id, deadline, findings)"
            " values (%s, %s, (select version_id from versions.current), %s, %s, %s)"
            " on conflict (version_id) do update set against_version = excluded.against_version,"
            " current_version = excluded.current_version, night_id = excluded.night_id, deadline = excluded.deadline,"
            " findings = excluded.findings, decision = null, decided_at = null, decided_by = null, reason = null,"
            " via = null",
            [version_id, against, night_id, deadline, json.dumps([dict(one) for one in findings])],
        )
        connection.execute("update versions.version set state = 'held' where version_id = %s", [version_id])
    return deadline


def supersede() -> None:
    """Say of every version that still waits that a newer build took its place."""
    with connect("publisher") as connection:
        _supersede(connection)


def _supersede(connection: psycopg.Connection, but: int | None = None) -> None:
    # The question first, then its version, as an answer locks them: neither waits for the other in a ring.
    connection.execute(
        "with over as (update versions.holds set decision = 'superseded', decided_at = clock_timestamp(), via = 'night'"
        "  where decision is null and version_id is distinct from %s returning version_id)"
        " update versions.version v set state = 'superseded' from over"
        " where v.version_id = over.version_id and v.state = 'held'",
        [but],
    )


def waiting() -> Held | None:
    """Return the version that waits for an answer, or None."""
    with connect("publisher") as connection:
        row = connection.execute(_SELECT + b" where decision is null order by version_id desc limit 1").fetchone()
    return Held(*row) if row else None


def find(version_id: int) -> Held | None:
    """Return what is known of a version that was held, or None if it never was."""
    with connect("publisher") as connection:
        row = connection.execute(_SELECT + b" where version_id = %s", [version_id]).fetchone()
    return Held(*row) if row else None


def of_night(night_id: str) -> Held | None:
    """Return what this night held, or None."""
    with connect("publisher") as connection:
        row = connection.execute(
            _SELECT + b" where night_id = %s order by version_id desc limit 1", [night_id]
        ).fetchone()
    return Held(*row) if row else None


def key_left_to_a_person() -> str | None:
    """Return what the newest version was built from that waits for a person, or that a person refused."""
    with connect("publisher") as connection:
        row = connection.execute(
            "select build_key from versions.version where state in ('held', 'declined', 'withdrawn')"
            " order by version_id desc limit 1"
        ).fetchone()
    return str(row[0]) if row else None


def decide(version_id: int, decision: Literal["approved", "declined"], *, by: str, reason: str, via: Via) -> Held:
    """Record a person's answer; return what was held. Publishing is another step.

    Raises Fault ``approval_incomplete`` (no name, or no reason), ``version_not_held``, ``approval_too_late``, and
    ``newer_version_published`` where people read another version by now than when they were asked.
    """
    _require_who_and_why(by, reason)
    with connect("publisher") as connection:
        row = connection.execute(_SELECT + b" where version_id = %s for update", [version_id]).fetchone()
        held = Held(*row) if row else None
        if held is None or held.decision is not None:
            raise _not_held(version_id, held)
        if not held.is_open:
            raise Fault(
                "approval_too_late", f"The time to answer ended at {held.deadline:%Y-%m-%d %H:%M} UTC.",
                where=f"version {version_id}",
                remedy="it is not published. Run the night again: it builds a new version, and asks again.",
            )  # fmt: skip
        if decision == "approved":
            _refuse_overtaken(connection, held)
        connection.execute(
            "update versions.holds set decision = %s, decided_at = clock_timestamp(), decided_by = %s, reason = %s,"
            " via = %s where version_id = %s",
            [decision, by.strip(), reason.strip(), via, version_id],
        )
        connection.execute(
            "update versions.version set state = %s where version_id = %s and state = 'held'",
            ["audited" if decision == "approved" else "declined", version_id],
        )
    return held


def _refuse_overtaken(connection: psycopg.Connection, held: Held) -> None:
    now = current_id(connection)
    if now != held.current_version:
        raise Fault(
            "newer_version_published", f"Version {now} was published while this one waited for an answer.",
            where=f"version {held.version_id}",
            remedy="nothing to repair: people read the newer one. Run the night again: it compares with that.",
        )  # fmt: skip


def declined_before(version_id: int) -> str | None:
    """Return who declined exactly these figures and why, if anybody did and nobody published them since."""
    with connect("publisher") as connection:
        row = connection.execute(
            "select h.decided_by || ': ' || h.reason from versions.version new"
            " join versions.version old on old.checksum = new.checksum and old.version_id <> new.version_id"
            " join versions.holds h on h.version_id = old.version_id and h.decision = 'declined'"
            " where new.version_id = %s order by old.version_id desc limit 1",
            [version_id],
        ).fetchone()
    return str(row[0]) if row else None


def require_approval(connection: psycopg.Connection, version_id: int) -> None:
    """Refuse to publish what a person has not approved by name, with a reason. Asked again inside publishing.

    Raises Fault ``version_held``.
    """
    row = connection.execute(_SELECT + b" where version_id = %s", [version_id]).fetchone()
    held = Held(*row) if row else None
    if held is None or (held.decision == "approved" and held.decided_by and held.reason):
        return
    raise Fault(
        "version_held",
        f"The version waits for a person ({held.decision or 'no answer yet'}).",
        where=f"version {version_id}",
        remedy=how_to_answer(version_id),
    )


def how_to_answer(version_id: int) -> str:
    """Return the commands that answer."""
    return (
        f"look with `socialcare diff {version_id}`; then `socialcare approve {version_id} --by '<your name>' "
        f"--reason '<why it is right>'`, or `socialcare decline {version_id}` likewise. "
        "Without an answer it is not published."
    )


def _require_who_and_why(by: str, reason: str) -> None:
    named = [name.strip() for name in (get_settings().approvers or "").split(",") if name.strip()]
    problem = ""
    if by.strip().lower() in _NOBODY or len(by.strip()) < 2:
        problem = "It names nobody."
    elif named and by.strip() not in named:
        problem = "Only the people named in SOCIALCARE_APPROVERS may answer."
    elif len(reason.strip()) < _REASON_LENGTH:
        problem = "It gives no reason that could be read in five years."
    if problem:
        raise Fault(
            "approval_incomplete", f"The answer does not count. {problem}", where="--by, --reason",
            remedy="give your own name, and in a sentence why the figures are right or wrong.",
        )  # fmt: skip


def _not_held(version_id: int, held: Held | None) -> Fault:
    was = "was never held" if held is None else f"was {held.decision} already"
    return Fault(
        "version_not_held", f"The version does not wait for an answer: it {was}.", where=f"version {version_id}",
        remedy="`socialcare versions` lists what is held now.",
    )  # fmt: skip


_SELECT = (
    b"select version_id, against_version, current_version, night_id, held_at, deadline, findings, decision,"
    b" decided_by, reason from versions.holds"
)
