"""What an erasure leaves of others: SSD numbers each table from one, so another's record has the same number."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from psycopg import Connection

from socialcare.credentials import replace_private
from socialcare.database import connect
from socialcare.door import erase, originals, replay
from socialcare.door.replayed import Past
from socialcare.operate.backup import backup, restore
from socialcare.settings import get_settings

from .test_erase import KILLED, WHO, by_hand, kept_text, rows, tables_with, take_all
from .test_erase import nobody_listed as nobody_listed

#: The erased child P1 has contact 77 and assessment 5; P2 has assessment 77. All of it is SYNTHETIC.
TABLES = {
    "contacts": (
        "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code,cont_contact_source_desc,"
        "cont_contact_outcome_json",
        ["77,P1,2026-06-01,1A,,", "78,P2,2026-06-01,1A,,"],
    ),
    "cin_assessments": (
        "cina_assessment_id,cina_person_id,cina_referral_id,cina_assessment_start_date,cina_assessment_child_seen,"
        "cina_assessment_auth_date,cina_assessment_outcome_json,cina_assessment_outcome_nfa,cina_assessment_team,"
        "cina_assessment_worker_id",
        ["5,P1,1,2026-06-01,Y,,,,,", "77,P2,2,2026-06-01,Y,,,,,"],
    ),
    "assessment_factors": (
        "cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json",
        ["77,77,", "5,78,", "6,5,"],
    ),
    "department": (
        "dept_team_id,dept_team_name,dept_team_parent_id,dept_team_parent_name",
        ["77,,,", "5,,77,"],
    ),
    "professionals": (
        "prof_professional_id,prof_staff_id,prof_professional_name,prof_social_worker_registration_no,"
        "prof_agency_worker_flag,prof_professional_job_title,prof_professional_caseload,prof_professional_department,"
        "prof_full_time_equivalency",
        ["1,,,,,,,77,"],
    ),
}


def deliver_ssd(name: str, day: str) -> None:
    folder = get_settings().inbox / "durham" / name
    folder.mkdir(parents=True)
    for table, (heading, lines) in TABLES.items():
        (folder / f"{table}.csv").write_text("\r\n".join([heading, *lines]) + "\r\n")
    stated = {"as_of_date": day, "collection_year": 2027, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))


def held() -> dict[str, int]:
    return {name: rows(f"select count(*) from raw.ssd__{name}")[0][0] for name in TABLES}


def test_what_has_the_number_of_an_erased_childs_record_in_another_table_stays(warehouse: str) -> None:
    deliver_ssd("one", "2026-10-31")
    (taken,) = take_all()
    assert held() == {name: len(lines) for name, (_, lines) in TABLES.items()}, taken
    erase.erase("durham", "P1", **WHO)
    # By hand: of P1 contact 77, assessment 5 and its factors (row 6).
    left = {**{name: 1 for name in TABLES}, "assessment_factors": 2, "department": 2}
    assert held() == left
    text = kept_text()
    assert ("77,77," in text, "5,78," in text, "77,,," in text, "6,5," in text) == (True, True, True, False)
    deliver_ssd("again", "2026-11-15")
    (taken,) = take_all()
    assert (taken.rows_loaded, taken.rows_erased) == (sum(left.values()), 3)


def test_a_backup_made_while_an_erasure_ran_brings_nobody_back(warehouse: str) -> None:
    by_hand("one")
    take_all()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "erase", "_begin", "1"], input="D200\n", text=True,
        env=dict(os.environ), check=False, capture_output=True,
    )  # fmt: skip
    assert killed.returncode == -9, killed.stderr
    token = erase.first_token("durham", "D200")
    made = backup(get_settings().home / "backups")
    assert "raw.ssda903__header" in tables_with(token), "it was not erased yet"
    erase.erase("durham", "D200", **WHO)
    restore(made)
    assert tables_with(token) == {"door.erased"}
    how = "select reason, ended_at is null from door.erasures join door.erased using (erasure_id)"
    assert rows(f"{how} where token = '{token}'") == [(WHO["reason"], False)]


def test_two_erasures_at_once_are_both_listed_beside_the_keys(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand("one")
    take_all()

    def written_slowly(path: Path, text: str) -> None:
        time.sleep(0.3)
        replace_private(path, text)

    monkeypatch.setattr(erase, "replace_private", written_slowly)
    children = ("AT-ONCE-1", "AT-ONCE-2", "AT-ONCE-3")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda child: erase.erase("durham", child, **WHO), children))
    listed = (get_settings().secrets / "erased-durham").read_text().split()
    assert {erase.first_token("durham", child) for child in children} <= set(listed)


def test_judged_again_without_the_child_it_is_still_known_by_what_was_sent(warehouse: str) -> None:
    by_hand("one")
    take_all()
    words = "select content_sha256, array_agg(file_sha256 order by position) from raw.deliveries"
    words += " join door.files using (delivery_id) group by 1"
    sent = rows(words)
    erase.erase("durham", "D200", **WHO)
    (replayed,) = replay.replay(every=True)
    assert (replayed.kept_because, rows(words)) == ("", sent)
    by_hand("the same once more")
    assert [taken.verdict for taken in take_all()] == ["unchanged"]


def test_a_delivery_whose_original_was_written_anew_meanwhile_is_judged_from_the_new_one(warehouse: str) -> None:
    by_hand("one")
    take_all()
    found = replay.past_deliveries

    def then_erased(connection: Connection, council_id: str, return_id: str) -> list[Past]:
        past = found(connection, council_id, return_id)
        erase.erase("durham", "D200", **WHO)
        return past

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "past_deliveries", then_erased)
        (replayed,) = replay.replay(every=True)
    assert (replayed.kept_because, replayed.has_changed) == ("", False)


def test_an_original_whose_time_ends_while_it_is_written_anew_is_destroyed_with_it(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand("one")
    take_all()
    keep_as = originals.Original.keep_as

    def kept_too_late(self: originals.Original, name: str, sent: originals.Sent) -> str:
        kept = keep_as(self, name, sent)
        originals.destroy_expired(date(2100, 1, 1))
        return kept

    monkeypatch.setattr(originals.Original, "keep_as", kept_too_late)
    erase.erase("durham", "D200", **WHO)
    assert not list((get_settings().home / "door" / "taken" / "durham").iterdir())


def test_receipts_are_counted_once_and_unpacked_files_go(warehouse: str) -> None:
    by_hand("one", note="D200,F,32/13/2012,WBRI,UN1,0,")
    take_all()
    receipts = erase.erase_receipts.naming("durham", "D200")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "erase", "_count", "3"], input="D200\n", text=True,
        env=dict(os.environ), check=False, capture_output=True,
    )  # fmt: skip
    assert killed.returncode == -9, killed.stderr
    unpacked = get_settings().home / "door" / "unpacked" / "durham"
    unpacked.mkdir(parents=True, exist_ok=True)
    (unpacked / "in the clear").write_text("D200")
    with connect("loader") as connection:  # as if killed between counting and removing
        connection.execute(
            "update door.erasures set rows_erased = rows_erased || jsonb_build_object('receipts removed', %s::int)",
            [len(receipts)],
        )
    assert erase.erase("durham", "D200", **WHO)["receipts removed"] == len(receipts) > 0
    assert not unpacked.exists()
