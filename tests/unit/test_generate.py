"""The generator: the same every time, plausible as histories, and plainly synthetic."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from socialcare import generate
from socialcare.generate.defects_ssda903 import DEFECTS
from socialcare.generate.deliver import AS_OF, COLLECTION_YEAR
from socialcare.generate.ssda903 import known_to_the_door
from socialcare.generate.told_ssda903 import TABLES
from socialcare.registry.councils import council
from socialcare.registry.returns import return_spec


@pytest.fixture(scope="module")
def episodes() -> pd.DataFrame:
    made = generate.ssda903("durham", AS_OF, COLLECTION_YEAR, defects=())
    frame = made.tables["episodes"].to_pandas()
    for name in ("DECOM", "DEC"):
        frame[name] = pd.to_datetime(frame[name], format="%d/%m/%Y", errors="coerce")
    return frame


def test_the_same_arguments_make_the_same_bytes(tmp_path: Path) -> None:
    first, second = (generate.deliver("durham", tmp_path / name) for name in ("a", "b"))
    files = sorted(p.name for p in first.iterdir())
    assert [(first / f).read_bytes() for f in files] == [(second / f).read_bytes() for f in files]


def test_another_seed_or_council_makes_other_children() -> None:
    made = [
        generate.ssda903(c, AS_OF, COLLECTION_YEAR, s).tables["header"]
        for c, s in (("durham", 1), ("durham", 2), ("south_tyneside", 1))
    ]
    assert not made[0].equals(made[1])
    assert not made[0].equals(made[2])


def test_every_file_and_the_marker_say_that_it_is_synthetic(tmp_path: Path) -> None:
    folder = generate.deliver("durham", tmp_path)
    assert all("SYNTHETIC" in p.name for p in folder.glob("*.csv"))
    stated = json.loads((folder / "delivery.json").read_text())
    assert stated["synthetic"] is True
    assert stated["as_of_date"] == "2026-10-31"


def test_a_delivery_appears_whole_and_waits_if_it_is_there(tmp_path: Path) -> None:
    folder = generate.deliver("durham", tmp_path)
    assert generate.deliver("durham", tmp_path) == folder
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("council_id", "about"), [("durham", 1200), ("south_tyneside", 320), ("redcar_and_cleveland", 400)]
)
def test_councils_are_near_their_real_size(council_id: str, about: int) -> None:
    truth = generate.ssda903(council_id, AS_OF, COLLECTION_YEAR)
    assert about <= truth.open_children <= about + len(DEFECTS)


def test_episodes_of_a_child_follow_one_another(episodes: pd.DataFrame) -> None:
    ordered = episodes.sort_values(["CHILD", "DECOM"])
    following = ordered["CHILD"].eq(ordered["CHILD"].shift(-1)) & ordered["RNE"].shift(-1).ne("S")
    assert (ordered["DEC"][following] == ordered["DECOM"].shift(-1)[following]).all()
    assert (ordered["REC"][following] == "X1").all()
    assert (ordered["DEC"].dropna() > ordered["DECOM"][ordered["DEC"].notna()]).all()


def test_a_change_of_placement_or_status_is_seen_in_the_codes(episodes: pd.DataFrame) -> None:
    same = episodes["CHILD"].eq(episodes["CHILD"].shift()) & episodes["RNE"].ne("S")
    legal = episodes["LS"].ne(episodes["LS"].shift())[same]
    address = episodes["PL_POST"].ne(episodes["PL_POST"].shift()) | episodes["URN"].ne(episodes["URN"].shift())
    place = episodes["PLACE"].ne(episodes["PLACE"].shift())[same] | address[same]
    reason = episodes["RNE"][same]
    assert legal.eq(reason.isin(["L", "B", "U"])).all()
    assert place.eq(reason.isin(["P", "T", "B", "U"])).all()
    assert address[same].eq(reason.isin(["P", "B"])).all()


def test_short_breaks_and_leavers_are_among_them(episodes: pd.DataFrame) -> None:
    assert {"V3", "V4"} <= set(episodes["LS"])
    assert episodes["CHILD"].duplicated().mean() > 0.1
    assert episodes["DEC"].notna().mean() > 0.15
    assert episodes["DECOM"].max() <= datetime.combine(AS_OF, datetime.min.time())


#: What no single delivery can break: the rule looks at the year before.
NEEDS_LAST_YEAR = {("episodes", "502")}


def test_there_is_a_defect_for_every_rule_but_those_on_the_shape_of_a_row() -> None:
    declared = return_spec("ssda903").for_year(COLLECTION_YEAR)
    written = {table: set(columns) for table, columns in TABLES.items()}
    wanted = {
        (r.table, r.code) for r in declared.rules if r.check != "cell_count" and set(r.columns) <= written[r.table]
    }
    assert wanted - {(d.table, d.rule_code) for d in DEFECTS} <= NEEDS_LAST_YEAR


def test_defects_can_be_planted_for_another_day() -> None:
    made = generate.ssda903("durham", date(2026, 6, 30), COLLECTION_YEAR, open_children=5)
    assert len({p.name for p in made.planted}) == len(known_to_the_door(COLLECTION_YEAR)) >= 40


def test_two_days_with_one_horizon_tell_one_history() -> None:
    days = (date(2026, 8, 31), date(2026, 9, 30))
    made = [
        generate.ssda903("durham", day, COLLECTION_YEAR, open_children=80, defects=(), horizon=AS_OF) for day in days
    ]
    before, after = (m.tables["episodes"].to_pandas().set_index(["CHILD", "DECOM"]) for m in made)
    assert before.index.isin(after.index).all()
    assert (before["PL_POST"] == after["PL_POST"].loc[before.index]).all()
    closed = before[before["DEC"].ne("")]
    assert (closed["DEC"] == after["DEC"].loc[closed.index]).all()
    assert len(after) > len(before)
    still_open = before["DEC"].eq("") & ~before["LS"].isin(["V3", "V4"])
    assert still_open.sum() == made[0].open_children


def test_the_sample_has_every_return_that_the_council_sends(tmp_path: Path) -> None:
    first, second = (generate.deliver_all("durham", tmp_path / name) for name in ("a", "b"))
    stated = {json.loads((folder / "delivery.json").read_text())["return"] for folder in first}
    assert stated == set(council("durham").returns)
    for one, other in zip(first, second, strict=True):
        assert {f.name: f.read_bytes() for f in one.iterdir()} == {f.name: f.read_bytes() for f in other.iterdir()}
    assert sorted(tmp_path.joinpath("a/inbox/durham").iterdir()) == sorted(first), "nothing half-made is left"
    assert generate.deliver_all("durham", tmp_path / "a") == [first[0]], "what waits there is left as it is"
