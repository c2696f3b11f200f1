"""The night's step for one council: take in whatever has wholly arrived, oldest first."""

from __future__ import annotations

from collections import Counter

from socialcare import generate
from socialcare.database import connect
from socialcare.door import arrival, records, wrong_inbox
from socialcare.door.arrival import Delivery
from socialcare.door.intake import take_in
from socialcare.door.reasons import REASONS
from socialcare.door.verdicts import Taken
from socialcare.errors import Fault
from socialcare.operate import alerts
from socialcare.outcomes import Outcome
from socialcare.registry.councils import council
from socialcare.settings import get_settings

STEP = "ingest_council"
#: What a night says of a council's deliveries is what somebody must look at.
_WORST_FIRST = ("rejected", "partly_accepted", "accepted", "unchanged")


def ingest_council(council_id: str) -> Outcome:
    """Take in the council's deliveries; return how the worst of them ended: each return is one of its own.

    A council that never sent anything gets SYNTHETIC deliveries first, one of each return, unless settings say
    otherwise.
    Raises Fault when the council is not declared or the database fails, once every delivery had its turn; never for
    what a council sent.
    """
    council(council_id)
    inbox = arrival.look(council_id)
    if not inbox.whole and not inbox.arriving and _wants_synthetic(council_id):
        generate.deliver_all(council_id)
        inbox = arrival.look(council_id)
    taken: list[Taken] = []
    faults: list[Fault] = []
    for delivery in inbox.whole:
        try:
            taken.append(_take_in(delivery))
        except Fault as fault:  # of this delivery, which waits in the inbox: the next may be another return
            faults.append(fault)
    if faults:
        raise faults[0]
    return _outcome(council_id, taken, inbox.arriving)


def _take_in(delivery: Delivery) -> Taken:
    taken = take_in(delivery)
    if taken.reason == wrong_inbox.REASON:
        number = wrong_inbox.newest(delivery.council_id)
        alerts.notice(
            "a file in the wrong inbox",
            f"Delivery {number}, in the inbox of {delivery.council_id}, held a file of another council. All of it was "
            "refused, and both councils were told without detail. Ask them how it came there before they send again.",
            level="warning",
        )
    return taken


def _wants_synthetic(council_id: str) -> bool:
    if get_settings().councils != "synthetic":
        return False
    with connect("loader") as connection:
        return not records.any_from(connection, council_id)


def _outcome(council_id: str, taken: list[Taken], arriving: int) -> Outcome:
    waiting = f" {arriving} still arriving." if arriving else ""
    if not taken:
        detail = f"Nothing new in the inbox.{waiting}"
        return Outcome(STEP, council_id, "nothing_sent", detail)
    ended = Counter(t.verdict for t in taken)
    worst = min(taken, key=lambda t: _WORST_FIRST.index(t.verdict))
    reason = REASONS.get(worst.reason)
    said = f" {reason.what}" if reason else ""
    counts = ", ".join(f"{ended[verdict]} {verdict.replace('_', ' ')}" for verdict in _WORST_FIRST if ended[verdict])
    return Outcome(
        STEP,
        council_id,
        worst.verdict,
        f"{len(taken)} {'delivery' if len(taken) == 1 else 'deliveries'}: {counts} "
        f"(as of {worst.as_of_date or 'an unknown day'}).{said}{waiting}",
        "Ask the council to read its receipt." if worst.verdict in ("partly_accepted", "rejected") else "",
        rows_loaded=sum(t.rows_loaded for t in taken),
        rows_quarantined=sum(t.rows_quarantined for t in taken),
    )
