"""The steps around taking in, for a council whose inbox is elsewhere: fetch before, clear and answer after."""

from __future__ import annotations

from socialcare.door import remote
from socialcare.door.remote_place import Open, open_plainly
from socialcare.outcomes import Outcome
from socialcare.registry.councils import council

FETCH, ANSWER = "fetch_inbox", "send_outbox"


def fetch_inbox(council_id: str, open_place: Open = open_plainly) -> Outcome:
    """Fetch the council's whole deliveries into its local inbox; clear elsewhere what was taken before.

    Raises Fault: see ``door.remote``.
    """
    declared = council(council_id)
    place = open_place(declared.inbox, declared.connection)
    remote.clear(council_id, place)  # of a run that was killed before it could
    fetched, arriving = remote.fetch(council_id, place)
    waiting = f" {arriving} still arriving." if arriving else ""
    if not fetched:
        return Outcome(FETCH, council_id, "nothing_sent", f"Nothing new in the council's own folder.{waiting}")
    return Outcome(FETCH, council_id, "fetched", f"{fetched} fetched.{waiting}")


def send_outbox(council_id: str, open_place: Open = open_plainly) -> Outcome:
    """Clear elsewhere what was taken, and put the receipts into the council's own folder, if it has one.

    Raises Fault: see ``door.remote``.
    """
    declared = council(council_id)
    cleared = sent = 0
    if declared.inbox:
        cleared = remote.clear(council_id, open_place(declared.inbox, declared.connection))
    if declared.outbox:
        sent = remote.send(council_id, open_place(declared.outbox, declared.connection))
    word = "sent" if sent or cleared else "unchanged"
    return Outcome(ANSWER, council_id, word, f"{cleared} cleared, {sent} files of receipts sent.")
