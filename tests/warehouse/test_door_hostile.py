"""Whatever arrives ends in a named outcome, loads whole or not at all, and tells no secret while complaining."""

from __future__ import annotations

import json
import logging
import shutil
import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialcare import generate
from socialcare.database import ADMIN, connect
from socialcare.door import arrival, intake, left_over, replay
from socialcare.door.intake import take_in
from socialcare.door.reasons import REASONS
from socialcare.door.verdicts import Taken
from socialcare.errors import Fault
from socialcare.generate.deliver import AS_OF, COLLECTION_YEAR, write_delivery
from socialcare.registry.returns import return_spec
from socialcare.settings import get_settings

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
CHILD = "A1,F,01/05/2015,WBRI,UN1,0,\n"
EPISODE = "A1,01/09/2026,S,C2,N1,U4,PR1,,,,DH1 3ZZ,DH1 4ZZ,SC900001\n"


def send(
    files: dict[str, str | bytes], *, marker: bool = True, name: str = "sent", year: int = 2027, day: str = "2026-10-31"
) -> list[Taken]:
    folder = get_settings().inbox / "durham"
    if marker:
        folder /= name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    if marker:
        stated = {"as_of_date": day, "collection_year": year, "synthetic": True}
        (folder / "delivery.json").write_text(json.dumps(stated))
    return [take_in(d) for d in arrival.look("durham", settled_after=0).whole]


def rows(query: str) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query).fetchall()


TABLES = tuple(f"raw.ssda903__{table}" for table in return_spec("ssda903").tables)
ALL_ROWS = " union all ".join(f"select _delivery_id, _line, child_pseudonym from {table}" for table in TABLES)
GOOD = {"h.csv": HEADER + CHILD, "e.csv": EPISODES + EPISODE}
BAD_HEADERS: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "file_empty"),
    "only a heading": (HEADER, "no_rows"),
    "NUL bytes": (HEADER.encode() + b"A1\0,F\n", "nul_bytes"),
    "the first bytes of a zip": (b"PK\x03\x04whatever", "zip_damaged"),
    "UTF-16": (("\ufeff" + HEADER + CHILD).encode("utf-16-le"), "not_csv_utf16_text"),
    "a web page": ("<!doctype html><p>Sign in", "not_csv_xml_or_html"),
    "a heading twice": (HEADER.replace("MC_DOB", "MC_DOB,SEX") + CHILD, "heading_twice"),
    "lines that end in CR": ((HEADER + CHILD).replace("\n", "\r"), "line_ends"),
    "a heading that ends in CR": (HEADER.replace("\n", "\r") + CHILD, "line_ends"),
    "no heading": (CHILD * 3, "heading_unknown"),
    "a million columns": (",".join(["X"] * 1_000_000) + "\n", "heading_too_long"),
    "a cell of 10 MB": (HEADER + CHILD + "A2,F,01/05/2015,WBRI,UN1,0," + "x" * 10_000_000 + "\n", "row_too_long"),
    "Annex A": ("Child Unique ID,Gender\n1,F\n", "list_incomplete"),
    "all rows too short": (HEADER + "A1,F\nA2,M\n", "every_row_quarantined"),
}


@pytest.mark.parametrize("what", BAD_HEADERS)
def test_a_hopeless_header_rejects_the_delivery_by_name(warehouse: str, what: str) -> None:
    content, reason = BAD_HEADERS[what]
    (taken,) = send({"h.csv": content, "e.csv": EPISODES + EPISODE})
    assert (taken.verdict, taken.reason) == ("rejected", reason)
    assert reason in REASONS
    assert rows("select count(*) from raw.ssda903__header") == [(0,)]
    assert rows("select count(*) from raw.ssda903__episodes") == [(0,)]
    assert rows("select verdict, reason from raw.deliveries") == [("rejected", reason)]
    assert rows("select * from raw.current_deliveries") == []
    assert list((get_settings().outbox / "durham").glob("receipt-*.html"))


