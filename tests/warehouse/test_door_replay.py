"""History judged again: what changed is told, the rest is as it was, and a kill half-way changes nothing."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from tests.warehouse.test_door_census import MESSAGE
from typer.testing import CliRunner

from socialcare.cli import app
from socialcare.database import connect
from socialcare.door import arrival, intake, originals, replay, spec_digest
from socialcare.door.replayed import Change
from socialcare.generate.deliver import AS_OF
from socialcare.registry import returns
from socialcare.settings import get_settings

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
EARLIER = date(2026, 9, 30)


EPISODE = "A1,01/09/2026,S,C2,N1,U4,PR1,,,,DH1 3ZZ,DH1 4ZZ,SC900001\n"


def send(day: date, header: str) -> None:
    folder = get_settings().inbox / "durham" / str(day)
    folder.mkdir(parents=True)
    (folder / "A One's children.csv").write_text(HEADER + header)
    (folder / "episodes.csv").write_text(EPISODES + EPISODE)
    stated = f'{{"as_of_date": "{day}", "collection_year": 2027, "synthetic": true}}'
    (folder / arrival.MARKER).write_text(stated)
    for delivery in arrival.look("durham", settled_after=0).whole:
        intake.take_in(delivery)


def rows(query: str) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query).fetchall()


GOOD = "A1,F,01/05/2015,WBRI,UN1,0,\n"
WRONG = "A2,X,01/05/2015,WBRI,UN1,0,\n"
"""Rule 101: the sex is no code of the list."""


@pytest.fixture
def ease(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Declare, when called, that rule 101 warns from now on, and keeps no row out."""

    def declare() -> None:
        declared = returns.return_spec("ssda903")
        rules = tuple(r.model_copy(update={"severity": "warning"}) if r.code == "101" else r for r in declared.rules)
        eased = declared.model_copy(update={"rules": rules})
        changed = tuple(eased if r.id == declared.id else r for r in returns.all_returns())
        monkeypatch.setattr(returns, "all_returns", lambda: changed)
        spec_digest._year.cache_clear()

    yield declare
    spec_digest._year.cache_clear()


def everything() -> tuple[list[tuple], ...]:
    """All that judging leaves, but for when it was."""
    return (
        rows("select delivery_id, rows_in, rows_loaded, verdict, reason, spec_digest from raw.deliveries order by 1"),
        rows("select * from raw.ssda903__header order by _delivery_id, _line"),
        rows("select * from raw.ssda903__episodes order by _delivery_id, _line"),
        rows("select * from door.files order by 1, 2"),
        rows("select * from door.findings order by 1, 2, 3, 4"),
        sorted((p.name,) for p in (get_settings().outbox / "durham").iterdir()),
    )


def test_judged_again_by_the_same_rules_everything_is_as_it_was(warehouse: str) -> None:
    send(AS_OF, GOOD + WRONG)
    assert list(replay.replay()) == []
    before = everything()
    (again,) = replay.replay(every=True)
    assert (again.has_changed, again.changes) == (False, ())
    assert everything() == before
    assert rows("select has_changed from door.replays") == [(False,)]


def test_after_a_rule_changed_the_row_comes_in_and_what_changed_is_listed(
    warehouse: str, ease: Callable[[], None]
) -> None:
    send(AS_OF, GOOD + WRONG)
    assert rows("select rows_in, rows_loaded, rows_quarantined, verdict from raw.deliveries") == [
        (3, 2, 1, "partly_accepted")
    ]
    ease()
    (again,) = replay.replay()
    assert again.changes == (Change("header", "", 1, 2, 0, 1), Change("header", "101", 1, 1, 1, 1))
    assert rows("select rows_in, rows_loaded, rows_quarantined, verdict from raw.deliveries") == [(3, 3, 0, "accepted")]
    assert rows("select count(*) from raw.ssda903__header") == [(2,)]
    assert rows("select rule_code, severity from door.findings where rule_code = '101'") == [("101", "warning")]
    assert rows("select table_name, rule_code, before, after from door.replay_changes order by 2") == [
        ("header", "", 1, 2),
        ("header", "101", 1, 1),
    ]
    assert list(replay.replay()) == [], "what was judged by today's rules is not judged again"


