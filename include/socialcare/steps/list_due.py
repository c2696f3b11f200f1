"""The night's step that lists what is overdue and due this week: each council's, in its own outbox and identifiers."""

from __future__ import annotations

from typing import Any

from psycopg.rows import namedtuple_row

from socialcare.database import connect
from socialcare.door import due_list, remote
from socialcare.door.due_list import Due, Source, Told
from socialcare.door.remote_place import Open, open_plainly
from socialcare.outcomes import Outcome
from socialcare.registry.councils import all_councils, council
from socialcare.registry.returns import return_spec

STEP, SUBJECT = "list_due", "councils"
#: What is told of all lists is what somebody may want to look at.
_WORDS = ("kept_last_good", "listed", "unchanged")
_DUE = """
select due.*, kinds.what_name, due.due_on < due.as_of_date as is_overdue
from intermediate.int_practice__due as due
inner join reference.practice_due_kinds as kinds on due.what = kinds.what
where due.council_id = %s and due.due_on < due.as_of_date + 7
order by due.what, due.due_on, due.subject_pseudonym, due.team, due.lead_pseudonym
"""
_TOLD = """
select told.*, kinds.what_name from intermediate.int_practice__due_told as told
inner join reference.practice_due_kinds as kinds on told.what = kinds.what
where told.council_id = %s order by kinds.what_name
"""


def list_all(open_place: Open = open_plainly) -> Outcome:
    """Write every council's list, and send each that is new to where that council finds its receipts.

    Raises what kept the first from its list, once every council had its turn.
    """
    told: list[Outcome] = []
    failed: list[Exception] = []
    for one in all_councils():
        try:
            told.append(list_due(one.id))
            if one.outbox and told[-1].outcome == "listed":
                remote.send(one.id, open_place(one.outbox, one.connection))
        except Exception as error:  # noqa: BLE001  # raised below: the other councils' lists do not wait for it
            failed.append(error)
    if failed:
        raise failed[0]
    worst = next((word for word in _WORDS if any(outcome.outcome == word for outcome in told)), "skipped")
    return Outcome(STEP, SUBJECT, worst, "; ".join(f"{one.subject}: {one.detail}" for one in told))


def list_due(council_id: str) -> Outcome:
    """Write the council's list, if it says what is published of it; the list before stays where it does not.

    Raises Fault: see ``due_list.write``.
    """
    published = _published(council_id)
    if published is None:
        return Outcome(STEP, council_id, "skipped", "nothing has been published of what is due")
    due, told = _built(council_id)
    if not any(one.is_told for one in told):
        return Outcome(STEP, council_id, "skipped", "no record tells of anything that is due")
    counted: dict[str, tuple[int, int]] = {one.what: (0, 0) for one in told if one.is_told}
    for one in due:
        late, week = counted.get(one.what, (0, 0))
        counted[one.what] = (late + one.is_overdue, week + (not one.is_overdue))
    if {what: counts for what, counts in counted.items() if any(counts)} != published:
        detail = "what is published was not built from these records: the list before stays"
        return Outcome(STEP, council_id, "kept_last_good", detail)
    late, week = (sum(counts[place] for counts in counted.values()) for place in (0, 1))
    is_new = due_list.write(council_id, _made_of(council_id, due, told))
    return Outcome(STEP, council_id, "listed" if is_new else "unchanged", f"{late:,} overdue, {week:,} due this week")


def _published(council_id: str) -> dict[str, tuple[int, int]] | None:
    """Return what is published of each kind: how many are overdue and due this week; None before it ever was."""
    with connect("publisher") as connection:
        row = connection.execute("select to_regclass('published.practice_due')").fetchone()
        if row is None or row[0] is None:
            return None
        found = connection.execute(
            "select what, sum(overdue)::int, sum(due_this_week)::int from published.practice_due"
            " where council_code = %s and is_told group by what having sum(overdue + due_this_week) > 0",
            [council(council_id).ons_code],
        ).fetchall()
    return {what: (late, week) for what, late, week in found}


def _built(council_id: str) -> tuple[list[Any], list[Any]]:
    """Return what the newest build found due, and what it was told of, by pseudonym."""
    with connect("transformer") as connection, connection.cursor(row_factory=namedtuple_row) as cursor:
        due = cursor.execute(_DUE, [council_id]).fetchall()
        return due, cursor.execute(_TOLD, [council_id]).fetchall()


def _made_of(council_id: str, due: list[Any], told: list[Any]) -> Told:
    return Told(
        council(council_id).name,
        any(one.is_synthetic for one in told),
        tuple(
            Due(
                *(one.what, one.what_name, one.team or "", one.due_on, one.as_of_date, one.subject),
                *(one.subject_pseudonym, one.delivery_id, one.lead_pseudonym, one.lead_delivery_id),
            )
            for one in due
        ),
        _sources({one.delivery_id for one in told if one.is_told}),
        tuple(_not_told(one) for one in told if not one.is_told),
    )


def _sources(delivery_ids: set[int]) -> tuple[Source, ...]:
    with connect("loader") as connection:
        found = connection.execute(
            "select return_id, delivery_id, as_of_date, received_at::date from raw.deliveries"
            " where delivery_id = any(%s) order by return_id",
            [sorted(delivery_ids)],
        ).fetchall()
    return tuple(Source(return_spec(return_id).name, *rest) for return_id, *rest in found)


def _not_told(one: Any) -> str:
    """Say what is missing, and of what: nobody may read it as nothing overdue."""
    name = return_spec(one.return_id).name
    if one.delivery_id is None:
        return f"{one.what_name}: no {name} has come in, so what is overdue is not known."
    return f"{one.what_name}: the newest {name} holds no record of it, so what is overdue is not known."