GOOD_IN_ANOTHER_SHAPE: dict[str, str | bytes] = {
    "byte order mark": b"\xef\xbb\xbf" + (HEADER + CHILD).encode(),
    "CRLF": (HEADER + CHILD).replace("\n", "\r\n"),
    "no last line end": (HEADER + CHILD).rstrip("\n"),
    "blank rows": HEADER + "\n" + CHILD + "\n,,,,,,\n\n",
    "columns without a word": HEADER.replace("\n", ",,\n") + CHILD.replace("\n", ",,\n"),
    "quoted": HEADER + '"A1","F","01/05/2015","WBRI","UN1","0",""\n',
    "spaces": HEADER + " A1 , F ,01/05/2015 ,WBRI,UN1,0,\n",
    "semicolons": (HEADER + CHILD).replace(",", ";"),
    "small headings, another order, a column too many": (
        "sex,child,dob,ethnic,upn,mother,mc_dob,name\nF,A1,01/05/2015,WBRI,UN1,0,,Jo\n"
    ),
    "dates the other way round": HEADER + "A1,F,2015-05-01,WBRI,UN1,0,\n",
    "a Windows character in a dropped column": (HEADER + CHILD).replace("0,\n", "0,\xe9\n").encode("latin-1"),
}


@pytest.mark.parametrize("what", GOOD_IN_ANOTHER_SHAPE)
def test_a_good_file_in_another_shape_is_accepted(warehouse: str, what: str) -> None:
    (taken,) = send({"h.csv": GOOD_IN_ANOTHER_SHAPE[what], "e.csv": EPISODES + EPISODE})
    assert (taken.verdict, taken.rows_loaded, taken.rows_quarantined) == ("accepted", 2, 0)
    assert rows("select sex, birth_month::text, ethnic, upn_kind from raw.ssda903__header") == [
        ("F", "2015-05-01", "WBRI", "UN1")
    ]


def test_an_identifier_copied_down_the_column_is_refused_and_holds_nothing_up(warehouse: str) -> None:
    (taken,) = send({"h.csv": HEADER + CHILD, "e.csv": EPISODES + EPISODE * 5_001})
    assert (taken.verdict, taken.reason) == ("rejected", "too_many_rows_of_one")
    assert (taken.rows_in, taken.rows_quarantined) == (5_002, 5_002)
    assert rows(ALL_ROWS) == []


def test_ragged_rows_wait_outside_at_their_own_lines(warehouse: str) -> None:
    content = HEADER + CHILD + "A2,F\n\nA3,F,31/02/2015,WBRI,UN1,0,\nA4,F,1,2,3,4,5,6,7\n" + CHILD.replace("A1", "A5")
    (taken,) = send({"h.csv": content, "e.csv": EPISODES + EPISODE})
    assert taken.verdict == "partly_accepted"
    assert rows("select line, rule_code from door.quarantine order by 1") == [(3, "SC02"), (5, "102"), (6, "SC02")]
    assert rows("select _line from raw.ssda903__header order by 1") == [(2,), (7,)]


def test_one_table_alone_or_twice_is_rejected_by_name(warehouse: str) -> None:
    assert [t.reason for t in send({"e.csv": EPISODES + EPISODE}, name="a")] == ["table_missing"]
    twice = {**GOOD, "h2.csv": HEADER + CHILD}
    assert [t.reason for t in send(twice, name="b")] == ["table_twice"]


def test_a_table_that_the_year_did_not_have_is_named_and_does_no_harm(warehouse: str) -> None:
    a_year_before = {name: str(content).replace("/2026", "/2025") for name, content in GOOD.items()}
    order = "CHILD,DOB,DOLO_START,DOLO_END\nA1,01/05/2015,02/09/2025,\n"
    (taken,) = send({**a_year_before, "x.csv": order}, year=2026, day="2025-10-31")
    assert (taken.verdict, taken.rows_in) == ("accepted", 2)
    assert ("dolo", "not_taken", "table_not_of_year") in rows("select table_name, verdict, reason from door.files")
    assert rows("select count(*) from raw.ssda903__dolo") == [(0,)]


def test_a_file_that_only_some_children_are_in_may_be_empty_or_wrong_without_harm_to_the_others(warehouse: str) -> None:
    periods = "CHILD,DOB,MISSING,MIS_START,MIS_END\n"
    (empty,) = send({**GOOD, "m.csv": periods}, name="a")
    assert (empty.verdict, empty.rows_loaded) == ("accepted", 2)
    (wrong,) = send({**GOOD, "m.csv": periods + "B2,01/05/2015,M,05/09/2026,\n"}, name="b")
    assert (wrong.verdict, wrong.rows_loaded, wrong.rows_quarantined) == ("partly_accepted", 2, 1)
    assert rows("select verdict, reason from door.files where table_name = 'missing' order by delivery_id") == [
        ("accepted", ""),
        ("rejected", "every_row_quarantined"),
    ]


