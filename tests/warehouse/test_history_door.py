"""From the inbox to the history: numbers given anew change nothing, and a row kept out at the door is no deletion."""

from __future__ import annotations

import csv
import json
import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from socialcare import generate
from socialcare.door import arrival, intake
from socialcare.door.identity import Pseudonymiser
from socialcare.registry.returns import return_spec
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
    take_all()


def take_all() -> None:
    for delivery in arrival.look("durham", settled_after=0).whole:
        intake.take_in(delivery)


def next_night(folder: Path, to: Path, return_id: str) -> None:
    """Write the delivery again as the system would a day later: every record has another number, rows are elsewhere."""
    shutil.copytree(folder, to)
    stated = json.loads((to / arrival.MARKER).read_text())
    stated["as_of_date"] = str(date.fromisoformat(stated["as_of_date"]) + timedelta(days=1))
    (to / arrival.MARKER).write_text(json.dumps(stated))
    numbered = {
        name
        for table in return_spec(return_id).tables.values()
        for name, column in table.columns.items()
        if column.type == "identifier" and column.identifies == "record" and name not in table.history.stable
    }
    for path in to.glob("*.csv"):
        with path.open(newline="") as file:
            head, *body = csv.reader(file)
        places = [place for place, heading in enumerate(head) if heading.upper() in numbered]
        anew = [[f"9{cell}" if cell and at in places else cell for at, cell in enumerate(row)] for row in body]
        random.Random(1).shuffle(anew)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([head, *anew])


def test_a_whole_dataset_with_every_number_given_anew_changes_nothing(module_warehouse: str, tmp_path: Path) -> None:
    (folder,) = (f for f in generate.deliver_all("durham", tmp_path / "made") if "ssd_" in f.name)
    inbox = get_settings().inbox / "durham"
    shutil.copytree(folder, inbox / "first")
    take_all()
    next_night(folder, inbox / "second", "ssd")
    take_all()
    assert history.follow() == 2
    ((second, told),) = rows("select delivery_id, rows_loaded from raw.deliveries order by 1 desc limit 1")
    ((not_kept,),) = rows(f"select count(*) from raw.ssd__assessment_factors where _delivery_id = {second}")
    found = dict(
        rows(
            "select change, sum(row_count)::integer from intermediate.int_history__changes"
            f" where delivery_id = {second} group by 1"
        )
    )
    # What happened on the day itself was still to come the day before, and waited outside.
    assert found.pop("new", 0) <= 3
    assert found == {"told": told - not_kept}
    assert told > 5000


def test_a_row_kept_out_at_the_door_leaves_the_last_that_is_known(module_warehouse: str) -> None:
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
