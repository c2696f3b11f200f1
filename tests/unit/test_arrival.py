"""Which of an inbox has wholly arrived: by its marker, by not having changed, never while somebody writes to it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from socialcare.door import arrival
from socialcare.door.arrival import look
from socialcare.errors import Fault

STATED = {"as_of_date": "2026-10-31", "collection_year": 2027}
DAY = 24 * 3600


def sent(inbox: Path, *files: str, folder: str = "", ago: float = 0, **stated: object) -> Path:
    """Put files into the inbox, with a marker where it says anything, all of them written so long ago."""
    place = inbox / "inbox" / "durham" / folder
    place.mkdir(parents=True, exist_ok=True)
    for file in files:
        (place / file).write_text("CHILD\n")
    if stated:
        (place / "delivery.json").write_text(json.dumps(stated))
    for path in place.iterdir():
        os.utime(path, (time.time() - ago,) * 2)
    return place


def seen(**given: float) -> tuple[list[tuple[str, str]], int]:
    inbox = look("durham", **given)
    return [(d.place.name, d.problem) for d in inbox.whole], inbox.arriving


def test_loose_files_have_arrived_when_none_has_changed_for_a_minute(home: Path) -> None:
    sent(home, "h.csv", ago=59)
    assert seen() == ([], 1)
    place = sent(home, "h.csv", "e.csv", ago=61)
    assert seen() == ([("durham", "")], 0)
    (place / "e.csv").write_text("CHILD\nA1\n")  # it grows again
    assert seen() == ([], 1)


@pytest.mark.parametrize("name", ["h.csv.filepart", "h.csv.part", "H.CSV.TMP", "h.partial", "h.csv.crdownload"])
def test_a_file_with_the_name_of_an_unfinished_upload_still_arrives_for_a_day(home: Path, name: str) -> None:
    sent(home, name, "e.csv", ago=3600)
    sent(home, name, "e.csv", folder="marked", ago=3600, **STATED)
    assert seen() == ([], 2)
    sent(home, ago=DAY + 1)
    sent(home, folder="marked", ago=DAY + 1)
    assert seen() == ([("marked", "upload_unfinished"), ("durham", "upload_unfinished")], 0)


def test_a_marker_that_names_files_waits_for_each_of_them(home: Path) -> None:
    stated = {**STATED, "files": ["h.csv", "e.csv"]}
    place = sent(home, "h.csv", folder="one", **stated)
    assert seen() == ([], 1)
    (place / "e.csv").write_text("CHILD\n")
    assert seen() == ([("one", "")], 0)
    (place / "e.csv").unlink()
    for path in place.iterdir():
        os.utime(path, (time.time() - DAY - 1,) * 2)
    assert seen() == ([("one", "files_missing")], 0)


def test_the_names_in_a_marker_are_neither_kept_nor_told(home: Path) -> None:
    sent(home, "ZQXNAME.csv", folder="one", **STATED, files=["ZQXNAME.csv"])
    (delivery,) = look("durham").whole
    assert delivery.statement
    assert "ZQXNAME" not in repr(delivery.statement) + delivery.statement.model_dump_json()


def test_a_folder_without_marker_never_arrives_unless_who_fetched_it_says_that_it_is_whole(home: Path) -> None:
    place = sent(home, "h.csv", folder="one", ago=10 * DAY)
    assert seen() == ([], 1)
    (place / arrival.WHOLE).touch()
    (delivery,) = look("durham").whole
    assert ([file.name for file in delivery.files], delivery.is_loose, delivery.statement) == (["h.csv"], False, None)


def test_a_clock_that_is_ahead_does_not_hold_a_file_up_for_ever(home: Path) -> None:
    sent(home, "h.csv", ago=-365 * DAY)
    assert seen() == ([], 1)
    assert seen(settled_after=0) == ([("durham", "")], 0)


def test_a_file_that_is_renamed_at_the_moment_of_the_look_still_arrives(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = sent(home, "h.csv", ago=61)
    real = Path.lstat

    def vanishes(path: Path) -> os.stat_result:
        (place / "h.csv").unlink(missing_ok=True)
        return real(path)

    monkeypatch.setattr(Path, "lstat", vanishes)
    assert seen() == ([], 1)


def test_a_file_that_goes_after_the_look_is_a_change_to_try_again(home: Path) -> None:
    place = sent(home, "h.csv", ago=61)
    (delivery,) = look("durham").whole
    (place / "h.csv").unlink()
    with pytest.raises(Fault, match="delivery_changed") as fault:
        delivery.stamps()
    assert fault.value.retryable
