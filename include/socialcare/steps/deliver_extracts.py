"""The step that ends a night: write the extracts of what is published, and send them where they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from socialcare.deliver import extracts
from socialcare.deliver.audience import REGIONAL
from socialcare.deliver.elsewhere import Elsewhere
from socialcare.deliver.folder import Fill
from socialcare.deliver.place import extracts_folder, one_at_a_time
from socialcare.door.remote_place import Open, named_faults, open_plainly
from socialcare.errors import Fault
from socialcare.outcomes import Outcome, record
from socialcare.registry import all_councils
from socialcare.report import site
from socialcare.settings import get_settings

STEP, SUBJECT, SENT, TOLD = "deliver", "extracts", "send_extracts", "tell_stale"
#: What puts a report into each audience's folder: see ``socialcare.deliver.folder``.
REPORT: Fill | None = site.fill
_TRIES = 2


def deliver_extracts(night_id: str, open_place: Open = open_plainly) -> Outcome:
    """Write the extracts of the version that is published, and send each folder on.

    How sending ended is written down for each place: one that fails keeps no other from its files, and makes nothing
    here stale. Raises as ``extracts.write``.
    """
    from socialcare.warehouse import versions

    version_id = versions.current()
    if version_id is None:
        return Outcome(STEP, SUBJECT, "skipped", "nothing has been published yet")
    folder = write(version_id)
    places = _send(night_id, folder, version_id, open_place)
    elsewhere = f", and in {places} place(s) elsewhere" if places else ""
    return Outcome(STEP, SUBJECT, "delivered", f"version {version_id} in {folder.name}{elsewhere}")


def write(version_id: int) -> Path:
    """Write the extracts of a version here; return the folder of the whole set. Raises as ``extracts.write``."""
    return extracts.write(version_id, report=REPORT)


def mark_stale(night_id: str, reason: str, open_place: Open = open_plainly) -> None:
    """Say beside the extracts, here and wherever they were sent, why they are older than they should be.

    A place that cannot be told is written down as failed: the night is over already, and its verdict stands.
    """
    extracts.mark_stale(reason)
    for name, address, connection in _wanted():
        fault = _try(lambda place: place.mark_stale(reason, beside=extracts_folder()), address, connection, open_place)
        if fault is not None:
            record(night_id, Outcome(TOLD, name, "failed", fault.what, fault.remedy))


def _send(night_id: str, folder: Path, version_id: int, open_place: Open) -> int:
    """Send every folder that is wanted elsewhere; return how many places have it now."""
    keep, beside = get_settings().keep_versions, folder.parent
    whole = 0
    with one_at_a_time(beside):
        for name, address, connection in _wanted():
            sent: list[bool] = []

            def send(place: Elsewhere, name: str = name, sent: list[bool] = sent) -> None:
                sent.append(place.send(folder / name, version=version_id, beside=beside, keep=keep))

            fault = _try(send, address, connection, open_place)
            if fault is None:
                whole += 1
                record(night_id, Outcome(SENT, name, "sent" if sent[-1] else "unchanged", f"version {version_id}"))
            else:
                record(night_id, Outcome(SENT, name, "failed", fault.what, fault.remedy))
    return whole


def _try(act: Callable[[Elsewhere], None], address: str, connection: str, open_place: Open) -> Fault | None:
    """Do something with a place; again where trying again may mend it. Return what kept it from being done."""
    fault: Fault | None = None
    for _ in range(_TRIES):
        try:
            with named_faults():
                place = open_place(address, connection)
                act(Elsewhere(place.files, place.path))
        except Fault as raised:
            fault = raised
            if not fault.retryable:
                return fault
        else:
            return None
    return fault


def _wanted() -> Iterator[tuple[str, str, str]]:
    """Yield the folder, the address and the connection of each place that wants files."""
    settings = get_settings()
    if settings.deliver_to:
        yield REGIONAL, settings.deliver_to, settings.deliver_connection or ""
    for council in all_councils():
        if council.deliver.to:
            yield council.id, council.deliver.to, council.deliver.connection
