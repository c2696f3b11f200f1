"""A recognisable child in Durham's looked-after return, and people in every field of its other returns."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from socialcare import generate
from socialcare.generate.deliver import AS_OF, COLLECTION_YEAR
from socialcare.generate.everything import write_everything
from tests import canaries, planting

# Made-up children. Each value is long or odd enough not to appear by chance.
CHILD = "CANARYCHILD77"
UPN = "A123456789012"
BORN = ("09/08/2013", "2013-08-09", "20130809", "09-08-2013")
NAME = "Zephyrine Canarybird"
HOME = "DH1 3ZQ"
PLACEMENT = "SR8 9XQ"
CARER_URN = "SC987654"
BAD_CHILD = "CANARYBROKEN99"
CANARIES = (CHILD, UPN, *BORN, *NAME.split(), HOME, HOME.replace(" ", ""), PLACEMENT, CARER_URN, BAD_CHILD)

#: Rows added to a generated delivery: one child who passes every rule, one whose rows must be set aside.
PLANTED = {
    "header": f"{CHILD},F,{BORN[0]},WBRI,{UPN},0,\r\n{BAD_CHILD},F,31/02/2013,{NAME},{UPN},0,\r\n",
    "episodes": f"{CHILD},01/05/2025,S,C2,N1,U6,PR1,,,,{HOME},{PLACEMENT},{CARER_URN}\r\n"
    f"{BAD_CHILD},31/02/2025,{NAME},C2,N1,U6,PR1,,,,{HOME},{PLACEMENT},{CARER_URN}\r\n",
}
#: The returns beside the first: each field of them holds people of its own (tests/canaries.py).
OTHERS = ("cin_census", "csww", "annex_a", "local_records", "ssd")
_LARGE = 8 << 20


def deliver(home: Path) -> None:
    """Put Durham's planted deliveries, which load, where the council would."""
    good = generate.deliver("durham", home)
    for table, rows in PLANTED.items():
        (file,) = good.glob(f"*_ssda903_{table}_*")  # not sw_episodes
        file.write_bytes(file.read_bytes() + rows.encode())
    with tempfile.TemporaryDirectory() as folder:
        made = write_everything("durham", Path(folder), date(2026, 3, 31), 2026, seed=7, in_care=25, returns=OTHERS)
        for name, delivery in made.items():
            planting.plant(delivery, name, good.parent)


def deliver_refused(home: Path) -> None:
    """Put a delivery of which no heading is known into South Tyneside's inbox."""
    for file in generate.deliver("south_tyneside", home).glob("*.csv"):
        file.write_text(f"{NAME},{CHILD}\n{BORN[0]},{UPN}\n")


def open_children() -> int:
    """Return how many children Durham looks after on the day of the delivery: the generator's, and one more."""
    return generate.ssda903("durham", AS_OF, COLLECTION_YEAR).open_children + 1


def found_in(text: bytes) -> list[str]:
    """Return whatever of the planted people stands in the text."""
    lowered = text.lower()
    small = len(text) < _LARGE  # the server's own files are large, and a search for each code takes its time
    return [c for c in CANARIES if c.lower().encode() in lowered] + canaries.found_in(text, coded=small)
