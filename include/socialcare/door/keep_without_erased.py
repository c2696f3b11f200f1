"""Keep the original of a delivery without the children who were erased before it came."""

from __future__ import annotations

from pathlib import Path

import psycopg

from socialcare.door import originals, records
from socialcare.door.arrival import Delivery, shown
from socialcare.door.erased import Erased, erased_of
from socialcare.door.identity import Pseudonymiser
from socialcare.door.originals import Original
from socialcare.door.rewrite import CannotRewriteError, names_without, without_erased
from socialcare.registry.councils import all_councils


def keep(
    connection: psycopg.Connection,
    delivery: Delivery,
    original: Original,
    content: str,
    pseudonymiser: Pseudonymiser,
    other_council: str = "",
) -> str | None:
    """Keep the original of a delivery without erased children; None when it can only be kept with them.

    ``other_council``: the DfE code of the one whose files these are, and that may have erased children of its own.
    """
    erased, others = erased_of(connection, pseudonymiser), _erased_of_others(connection, other_council)
    sent = originals.Sent.of(delivery)
    if delivery.problem == "not_a_plain_file" or not (erased or others):
        return original.keep(content, sent)
    with originals.working_folder(delivery.council_id) as folder:
        if any(_holds(delivery, theirs, folder / str(number)) for number, theirs in enumerate(others)):
            return None
        written = _without(delivery, erased, folder)
        erased.keep_records(connection)
        if written is None:
            return None
        for number, path in enumerate(delivery.files, start=1):
            if path in written:
                original.replace_file(number, written[path])
        return original.keep(content, sent.model_copy(update={"names": names_without(sent.names, erased)}))


def _without(delivery: Delivery, erased: Erased, folder: Path) -> dict[Path, Path] | None:
    try:
        return without_erased(delivery, erased, folder) if erased else {}
    except CannotRewriteError:
        return None


def _erased_of_others(connection: psycopg.Connection, dfe_code: str) -> list[Erased]:
    others = [one.id for one in all_councils() if dfe_code and one.dfe_code == dfe_code]
    found = [erased_of(connection, records.pseudonymiser(connection, council_id)) for council_id in others]
    return [erased for erased in found if erased]


def _holds(delivery: Delivery, erased: Erased, folder: Path) -> bool:
    """Whether a delivery holds an erased child, or may."""
    folder.mkdir(mode=0o700)
    written = _without(delivery, erased, folder)
    names = [Path(shown(file)).stem for file in delivery.files]
    return written is None or bool(written) or any(erased.are_named_in(name) for name in names)
