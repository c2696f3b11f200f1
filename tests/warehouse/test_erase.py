"""A child erased: gone from every table, original and receipt, refused when it comes again, erased on restore."""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from socialcare import generate
from socialcare.database import ADMIN, connect
from socialcare.door import arrival, erase, originals, plan, replay, rotate
from socialcare.door.intake import take_in
from socialcare.door.verdicts import Taken
from socialcare.errors import Fault
from socialcare.generate import Life
from socialcare.generate.deliver import AS_OF, COLLECTION_YEAR, write_delivery
from socialcare.generate.everything import write_return
from socialcare.operate.backup import backup, restore
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns
from socialcare.settings import get_settings
from socialcare.warehouse import history

EARLIER = date(2026, 9, 30)
WHO = {"reason": "the council's instruction 12/2026", "by": "data protection officer"}
#: Made by hand so that each row is one that a test names. All of it is SYNTHETIC.
CHILDREN = ("D100", "D200", "D300")


@pytest.fixture(autouse=True)
def nobody_listed(warehouse: str) -> None:
    """The secrets of a run of tests are one folder: what other tests erased is not listed here."""
    for path in get_settings().secrets.glob("erased*"):
        path.unlink()


def rows(query: str, role: str = "loader") -> list[tuple[Any, ...]]:
    with connect(role) as connection:
        return connection.execute(query.encode()).fetchall()


def deliver_made(day: date = EARLIER) -> None:
    made = generate.ssda903("durham", day, COLLECTION_YEAR, open_children=12)
    write_delivery(made, get_settings().inbox / "durham", "durham", day, COLLECTION_YEAR)
    take_all()


def take_all(council_id: str = "durham") -> list[Taken]:
    found = arrival.look(council_id, settled_after=0).whole
    return [take_in(delivery, today=date(2026, 11, 30)) for delivery in found]


HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"


def by_hand(name: str, day: str = "2026-10-31", children: tuple[str, ...] = CHILDREN, note: str = "") -> None:
    """Put a delivery of SSDA903 into the inbox: a child in each list, in this order."""
    folder = get_settings().inbox / "durham" / name
    folder.mkdir(parents=True)
    header = [f"{c},F,0{n}/05/2012,WBRI,UN1,0," for n, c in enumerate(children, start=1)]
    episodes = [f"{c},0{n}/06/2026,S,C2,N1,U4,PR1,,,,,,SC000001" for n, c in enumerate(children, start=1)]
    (folder / "header.csv").write_text("\r\n".join([HEADER, *header, *([note] if note else [])]) + "\r\n")
    (folder / "episodes.csv").write_text("\r\n".join([EPISODES, *episodes]) + "\r\n")
    stated = {"as_of_date": day, "collection_year": 2027, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))


def kept_text() -> str:
    """Everything that the kept originals hold, decrypted."""
    found = ""
    for (name,) in rows("select distinct original from door.originals where destroyed_at is null order by 1"):
        for number in range(1, len(originals.sent(name).names) + 1):
            plain = io.BytesIO()
            originals.decrypt(name, number, plain)
            found += plain.getvalue().decode("latin-1")
    return found


def tables_with(token: str) -> set[str]:
    """The tables of the whole database in which the token stands anywhere, read as the administrator."""
    number = int.from_bytes(bytes.fromhex(token)[:8], "little", signed=True)
    found = set()
    with connect(ADMIN) as connection:
        for schema, table in connection.execute(
            "select nspname, relname from pg_class c join pg_namespace n on n.oid = relnamespace"
            " where relkind = 'r' and nspname !~ '^(pg_|information_schema)'"
        ).fetchall():
            held = connection.execute(
                sql.SQL("select 1 from {} as t where t::text like any(%s) limit 1").format(
                    sql.Identifier(schema, table)
                ),
                [[f"%{token}%", f"%{number}%"]],
            ).fetchone()
            found |= {f"{schema}.{table}"} if held else set()
    return found


