"""What an erased child leaves that does not name it: rows of its records, names of files, what another inbox got."""

from __future__ import annotations

import json
import os
import zipfile

from socialcare.door import erase, erase_forms, originals, replay, rotate
from socialcare.operate.backup import backup, restore
from socialcare.registry.returns import return_spec
from socialcare.settings import get_settings
from socialcare.warehouse import history

from .test_erase import WHO, by_hand, kept_text, rows, take_all
from .test_erase import nobody_listed as nobody_listed
from .test_erase_others import TABLES, deliver_ssd, held

FACTORS = "select count(*) from raw.ssd__assessment_factors f join raw.deliveries d on d.delivery_id = f._delivery_id"


def deliver_parts(name: str, day: str, **tables: list[str]) -> None:
    """Deliver some tables of the Standard Safeguarding Dataset alone. All of it is SYNTHETIC."""
    folder = get_settings().inbox / "durham" / name
    folder.mkdir(parents=True)
    for table, lines in tables.items():
        (folder / f"{table}.csv").write_text("\r\n".join([TABLES[table][0], *lines]) + "\r\n")
    (folder / "delivery.json").write_text(json.dumps({"as_of_date": day, "collection_year": 2027, "synthetic": True}))


def assessment(number: int, child: str, start: str = "2026-06-01") -> str:
    return f"{number},{child},1,{start},Y,,,,,"


def test_factors_that_come_without_their_assessment_are_refused_and_those_of_others_stay(warehouse: str) -> None:
    deliver_ssd("one", "2026-10-31")  # of P1 assessment 5 with factors 6
    take_all()
    erase.erase("durham", "P1", **WHO)
    deliver_parts("alone", "2026-11-15", assessment_factors=["77,77,", "5,78,", "6,5,"])
    (taken,) = take_all()
    assert (taken.rows_in, taken.rows_loaded, taken.rows_erased) == (3, 2, 1)
    assert "6,5," not in kept_text()
    (left,) = rows("select * from door.erased_records")
    assert left[:4] == ("durham", "ssd", "cin_assessments", 0), "only what others belong to is kept, as a token"
    assert len(left[4]) == 32


def test_a_number_that_is_given_to_another_child_is_that_childs(warehouse: str) -> None:
    deliver_ssd("one", "2026-10-31")
    take_all()
    erase.erase("durham", "P1", **WHO)
    again = {"cin_assessments": [assessment(5, "P2"), assessment(8, "P1")], "assessment_factors": ["6,5,", "7,8,"]}
    deliver_parts("given anew", "2026-11-15", **again)
    (taken,) = take_all()
    assert (taken.rows_loaded, taken.rows_erased) == (2, 2)
    deliver_parts("met at the door", "2026-11-20", assessment_factors=["7,8,", "9,9,"])
    (taken,) = take_all()
    assert (taken.rows_loaded, taken.rows_erased) == (1, 1), "assessment 8 was refused before, and is known by that"
    assert sum(rows.rows_erased for rows in take_all()) == 0
    (*_, last) = replay.replay(every=True)
    assert not last.has_changed


def test_the_factors_of_an_assessment_that_waits_outside_go_too(warehouse: str) -> None:
    """No row of assessment 11 is in any table: the original alone says that it is the child's."""
    parts = {"cin_assessments": [assessment(11, "P1", "31/02/2026"), assessment(12, "P2")]}
    deliver_parts("one", "2026-10-31", assessment_factors=["1,11,", "2,12,"], **parts)
    (taken,) = take_all()
    assert (taken.rows_loaded, taken.rows_quarantined) == (3, 1)
    went = erase.erase("durham", "P1", **WHO)
    assert went["raw.ssd__assessment_factors"] == 1
    assert rows(FACTORS) == [(1,)]
    ((counts),) = rows("select rows_in, rows_loaded, rows_quarantined, rows_erased from raw.deliveries")
    assert counts == (4, 2, 0, 2)


def deliver_audits(name: str, day: str, audits: list[dict[str, str]], **answer: str) -> None:
    """Deliver audits, each with an answer that has the first code of each list but for what is said. SYNTHETIC."""
    declared = return_spec("local_records")
    answers = [{"AUDIT": audit["AUDIT"], **answer} for audit in audits]
    folder = get_settings().inbox / "durham" / name
    folder.mkdir(parents=True)
    for table, made in (("case_audits", audits), ("audit_answers", answers)):
        columns = declared.tables[table].columns
        known = {n: next(iter(declared.code_lists[c.codes])) for n, c in columns.items() if c.codes and c.mandatory}
        known |= {n: "01/09/2026" for n, c in columns.items() if c.type == "date" and c.mandatory}
        lines = [",".join(({**known, **row}).get(n, "") for n in columns) for row in made]
        (folder / f"{table}.csv").write_text("\n".join([",".join(columns), *lines]) + "\n")
    stated = {"as_of_date": day, "collection_year": 2027, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))


def test_an_answer_that_waits_outside_goes_with_its_audit(warehouse: str) -> None:
    """Its number in the findings is that of the audit, for an answer names no child."""
    audits = [{"AUDIT": "A1", "CHILD": "D200"}, {"AUDIT": "A2", "CHILD": "D300"}]
    deliver_audits("audits", "2026-10-31", audits, QUESTION="no such question")
    (taken,) = take_all()
    assert (taken.rows_loaded, taken.rows_quarantined) == (2, 2)
    erase.erase("durham", "D200", **WHO)
    assert rows("select table_name, rows_loaded, rows_quarantined, rows_erased from door.files order by 1") == [
        *(("audit_answers", 0, 1, 1), ("case_audits", 1, 0, 1))
    ]
    assert rows("select count(distinct line) from door.findings where table_name = 'audit_answers'") == [(1,)]


