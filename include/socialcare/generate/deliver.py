"""Put a generated delivery into a council's inbox, as the council would: whole files, the marker last."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

from socialcare.generate.csv_text import write_csv
from socialcare.generate.ssda903 import Generated, ssda903
from socialcare.settings import get_settings

__all__ = ["AS_OF", "COLLECTION_YEAR", "deliver", "write_csv", "write_delivery"]

#: The day that the bundled sample describes: fixed, so that the sample is the same every time.
AS_OF = date(2026, 10, 31)
COLLECTION_YEAR = 2027


def deliver(council_id: str, home: Path | None = None) -> Path:
    """Write the council's SYNTHETIC delivery into ``<home>/inbox/<council>``; return its folder."""
    inbox = (home / "inbox" if home else get_settings().inbox) / council_id
    made = ssda903(council_id, AS_OF, COLLECTION_YEAR)
    return write_delivery(made, inbox, council_id, AS_OF, COLLECTION_YEAR)


def write_delivery(made: Generated, inbox: Path, council_id: str, as_of: date, collection_year: int) -> Path:
    """Write a delivery so that it appears at once or not at all; return its folder.

    One that waits there already is left as it is.
    """
    name = f"SYNTHETIC_ssda903_{as_of.isoformat()}"
    if (inbox / name).exists():
        return inbox / name
    inbox.mkdir(parents=True, exist_ok=True, mode=0o700)  # what lies here still holds identity
    working = inbox / f".{name}"
    shutil.rmtree(working, ignore_errors=True)  # of a run that was killed
    working.mkdir()
    for table, rows in made.tables.items():
        write_csv(rows, working / f"SYNTHETIC_ssda903_{table}_{council_id}_{as_of.isoformat()}.csv")
    stated = {
        "return": "ssda903",
        "as_of_date": as_of.isoformat(),
        "collection_year": collection_year,
        "synthetic": True,
    }
    (working / "delivery.json").write_text(json.dumps(stated) + "\n")
    return working.rename(inbox / name)