def test_the_council_gets_a_receipt_that_says_so_only_when_something_changed(
    warehouse: str, ease: Callable[[], None]
) -> None:
    send(EARLIER, GOOD + WRONG)
    send(AS_OF, GOOD)
    ease()
    assert [one.has_changed for one in replay.replay()] == [True, False]
    outbox = get_settings().outbox / "durham"
    new = [path for path in outbox.iterdir() if "again" in path.name]
    assert sorted(path.stem for path in new) == ["receipt-2026-09-30-1-judged-again-1"] * 2
    page = next(path for path in new if path.suffix == ".html").read_text()
    assert "Judged again" in page
    assert "A One&#x27;s children.csv" in page, "by the names under which the council sent them"
    assert {path.stat().st_mode & 0o777 for path in new} == {0o600}


def test_what_cannot_be_judged_again_is_kept_as_it_was_and_listed(warehouse: str, ease: Callable[[], None]) -> None:
    send(EARLIER, GOOD)
    assert originals.destroy_expired(date(2099, 1, 1)) == 1
    send(AS_OF, GOOD + WRONG)
    (name,) = rows("select original from door.originals where destroyed_at is null")[0]
    (get_settings().home / "door" / "taken" / name / "1.age").write_bytes(b"age-encryption.org/v1\n")
    before = everything()
    ease()
    assert [one.kept_because for one in replay.replay()] == ["original_destroyed", "original_damaged"]
    assert everything() == before


