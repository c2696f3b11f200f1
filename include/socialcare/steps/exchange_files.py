"""The steps around taking in, for a council whose inbox is elsewhere: fetch before, clear and answer after."""

from __future__ import annotations

from socialcare.door import remote
from socialcare.door.remote_place import Open, Place, open_plainly
from socialcare.errors import Fault
from socialcare.outcomes import Outcome
from socialcare.registry.councils import council

FETCH, ANSWER = "fetch_inbox", "send_outbox"


def fetch_inbox(council_id: str, open_place: Open = open_plainly) -> Outcome:
    """Fetch the council's whole deliveries into its local inbox; clear elsewhere what was taken before.

    Raises Fault: see ``door.remote``.
    """
    declared = council(council_id)
    place = open_place(declared.inbox, declared.connection)
    uncleared = _clear_what_is_left(council_id, place)
    fetched, arriving = remote.fetch(council_id, place)
    waiting = f" {arriving} still arriving." if arriving else ""
    if not fetched:
        return Outcome(
            FETCH, council_id, "nothing_sent", f"Nothing new in the council's own folder.{waiting}{uncleared}"
        )
    return Outcome(FETCH, council_id, "fetched", f"{fetched} fetched.{waiting}{uncleared}")


def _clear_what_is_left(council_id: str, place: Place) -> str:
    """Clear what a run that was killed could not; say so when nobody here may: it is not fetched twice all the same."""
    try:
        remote.clear(council_id, place)
    except Fault as fault:
        if fault.name != "remote_failed":
            raise
        return " What was taken before could not be removed there."
    return ""


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
