"""The night's step for one council: take in whatever has wholly arrived, oldest first."""

from __future__ import annotations

from socialcare import generate
from socialcare.database import connect
from socialcare.door import arrival, records, wrong_inbox
from socialcare.door.arrival import Delivery
from socialcare.door.intake import take_in
from socialcare.door.reasons import REASONS
from socialcare.door.verdicts import Taken
from socialcare.operate import alerts
from socialcare.outcomes import Outcome
from socialcare.registry.councils import council
from socialcare.settings import get_settings

STEP = "ingest_council"


def ingest_council(council_id: str) -> Outcome:
    """Take in the council's deliveries; return how the newest ended.

    A council that never sent anything gets SYNTHETIC deliveries first, one of each return, unless settings say
    otherwise.
    Raises Fault when the council is not declared or the database fails; never for what a council sent.
    """
    council(council_id)
    inbox = arrival.look(council_id)
    if not inbox.whole and not inbox.arriving and _wants_synthetic(council_id):
        generate.deliver_all(council_id)
        inbox = arrival.look(council_id)
    taken = [_take_in(delivery) for delivery in inbox.whole]
    return _outcome(council_id, taken, inbox.arriving)


def _take_in(delivery: Delivery) -> Taken:
    delivery, owner = wrong_inbox.refused_if_anothers(delivery)
    taken = take_in(delivery)
    if taken.reason == wrong_inbox.REASON:
        number = wrong_inbox.tell_owner(delivery.council_id, owner)
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
    judged = [t for t in taken if t.verdict != "unchanged"]
    newest = (judged or taken)[-1]
    reason = REASONS.get(newest.reason)
    said = f" {reason.what}" if reason else ""
    return Outcome(
        STEP,
        council_id,
        newest.verdict,
        f"{len(taken)} {'delivery' if len(taken) == 1 else 'deliveries'}, "
        f"the newest as of {newest.as_of_date or 'an unknown day'}.{said}{waiting}",
        "Ask the council to read its receipt." if newest.verdict in ("partly_accepted", "rejected") else "",
        rows_loaded=sum(t.rows_loaded for t in taken),
        rows_quarantined=sum(t.rows_quarantined for t in taken),
    )