def test_a_delivery_that_was_not_known_is_taken_in_when_it_is(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from socialcare.registry import councils

    durham = councils.council("durham")
    monkeypatch.setattr(councils, "all_councils", lambda: (durham.model_copy(update={"returns": ()}),))
    send(AS_OF, GOOD)
    assert rows("select verdict, reason from raw.deliveries") == [("rejected", "return_not_agreed")]
    monkeypatch.setattr(councils, "all_councils", lambda: ())
    assert [one.kept_because for one in replay.replay()] == ["not_declared_any_more"]
    monkeypatch.setattr(councils, "all_councils", lambda: (durham,))
    (again,) = replay.replay()
    assert again.taken is not None
    assert (again.taken.verdict, again.taken.rows_loaded) == ("accepted", 2)
    send(AS_OF, GOOD)
    assert rows("select count(*) from raw.deliveries") == [(1,)], "sent again it is nothing new"


def test_what_was_sent_again_meanwhile_is_not_taken_in_twice(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from socialcare.registry import councils

    durham = councils.council("durham")
    with monkeypatch.context() as then:
        then.setattr(councils, "all_councils", lambda: (durham.model_copy(update={"returns": ()}),))
        send(AS_OF, GOOD)
    send(AS_OF, GOOD)
    (again,) = replay.replay()
    assert again.kept_because == "sent_again_since"
    assert rows("select verdict from raw.deliveries order by delivery_id") == [("rejected",), ("accepted",)]


KILLED = """
import os
from socialcare.door import records, replay, spec_digest
spec_digest.DOOR_RULES += 1
real, done = records.update_delivery, []
def killed_the_second_time(*given):
    real(*given)
    done.append(1)
    if len(done) == 2:
        os.kill(os.getpid(), 9)
records.update_delivery = killed_the_second_time
list(replay.replay())
"""


def test_a_replay_that_is_killed_and_run_again_ends_the_same(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    send(EARLIER, GOOD)
    send(AS_OF, GOOD + WRONG)
    (_, second) = replay.replay(every=True)
    clean = everything()
    done = subprocess.run([sys.executable, "-c", KILLED], env=dict(os.environ), check=False)
    assert done.returncode == -9
    monkeypatch.setattr(spec_digest, "DOOR_RULES", spec_digest.DOOR_RULES + 1)
    spec_digest._year.cache_clear()
    assert [one.past.delivery_id for one in replay.replay()] == [second.past.delivery_id], "the first stands"
    spec_digest._year.cache_clear()
    assert [row[:-1] for row in everything()[0]] == [row[:-1] for row in clean[0]]
    assert everything()[1:] == clean[1:]
    assert not list((get_settings().home / "door" / "taken" / "durham").glob(".*")), "nothing in the clear is left"


def test_rows_that_say_more_are_a_change_and_no_news_to_the_council(warehouse: str) -> None:
    send(AS_OF, GOOD)
    with connect("loader") as connection:  # as if an earlier declaration had dropped the column
        connection.execute("update raw.ssda903__header set sex = null")
    (again,) = replay.replay(every=True)
    assert (again.changes, again.is_news) == ((Change("header", "", 1, 1, 1, 1),), False)
    assert rows("select sex from raw.ssda903__header") == [("F",)]
    assert [p.name for p in (get_settings().outbox / "durham").iterdir() if "again" in p.name] == []


def test_zips_and_messages_are_judged_again_as_they_were_sent(warehouse: str) -> None:
    folder = get_settings().inbox / "durham" / "sent"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "return.zip", "w") as archive:
        archive.writestr("header.csv", HEADER + GOOD)
        archive.writestr("episodes.csv", EPISODES + EPISODE)
        archive.writestr(arrival.MARKER, '{"as_of_date": "2026-10-31", "collection_year": 2027, "synthetic": true}')
    (folder / arrival.WHOLE).touch()
    census = get_settings().inbox / "durham" / "census"
    census.mkdir()
    (census / "message.xml").write_text(MESSAGE)
    (census / arrival.MARKER).write_text('{"as_of_date": "2026-03-31", "collection_year": 2026, "synthetic": true}')
    for delivery in arrival.look("durham", settled_after=0).whole:
        assert intake.take_in(delivery).verdict == "accepted"
    before = everything()
    assert [one.has_changed for one in replay.replay(every=True)] == [False, False]
    assert everything() == before


def test_the_verb_lists_what_changed_and_names_no_file_or_child(warehouse: str, ease: Callable[[], None]) -> None:
    send(EARLIER, GOOD)
    send(AS_OF, GOOD + WRONG)
    ease()
    with (get_settings().home / "postgres.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # a verb that ends leaves the server to those that use it
        done = CliRunner().invoke(app, ["replay", "--council", "durham", "--return", "ssda903"])
    assert done.exit_code == 0, done.output
    assert "ssda903, as of 2026-09-30 (1): the same" in done.output
    assert "partly_accepted, now accepted; rows in 3, loaded 3 (2 before)" in done.output
    assert "header, rule 101: 1 before, 1 now; 1 no longer so, 1 newly" in done.output
    assert "Changed: 1. The same: 1. Kept as they were: 0." in done.output
    assert "A One" not in done.output


def test_a_correction_of_last_year_is_current_for_its_year_and_not_in_place_of_this_years(warehouse: str) -> None:
    """Last year's return is still corrected, by an extract of today, while this year's nightly files arrive."""
    came = [(2026, "2026-03-31", "partly_accepted"), (2027, "2026-10-30", "accepted"), (2026, "2026-10-31", "accepted")]
    with connect("loader") as connection:
        for number, (year, day, verdict) in enumerate([*came, (2027, "2026-11-01", "rejected")]):
            connection.execute(
                "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic,"
                " content_sha256, rows_in, rows_loaded, rows_quarantined, verdict)"
                " values ('durham', 'ssda903', %s, %s, true, %s, 0, 0, 0, %s)",
                [year, day, str(number), verdict],
            )
    of_years = "select collection_year, as_of_date::text from raw.current_year_deliveries order by 1"
    assert rows(of_years) == [(2026, "2026-10-31"), (2027, "2026-10-30")]
    assert rows("select collection_year, as_of_date::text from raw.current_deliveries") == [(2027, "2026-10-30")]
