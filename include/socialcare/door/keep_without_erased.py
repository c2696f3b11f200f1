"""Keep the original of a delivery without the children who were erased before it came."""

from __future__ import annotations

import psycopg

from socialcare.door import originals
from socialcare.door.arrival import Delivery
from socialcare.door.erased import erased_of
from socialcare.door.identity import Pseudonymiser
from socialcare.door.originals import Original
from socialcare.door.rewrite import CannotRewriteError, without_erased


def keep(
    connection: psycopg.Connection, delivery: Delivery, original: Original, content: str, pseudonymiser: Pseudonymiser
) -> str | None:
    """Keep the original of a delivery without erased children; None when it can only be kept with them."""
    erased = erased_of(connection, pseudonymiser)
    sent = originals.Sent.of(delivery)
    if not erased or delivery.problem == "not_a_plain_file":
        return original.keep(content, sent)
    with originals.working_folder(delivery.council_id) as folder:
        try:
            written = without_erased(delivery, erased, folder)
        except CannotRewriteError:
            return None
        for number, path in enumerate(delivery.files, start=1):
            if path in written:
                original.replace_file(number, written[path])
        return original.keep(content, sent)