def test_a_worker_passes_as_a_token_and_a_birthday_as_its_month(warehouse: str) -> None:
    workers = "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\nA1,31/08/2026,SW654321,01/09/2026,,FCONTA\n"
    files = {name: content.replace("01/05/2015", "31/08/2026") for name, content in GOOD.items()}
    (taken,) = send({**files, "w.csv": workers})
    assert taken.verdict == "accepted"
    assert rows("select decom::text, decom_is_month from raw.ssda903__episodes") == [("2026-09-01", True)]
    assert rows("select length(sw_token) from raw.ssda903__sw_episodes") == [(32,)]
    told = everything_in_the_warehouse()
    assert [secret for secret in ("SW654321", "SC900001", "2026-08-31") if secret in told] == []


def test_last_years_open_episode_is_compared_with_this_years_first(warehouse: str) -> None:
    earlier = {name: content.replace("01/09/2026", "01/09/2025") for name, content in GOOD.items()}
    (last,) = send(earlier, name="a", year=2026, day="2026-03-31")
    assert last.verdict == "accepted"
    send(earlier, name="b")
    assert rows("select rule_code from door.findings") == []
    send(GOOD, name="c")
    assert rows("select table_name, line, rule_code, severity from door.findings") == [
        ("episodes", 2, "502", "warning")
    ]


def test_loose_files_say_their_own_year(warehouse: str) -> None:
    (taken,) = send(GOOD, marker=False)
    assert taken.verdict == "accepted"
    assert rows("select collection_year, as_of_date::text from raw.deliveries") == [(2027, "2026-09-01")]
    assert arrival.look("durham").whole == ()


def test_a_marker_beside_loose_files_states_their_year(warehouse: str) -> None:
    stated = '{"as_of_date": "2026-10-30", "collection_year": 2027, "synthetic": true}'
    (taken,) = send({**GOOD, "delivery.json": stated}, marker=False)
    assert (taken.verdict, taken.rows_loaded) == ("accepted", 2)
    found = rows("select collection_year, as_of_date::text, is_synthetic from raw.deliveries")
    assert found == [(2027, "2026-10-30", True)], "the newest day of the files is in September"
    assert list((get_settings().inbox / "durham").iterdir()) == []
    assert [one.has_changed for one in replay.replay(every=True)] == [False]
    shutil.rmtree(get_settings().inbox)
    (wrong,) = send({**GOOD, "delivery.json": "{"}, marker=False)
    assert (wrong.verdict, wrong.reason) == ("rejected", "marker_invalid")
    shutil.rmtree(get_settings().inbox)
    (alone,) = send({"delivery.json": stated}, marker=False)
    assert (alone.verdict, alone.reason) == ("rejected", "no_files")


def test_a_loose_file_that_still_changes_is_left(warehouse: str) -> None:
    folder = get_settings().inbox / "durham"
    folder.mkdir(parents=True)
    (folder / "h.csv").write_text(HEADER)
    assert (arrival.look("durham").whole, arrival.look("durham").arriving) == ((), 1)


NAME = "Jo Bloggs"
NO_YEAR = '{"as_of_date": "2026-10-31", "collection_year": 20270000000}'


@pytest.mark.parametrize("marker", ["", "{}", "[]", '{"as_of_date": "soon"}', NO_YEAR, "x" * 100_000])
def test_a_marker_that_says_nothing_rejects_the_delivery(warehouse: str, marker: str) -> None:
    folder = get_settings().inbox / "durham" / "sent"
    folder.mkdir(parents=True)
    (folder / "h.csv").write_text(HEADER + CHILD)
    (folder / "delivery.json").write_text(marker)
    (taken,) = [take_in(d) for d in arrival.look("durham").whole]
    assert (taken.verdict, taken.reason) == ("rejected", "marker_invalid")


def test_what_was_refused_for_a_link_is_taken_in_when_it_is_sent_properly(warehouse: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("not ours")
    folder = get_settings().inbox / "durham" / "first"
    folder.mkdir(parents=True)
    for name, content in GOOD.items():
        (folder / name).write_text(content)
    (folder / "also.csv").symlink_to(outside)
    stated = {"as_of_date": "2026-10-31", "collection_year": 2027, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))
    (refused,) = [take_in(d) for d in arrival.look("durham").whole]
    assert refused.reason == "not_a_plain_file"
    (again,) = send(GOOD, name="second")
    assert again.verdict == "accepted"