def test_the_history_of_a_number_that_was_given_anew_outlives_another_erasure(warehouse: str) -> None:
    """A1 was an audit of D200 and is one of D300 by now: its answer goes from the history, and comes back in it."""
    deliver_audits("one", "2026-10-31", [{"AUDIT": "A1", "CHILD": "D200"}])
    take_all()
    erase.erase("durham", "D200", **WHO)
    deliver_audits("two", "2026-11-15", [{"AUDIT": "A1", "CHILD": "D300"}])
    take_all()
    history.follow()
    followed = "select * from intermediate.int_history__local_records__audit_answers"
    held_before = rows(followed, "transformer")
    assert len(held_before) == 1
    erase.erase("durham", "D900", **WHO)
    history.follow()
    assert rows(followed, "transformer") == held_before


def test_records_stay_known_through_rotations_and_a_restore(warehouse: str) -> None:
    deliver_ssd("one", "2026-10-31")
    take_all()
    kept = backup(get_settings().home / "backups")
    rotate.rotate("durham")
    erase.erase("durham", "P1", **WHO)
    rotate.rotate("durham")
    deliver_parts("alone", "2026-11-15", assessment_factors=["6,5,", "5,78,"])
    (taken,) = take_all()
    assert (taken.rows_loaded, taken.rows_erased) == (1, 1)
    restore(kept)  # from before both rotations: the list beside the keys knows later tokens alone
    assert held()["assessment_factors"] == 2
    deliver_parts("once more", "2026-11-16", assessment_factors=["6,5,", "4,79,"])
    (taken,) = take_all()
    assert (taken.rows_loaded, taken.rows_erased) == (1, 1)


def names_kept() -> list[str]:
    kept = rows("select original from door.originals where destroyed_at is null order by delivery_id")
    return [name for (original,) in kept for name in originals.sent(original).names]


def test_a_file_named_after_the_child_gets_another_name_and_the_others_keep_theirs(warehouse: str) -> None:
    by_hand("one")
    folder = get_settings().inbox / "durham" / "one"
    (folder / "header.csv").rename(folder / "SYNTHETIC review of D200-x.csv")
    take_all()
    by_hand("two", "2026-11-15", children=("D100",))  # of which nothing but the name of a file is the child's
    folder = get_settings().inbox / "durham" / "two"
    (folder / "episodes.csv").rename(folder / "D200.csv")
    take_all()
    went = erase.erase("durham", "D200", **WHO)
    assert went["originals rewritten"] == 2
    assert names_kept() == ["SYNTHETIC-file-1.csv", "episodes.csv", "file-1.csv", "header.csv"]
    assert [replayed.has_changed for replayed in replay.replay(every=True)] == [False, False]
    by_hand("three", "2026-11-20", children=("D300",))
    folder = get_settings().inbox / "durham" / "three"
    (folder / "header.csv").rename(folder / os.fsdecode(b"Zo\xeb D200.csv"))
    take_all()
    assert names_kept()[-2:] == ["file-1.csv", "episodes.csv"]


def test_a_zip_in_which_a_file_is_named_after_the_child_is_destroyed(warehouse: str) -> None:
    by_hand("one", children=("D100",))
    folder = get_settings().inbox / "durham" / "one"
    with zipfile.ZipFile(folder / "sent.zip", "w") as archive:
        for file, name in (("header.csv", "header.csv"), ("episodes.csv", "all/D200 (2).csv")):
            archive.write(folder / file, name)
            (folder / file).unlink()
    take_all()
    assert erase.erase("durham", "D200", **WHO) == {"originals destroyed": 1, "receipts removed": 2}


def test_what_another_councils_inbox_refused_is_searched_too(warehouse: str) -> None:
    by_hand("one")
    take_all()
    for name, day in (("sent wrongly", "2026-10-31"), ("and again", "2026-11-01")):
        by_hand(name, day)
        folder = get_settings().inbox / "durham" / name
        inbox = get_settings().inbox / "south_tyneside"
        inbox.mkdir(exist_ok=True)
        folder.rename(inbox / name)
        if name == "and again":
            went = erase.erase("durham", "D200", **WHO)
            assert (went["originals rewritten"], went["originals destroyed"]) == (1, 1)
        (taken,) = take_all("south_tyneside")
        assert taken.reason == "another_council"
        assert kept_text().count("D200") == (4 if name == "sent wrongly" else 0), "one delivery here, one there"
    by_hand("theirs", children=("D300",))
    (get_settings().inbox / "durham" / "theirs").rename(get_settings().inbox / "south_tyneside" / "theirs")
    take_all("south_tyneside")
    assert kept_text().count("D300") == 4, "what names no erased child stays"


TYPED_OTHERWISE = {
    "d200": ("D200", "in capitals"),
    "D300": ("d300", "in small letters"),
    "812": ("00812", "with leading zeros, 5 figures long"),
    "0913": ("913", "without its leading zeros"),
    "D 400": ("D400", "without its spaces"),
}


def test_an_identifier_written_in_another_way_is_told_in_words(warehouse: str) -> None:
    by_hand("one", children=tuple(sent for sent, _ in TYPED_OTHERWISE.values()))
    (taken,) = take_all()
    assert taken.rows_loaded == 10, taken
    for typed, (_, how) in TYPED_OTHERWISE.items():
        assert erase_forms.held_otherwise("durham", typed) == [how]
    assert erase_forms.held_otherwise("durham", "X9") == []
