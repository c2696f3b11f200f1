"""From the inbox to the history: a row that the door keeps out is not a deletion, of that child alone."""

from __future__ import annotations

import pyarrow as pa

from socialcare.door import arrival, intake
from socialcare.door.identity import Pseudonymiser
from socialcare.settings import get_settings
from socialcare.warehouse import history

from .delivered import rows
from .test_door_replay import EPISODES, HEADER

PLACED = "{child},01/09/2026,S,{ls},N1,U4,PR1,,,,DH1 3ZZ,DH1 4ZZ,SC900001\n"


def send(day: str, **legal_status: str) -> None:
    """Send the children named, each with its legal status; XX is no code, and keeps the episode out."""
    folder = get_settings().inbox / "durham" / day
    folder.mkdir(parents=True)
    (folder / "header.csv").write_text(
        HEADER + "".join(f"{child},F,01/05/2015,WBRI,UN1,0,\n" for child in legal_status)
    )
    (folder / "episodes.csv").write_text(
        EPISODES + "".join(PLACED.format(child=child, ls=ls) for child, ls in legal_status.items())
    )
    (folder / arrival.MARKER).write_text(f'{{"as_of_date": "{day}", "collection_year": 2027, "synthetic": true}}')
    for delivery in arrival.look("durham", settled_after=0).whole:
        intake.take_in(delivery)


def test_a_row_kept_out_at_the_door_leaves_the_last_that_is_known(warehouse: str) -> None:
    names = pa.array(["A1", "A2", "A3"])
    tokens = dict(zip(names.to_pylist(), Pseudonymiser("durham").tokens(names).text.to_pylist(), strict=True))
    send("2026-10-01", A1="C2", A2="C2", A3="C2")
    send("2026-10-02", A1="C2", A2="XX")  # A2's episode waits outside; A3 is not sent at all
    history.follow()
    known = "select child_pseudonym, ls, known_from::text, known_to::text, opened_as, closed_as, not_told_because" \
            " from intermediate.int_history__ssda903__episodes"  # fmt: skip
    assert set(rows(known)) == {
        (tokens["A1"], "C2", "2026-10-01", None, "first", None, None),
        (tokens["A2"], "C2", "2026-10-01", None, "first", None, "quarantined"),
        (tokens["A3"], "C2", "2026-10-01", "2026-10-02", "first", "deleted", None),
    }
    send("2026-10-03", A1="C2", A2="E1")  # put right, and A2's status is another
    history.follow()
    assert {found[1:] for found in rows(known) if found[0] == tokens["A2"]} == {
        ("C2", "2026-10-01", "2026-10-03", "first", "corrected", None),
        ("E1", "2026-10-03", None, "corrected", None, None),
    }