def adds_up() -> list[tuple[Any, ...]]:
    """Rows in, loaded, quarantined and erased of each delivery, beside what its files and raw itself hold."""
    return rows(
        "select d.rows_in, d.rows_loaded, d.rows_quarantined, d.rows_erased, sum(f.rows_in), sum(f.rows_erased),"
        " (select count(*) from raw.ssda903__header h where h._delivery_id = d.delivery_id)"
        " + (select count(*) from raw.ssda903__episodes e where e._delivery_id = d.delivery_id)"
        " from raw.deliveries d join door.files f using (delivery_id) group by d.delivery_id order by d.delivery_id"
    )


def test_a_child_is_gone_from_tables_history_originals_and_receipts(warehouse: str) -> None:
    by_hand("one")
    by_hand("two", "2026-11-15", note="D200,F,32/13/2012,WBRI,UN1,0,")  # a row of it waits outside
    taken = take_all()
    assert [t.verdict for t in taken] == ["accepted", "partly_accepted"], taken
    history.follow()
    token = erase.first_token("durham", "D200")
    assert {"raw.ssda903__header", "raw.ssda903__episodes", "door.findings"} <= tables_with(token)
    assert any(table.startswith("intermediate.int_history__") for table in tables_with(token))
    receipts = [path for path in (get_settings().outbox / "durham").iterdir() if names(path, "D200")]
    assert receipts

    went = erase.erase("durham", "D200", **WHO)
    assert tables_with(token) == {"door.erased"}
    text = kept_text()
    assert "D200" not in text
    assert text.count("D100") == text.count("D300") == 4
    assert not [path for path in (get_settings().outbox / "durham").iterdir() if names(path, "D200")]
    # By hand: each delivery had 6 good rows, 2 of them the child's; the second had one more, which waited.
    assert adds_up() == [(6, 4, 0, 2, 6, 2, 4), (7, 4, 0, 3, 7, 3, 4)]
    assert went["raw.ssda903__header"] == went["raw.ssda903__episodes"] == 2
    assert (went["originals rewritten"], went["receipts removed"]) == (2, len(receipts))
    history.follow()
    assert tables_with(token) == {"door.erased"}
    ((reason, by, ended, counts),) = rows("select reason, asked_by, ended_at, rows_erased from door.erasures")
    assert (reason, by, ended is not None, counts) == (WHO["reason"], WHO["by"], True, went)
    for table in ("door.erasures", "door.erased"):
        assert "D200" not in str(rows(f"select * from {table}"))


def names(path: Path, identifier: str) -> bool:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return any(identifier.encode() in book.read(part) for part in book.namelist())
    return identifier in path.read_text()


def test_an_erased_child_that_comes_again_is_refused_counted_and_not_kept(warehouse: str) -> None:
    by_hand("one")
    take_all()
    erase.erase("durham", "D200", **WHO)
    by_hand("again", "2026-11-15")
    (taken,) = take_all()
    assert (taken.verdict, taken.rows_in, taken.rows_loaded, taken.rows_erased) == ("accepted", 6, 4, 2)
    assert tables_with(erase.first_token("durham", "D200")) == {"door.erased"}
    assert "D200" not in kept_text()
    assert adds_up()[-1] == (6, 4, 0, 2, 6, 2, 4)
    page = (get_settings().outbox / "durham" / "receipt-2026-11-15-1.html").read_text()
    assert "2 rows are of children erased on your instruction and did not come in (erased)." in page
    assert "D200" not in page
    by_hand("alone", "2026-11-20", children=("D200",))
    (taken,) = take_all()
    assert (taken.verdict, taken.reason) == ("rejected", "erased")


def test_judged_again_the_rows_that_were_erased_still_count(warehouse: str) -> None:
    by_hand("one")
    take_all()
    erase.erase("durham", "D200", **WHO)
    before = adds_up()
    lines = rows("select _line from raw.ssda903__header order by 1")
    (replayed,) = replay.replay(every=True)
    assert not replayed.has_changed
    assert adds_up() == before
    assert rows("select _line from raw.ssda903__header order by 1") == lines == [(2,), (4,)]


def test_a_child_is_found_under_every_key_of_the_chain(warehouse: str) -> None:
    by_hand("one")
    take_all()
    kept = backup(get_settings().home / "backups")
    rotate.rotate("durham")
    went = erase.erase("durham", "D200", **WHO)
    assert went["raw.ssda903__header"] == 1
    rotate.rotate("durham")
    by_hand("again", "2026-11-15")
    (taken,) = take_all()
    assert taken.rows_erased == 2
    restore(kept)  # from before the rotations, and before the erasure
    assert tables_with(erase.first_token("durham", "D200")) == {"door.erased"}
    assert rows("select count(*) from raw.ssda903__header") == [(2,)]
    assert rows("select reason from door.erasures") == [("erased since this backup was made",)]


