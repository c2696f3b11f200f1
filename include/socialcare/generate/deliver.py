"""Put a generated delivery into a council's inbox, as the council would: whole files, the marker last."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

from socialcare.generate.csv_text import write_csv
from socialcare.generate.everything import write_return
from socialcare.generate.life import Life
from socialcare.generate.ssda903 import Generated, ssda903
from socialcare.generate.written import WRITERS, is_declared
from socialcare.registry.councils import council
from socialcare.settings import get_settings

__all__ = ["AS_OF", "COLLECTION_YEAR", "deliver", "deliver_all", "write_csv", "write_delivery"]

#: The day that the bundled sample describes: fixed, so that the sample is the same every time.
AS_OF = date(2026, 10, 31)
COLLECTION_YEAR = 2027
#: How many children in care the sample has in the other returns, and from where on they are numbered.
FEW, FEW_NAMED_FROM = 40, 500_000
#: One council has teams enough, and local records of years enough, to tell what a programme changed.
_EARLY_HELP_TEAMS, _YEARS_BEFORE = {"durham": 40}, (2025, 2026)


def deliver(council_id: str, home: Path | None = None) -> Path:
    """Write the council's SYNTHETIC delivery into ``<home>/inbox/<council>``; return its folder."""
    inbox = (home / "inbox" if home else get_settings().inbox) / council_id
    made = ssda903(council_id, AS_OF, COLLECTION_YEAR)
    return write_delivery(made, inbox, council_id, AS_OF, COLLECTION_YEAR)


def deliver_all(council_id: str, home: Path | None = None) -> list[Path]:
    """Write a SYNTHETIC delivery of every return that the council sends into its inbox; return their folders.

    The looked-after return is as large as the council's own. The others tell of a few families, whose numbers are
    their own, so that a night does not grow by more than seconds. Where there are teams of early help, local records of
    the years before come too: what a programme changed shows over years.
    """
    inbox = (home / "inbox" if home else get_settings().inbox) / council_id
    made = [deliver(council_id, home)]
    teams = _EARLY_HELP_TEAMS.get(council_id, 0)
    life = Life(council_id, AS_OF, None, FEW, named_from=FEW_NAMED_FROM, early_help_teams=teams)
    working = inbox / ".SYNTHETIC"
    shutil.rmtree(working, ignore_errors=True)  # of a run that was killed
    sent = [(name, COLLECTION_YEAR) for name in council(council_id).returns if name in WRITERS and name != "ssda903"]
    for name, year in [*(("local_records", year) for year in _YEARS_BEFORE if teams), *sent]:
        if is_declared(name, life, year):
            place, _ = write_return(life, working, name, year, "some" if year == COLLECTION_YEAR else "none")
            if not (inbox / place.name).exists():
                made.append(place.rename(inbox / place.name))
    shutil.rmtree(working, ignore_errors=True)
    return made


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