def test_a_link_out_of_the_inbox_is_not_followed(warehouse: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER + CHILD)
    folder = get_settings().inbox / "durham" / "sent"
    folder.mkdir(parents=True)
    (folder / "h.csv").symlink_to(secret)
    (folder / "delivery.json").write_text('{"as_of_date": "2026-10-31", "collection_year": 2027}')
    (taken,) = [take_in(d) for d in arrival.look("durham").whole]
    assert (taken.verdict, taken.reason) == ("rejected", "not_a_plain_file")
    assert secret.exists()


@pytest.mark.parametrize("swapped", ["h.csv", "zz.csv"])
@pytest.mark.parametrize("when", ["looked at", "about to be opened"])
def test_a_link_swapped_in_after_the_look_is_not_followed(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swapped: str, when: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER + CHILD)
    folder = get_settings().inbox / "durham" / "sent"
    folder.mkdir(parents=True)
    for name, content in (GOOD | {"zz.csv": "CHILD,SEX,DOB,DUC\n"}).items():
        (folder / name).write_text(content)
    stated = {"as_of_date": "2026-10-31", "collection_year": 2027, "synthetic": True}
    (folder / "delivery.json").write_text(json.dumps(stated))
    (delivery,) = arrival.look("durham").whole
    assert not delivery.problem
    (folder / swapped).unlink()
    (folder / swapped).symlink_to(secret)
    if when == "about to be opened":  # a look at the path was answered before the swap
        monkeypatch.setattr(Path, "is_symlink", lambda _: False)
    taken = take_in(delivery)
    assert (taken.verdict, taken.reason) == ("rejected", "not_a_plain_file")
    assert secret.exists()
    assert not folder.exists()


def test_a_day_that_is_years_to_come_does_not_become_the_newest(warehouse: str) -> None:
    assert [(t.verdict, t.reason) for t in send(GOOD, day="2062-10-31")] == [("rejected", "day_to_come")]
    assert rows("select * from raw.current_deliveries") == []
    assert [t.verdict for t in send(GOOD, name="a message may state the last day of its year", day="2027-03-31")] == [
        "accepted"
    ]