KILLED = """
import os, sys
from socialcare.door import erase
module, name, nth = sys.argv[1:]
owner = __import__(f"socialcare.door.{module}", fromlist=[name])
real, calls = getattr(owner, name), []
def killed(*given, **named):
    done = real(*given, **named)
    calls.append(name)
    if len(calls) == int(nth):
        os.kill(os.getpid(), 9)
    return done
setattr(owner, name, killed)
erase.erase("durham", sys.stdin.readline(), reason="the council's instruction 12/2026", by="data protection officer")
"""
MOMENTS = [("erase", "_begin", 1), ("erase_tables", "remove", 1), ("erase", "_count", 2), ("originals", "destroy", 1)]


def test_killed_anywhere_and_asked_again_it_ends_the_same(warehouse: str, tmp_path: Path) -> None:
    by_hand("one")
    by_hand("two", "2026-11-15", note="D200,F,32/13/2012,WBRI,UN1,0,")
    take_all()
    for module, name, nth in MOMENTS:
        done = subprocess.run(
            [sys.executable, "-c", KILLED, module, name, str(nth)], input="D200\n", text=True,
            env=dict(os.environ), check=False, capture_output=True,
        )  # fmt: skip
        assert done.returncode == -9, (module, name, done.stderr)
        assert "D200" not in done.stderr + done.stdout
    went = erase.erase("durham", "D200", **WHO)
    assert tables_with(erase.first_token("durham", "D200")) == {"door.erased"}
    assert "D200" not in kept_text()
    assert adds_up() == [(6, 4, 0, 2, 6, 2, 4), (7, 4, 0, 3, 7, 3, 4)]
    assert (went["raw.ssda903__header"], went["originals rewritten"]) == (2, 2)
    assert rows("select count(*), count(ended_at) from door.erasures") == [(1, 1)]
    taken = get_settings().home / "door" / "taken" / "durham"
    assert {path.name for path in taken.iterdir()} == {
        name.partition("/")[2] for (name,) in rows("select original from door.originals")
    }


def test_the_verb_takes_the_identifier_from_its_input_alone(warehouse: str) -> None:
    by_hand("one")
    take_all()
    told = ["--council", "durham", "--reason", WHO["reason"], "--by", WHO["by"]]
    command = [sys.executable, "-m", "socialcare.cli", "erase"]
    users = (get_settings().home / "postgres.users").open("a")
    fcntl.flock(users, fcntl.LOCK_SH)  # a verb that ends leaves the server to the others
    done = subprocess.run([*command, *told], input="D200\n", text=True, capture_output=True, check=False)
    assert (done.returncode, "raw.ssda903__header: 1" in done.stdout) == (0, True), done.stderr
    assert "D200" not in done.stdout + done.stderr
    done = subprocess.run([*command, *told], input="d100\n", text=True, capture_output=True, check=False)
    assert "what was typed in capitals" in done.stdout, done.stderr
    assert "its capitals and its leading zeros" in done.stdout
    assert "d100" not in (done.stdout + done.stderr).lower()
    refused = subprocess.run([*command, "D200", *told], input="", text=True, capture_output=True, check=False)
    assert refused.returncode == 2, "it is no argument"
    users.close()


@pytest.mark.parametrize(
    ("identifier", "told"), [("", WHO), ("D1", {**WHO, "reason": " "}), ("D1", {**WHO, "by": "the aunt of D1"})]
)
def test_an_erasure_without_a_reason_or_with_identity_in_it_is_refused(
    warehouse: str, identifier: str, told: dict[str, str]
) -> None:
    with pytest.raises(Fault, match="erasure_unexplained"):
        erase.erase("durham", identifier, **told)
    assert rows("select count(*) from door.erased") == [(0,)]


def test_a_workbook_or_a_zip_with_the_child_is_destroyed_whole_and_others_stay(warehouse: str) -> None:
    for name, children in (("one", CHILDREN), ("two", ("D100", "D300"))):
        by_hand(name, "2026-10-31" if name == "one" else "2026-11-15", children)
        folder = get_settings().inbox / "durham" / name
        with zipfile.ZipFile(folder / "sent.zip", "w") as archive:
            for file in ("header.csv", "episodes.csv"):
                archive.write(folder / file, file)
                (folder / file).unlink()
    take_all()
    went = erase.erase("durham", "D200", **WHO)
    assert went["originals destroyed"] == 1
    assert rows("select count(*) from door.originals where destroyed_at is null") == [(1,)]
    assert adds_up()[0] == (6, 4, 0, 2, 6, 2, 4)


def test_made_extracts_lose_the_child_in_every_table(warehouse: str) -> None:
    deliver_made()
    deliver_made(AS_OF)
    ((count,),) = rows("select count(*) from raw.ssda903__header")
    held = {token for (token,) in rows("select child_pseudonym from raw.ssda903__episodes order by 1")}
    first = {line.split(",")[0].strip('"') for line in kept_text().splitlines()}
    identifier, token = next((i, t) for i in sorted(first) if i and (t := erase.first_token("durham", i)) in held)
    assert "raw.ssda903__episodes" in tables_with(token)
    went = erase.erase("durham", identifier, **WHO)
    assert tables_with(token) == {"door.erased"}
    assert rows("select count(*) from raw.ssda903__header") == [(count - went["raw.ssda903__header"],)]
    assert identifier not in kept_text()
    assert all(row[0] == row[1] + row[2] + row[3] for row in adds_up())


SENDS = {
    "durham": ("cin_census", "annex_a", "local_records", "ssd"),
    "south_tyneside": ("ssda903_xml", "annex_a_csv"),
}


@pytest.mark.parametrize("council_id", SENDS)
def test_of_every_return_nothing_of_the_child_is_left_and_nothing_comes_in_again(
    warehouse: str, council_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = [declared.id for declared in all_returns()]
    monkeypatch.setattr(plan, "council", lambda name: council(name).model_copy(update={"returns": everything}))
    life = Life(council_id, date(2026, 3, 31), None, 6)
    for name in SENDS[council_id]:
        write_return(life, get_settings().inbox / council_id, name, 2026, "none")
    assert {t.verdict for t in take_all(council_id)} <= {"accepted", "partly_accepted"}
    identifier = busiest(council_id)
    token = erase.first_token(council_id, identifier)
    before, originals_before = tables_with(token), kept_text().count(identifier)
    assert len(before) > 5
    assert originals_before
    went = erase.erase(council_id, identifier, **WHO)
    assert tables_with(token) == {"door.erased"}
    assert {name for name in went if name.startswith(("raw.", "intermediate."))} >= before - {"door.findings"}
    assert identifier not in kept_text()
    assert went.get("originals destroyed", 0) == ("annex_a" in SENDS[council_id]), "the workbook"
    write_return(life, get_settings().inbox / council_id, SENDS[council_id][0], 2026, "some")  # with defects planted
    again = take_all(council_id)
    assert sum(taken.rows_erased for taken in again) > 0
    assert tables_with(token) == {"door.erased"}
    assert identifier not in kept_text()
    assert rows(
        "select count(*) from raw.deliveries where rows_in <> rows_loaded + rows_quarantined + rows_erased"
    ) == [(0,)]


def busiest(council_id: str) -> str:
    """The identifier, as the council writes it, of the child with rows in most tables."""
    tokens: Counter[str] = Counter()
    with connect(ADMIN) as connection:
        for (table,) in connection.execute(
            "select relname from pg_class c join pg_attribute a on attrelid = c.oid and attname = 'child_pseudonym'"
            " where relnamespace = 'raw'::regnamespace and relkind = 'r'"
        ).fetchall():
            statement = sql.SQL("select distinct child_pseudonym from {}").format(sql.Identifier("raw", table))
            tokens.update(token for (token,) in connection.execute(statement) if token)
    words = {word.strip(" \"'") for word in re.split(r"[,;\r\n<>]", kept_text())}
    known = {erase.first_token(council_id, word): word for word in words if 3 < len(word) < 30}
    return next(known[token] for token, _ in tokens.most_common() if token in known)