def test_what_comes_while_a_delivery_is_taken_in_is_not_removed_with_it(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, inbox = intake.judge, get_settings().inbox / "durham"
    late = {"folder": inbox / "sent" / "late.csv", "loose": inbox / "e.csv"}

    def while_judged(kind: str) -> None:
        def judge(*given: object) -> Taken:
            late[kind].write_text(EPISODES + EPISODE * 2)
            return real(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(intake, "judge", judge)

    while_judged("folder")
    with pytest.raises(Fault, match="delivery_changed"):
        send(GOOD)
    assert late["folder"].exists()
    assert rows("select count(*) from raw.deliveries") == [(0,)]
    shutil.rmtree(inbox)
    monkeypatch.undo()
    real_note = left_over.note_loose

    def note(*given: object) -> None:
        real_note(*given)  # type: ignore[arg-type]
        late["loose"].write_text(EPISODES + EPISODE.replace("A1", "A2"))

    monkeypatch.setattr(left_over, "note_loose", note)
    assert [t.verdict for t in send(GOOD, marker=False)] == ["accepted"]
    assert list(inbox.iterdir()) == [late["loose"]]


def test_an_inbox_that_cannot_be_emptied_is_told_without_the_names_in_it(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", denied)
    with pytest.raises(Fault, match="door_files_failed") as fault:
        send({f"{NAME} {name}": content for name, content in GOOD.items()}, marker=False)
    assert NAME not in "".join(traceback.format_exception(fault.value))
    monkeypatch.undo()
    assert [take_in(d).verdict for d in arrival.look("durham", settled_after=0).whole] == ["unchanged"]
    assert rows("select verdict from raw.deliveries") == [("accepted",)]


def test_an_undeclared_collection_year_is_rejected(warehouse: str) -> None:
    folder = get_settings().inbox / "durham" / "sent"
    folder.mkdir(parents=True)
    for name, content in GOOD.items():
        (folder / name).write_text(content)
    (folder / "delivery.json").write_text('{"as_of_date": "2026-10-31", "collection_year": 1999}')
    (taken,) = [take_in(d) for d in arrival.look("durham").whole]
    assert (taken.verdict, taken.reason) == ("rejected", "collection_year_unknown")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_rows_in_are_rows_loaded_and_quarantined_whatever_is_damaged(
    module_warehouse: str, data: st.DataObject
) -> None:
    made = generate.ssda903("durham", AS_OF, COLLECTION_YEAR, open_children=12, defects=())
    inbox = get_settings().inbox / "durham"
    shutil.rmtree(inbox, ignore_errors=True)
    folder = write_delivery(made, inbox, "durham", AS_OF, COLLECTION_YEAR)
    victim = data.draw(st.sampled_from(sorted(folder.glob("*.csv"))))
    content = bytearray(victim.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        junk = data.draw(st.sampled_from([b",", b"\n", b'"', b"\xff", b"", b"=", b"\r\n\r\n", b"0", b"\0", b";"]))
        content[place : place + data.draw(st.integers(0, 3))] = junk
    victim.write_bytes(bytes(content))
    (taken,) = [take_in(d) for d in arrival.look("durham").whole]
    assert taken.verdict in ("accepted", "partly_accepted", "rejected", "unchanged")
    assert taken.rows_in == taken.rows_loaded + taken.rows_quarantined
    assert (
        rows(
            f"select delivery_id from raw.deliveries d where rows_loaded <> (select count(*) from ({ALL_ROWS}) r"
            " where _delivery_id = delivery_id)"
        )
        == []
    )


CANARIES = ("ZQXCHILD77", "K99977766655X", "17/03/2013", "2013-03-17", "TS99 7QX", "TS997QX", "ZQXNAME", "ZQXFILE")


def canary_files() -> dict[str, str | bytes]:
    child, upn, born, _, post, _, name, _ = CANARIES
    header = HEADER.strip() + f",{name}\n"
    good = f"{child},F,{born},WBRI,{upn},1,{born},{name}\n"
    bad = "".join(
        f"{child}{n},{cells},{name}\n"
        for n, cells in enumerate(
            (
                f"{name},{born},WBRI,{upn},1,{born}",
                f"F,{name},WBRI,{upn},1,",
                f"F,{born},{name},{upn},1,",
                f"F,{born},WBRI,{name},{name},{name}",
            )
        )
    )
    ragged = f"{child},{born},{name}\n=cmd|{child},F,{born},WBRI,{upn},0,,\n"
    episodes = EPISODES + "".join(
        f"{child},{cells},{post},{post},{name}\n"
        for cells in ("01/09/2026,S,C2,N1,U4,PR1,,,", f"{born},S,{name},N1,U4,PR1,,,", f"{name},S,C2,N1,U4,PR1,,,",
                      f"03/09/2026,{name},C2,{name},U4,{name},,,{name}", f"04/09/2026,S,C2,N1,U4,PR1,{born},{name},")
    )  # fmt: skip
    return {"ZQXFILE h.csv": header + good + bad + ragged, "ZQXFILE e.csv": episodes}


def everything_in_the_warehouse() -> str:
    with connect(ADMIN) as connection:
        tables = connection.execute(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables"
            " where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'"
        ).fetchall()
        assert len(tables) >= 7
        return "\n".join(
            row[0] for (t,) in tables for row in connection.execute(f"select x::text from {t} x").fetchall()
        )


@pytest.mark.parametrize("database_fails", [False, True], ids=["taken in", "the database fails half-way"])
def test_no_recognisable_value_passes_the_door(
    warehouse: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], database_fails: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    said = ""
    if database_fails:
        with connect("loader") as connection:
            connection.execute("alter table raw.ssda903__episodes add check (pl_sector <> 'TS99 7')")
        try:
            send(canary_files())
        except Fault as fault:
            said = "".join(traceback.format_exception(fault)) + repr(fault)
        assert "door_load_failed" in said
    else:
        (taken,) = send(canary_files())
        assert taken.verdict == "partly_accepted"
        said = repr(taken)
        assert any(c in p.read_text() for p in (get_settings().outbox / "durham").iterdir() for c in CANARIES)
    said += everything_in_the_warehouse() + caplog.text + "".join(capfd.readouterr())
    assert "TS99 7" in said or database_fails, "the search must be able to find what did come in"
    assert [c for c in CANARIES if c in said] == []
    home = get_settings().home
    allowed = (home / "outbox" / "durham", home / "inbox" / "durham")
    files = [p for p in home.rglob("*") if p.is_file() and not any(a in p.parents for a in allowed)]
    assert [p.name for p in files if any(c.encode() in p.read_bytes() for c in CANARIES)] == []
    if not database_fails:
        assert list((home / "inbox" / "durham").iterdir()) == []
