"""No identity passes the door, of any return: recognisable people in every field of every file, a night, a search.

The people are made up (tests/canaries.py). One council sends every return, with them in every field, name and
remark; another sends files that are refused, full of them. Then everything that the night made is searched.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import traceback
import zipfile
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests import canaries, planting
from tests.canaries import BORN, CHILD, NAME, POSTCODE, STREET, UPN, found_in

from socialcare import embedded
from socialcare.database import ADMIN, connect, pass_file, server
from socialcare.door import arrival, plan, records
from socialcare.door.engine import RuleEngine
from socialcare.door.intake import take_in
from socialcare.errors import Fault
from socialcare.generate.everything import write_everything
from socialcare.registry import all_returns, council
from socialcare.settings import child_environment, get_settings

pytestmark = pytest.mark.timeout(600)

RETURN_OF = {"ssda903_xml": "ssda903", "annex_a_csv": "annex_a"}
EVERY = tuple(declared.id for declared in all_returns())
#: Where identity may be: what a council sent, and what went back to that council.
MAY_HOLD = (("inbox", "durham"), ("outbox", "durham"), ("outbox", "south_tyneside"))

#: Refused deliveries, each full of canaries: they are told in the receipt, and nowhere else.
REFUSED: dict[str, dict[str, str | bytes]] = {
    "no heading": {f"{NAME}.csv": f"{NAME},{CHILD}\n{STREET},{UPN}\n"},
    "a quotation mark that never ends": {
        f"{CHILD}.csv": f'CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"{CHILD},{NAME}\n',
        "e.csv": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n",
    },
    "a message that ends in the middle": {f"{UPN}.xml": f"<Message><Header><Source><LEA>{NAME}</LEA><Child {CHILD}="},
    "an entity": {"a.xml": f'<!DOCTYPE Message [<!ENTITY a "{NAME}">]><Message>&a;{CHILD}</Message>'},
    "a broken workbook": {f"{NAME}.xlsx": b"PK\x03\x04" + f"{NAME}{CHILD}".encode() * 50},
    "NUL bytes": {"h.csv": f"CHILD,SEX\n{CHILD}\0,{NAME}\n"},
    "a marker that states nothing": {"h.csv": f"{CHILD}\n", "delivery.json": f'{{"as_of_date": "{NAME}"}}'},
}
NIGHT = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
from socialcare.door import plan
from socialcare.registry import all_returns, council
from socialcare.steps import night
returns = tuple(declared.id for declared in all_returns())
plan.council = lambda council_id: council(council_id).model_copy(update={"returns": returns})
code = night.run("canary", say=print)
print("ended with", code, night.failures("canary"))
"""


@dataclass(frozen=True)
class Searched:
    """What a night made: everything it said, and a dump of every table."""

    said: bytes
    dump: bytes


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every return in each way that it can be sent, of one small council."""
    folder = tmp_path_factory.mktemp("generated")
    return write_everything("durham", folder, date(2026, 3, 31), 2026, seed=7, in_care=25)


def deliver(generated: dict[str, Path], inbox: Path) -> list[Path]:
    return [planting.plant(folder, RETURN_OF.get(name, name), inbox) for name, folder in generated.items()]


def as_zip(folder: Path) -> None:
    """Send a delivery as a loose zip instead, with canaries in the names of its members and in a comment."""
    with zipfile.ZipFile(folder.parent / f"{NAME} SYNTHETIC.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.iterdir():
            archive.write(path, path.name if path.name == "delivery.json" else f"{STREET}/{path.name}")
            path.unlink()
        archive.comment = f"{NAME} {POSTCODE}".encode()
    folder.rmdir()
    os.utime(folder.parent / f"{NAME} SYNTHETIC.zip", (0, 0))


@pytest.fixture(scope="module")
def searched(module_warehouse: str, generated: dict[str, Path]) -> Searched:
    inbox = get_settings().inbox
    *_, last = deliver(generated, inbox / "durham")
    as_zip(last)
    for name, files in REFUSED.items():
        folder = inbox / "south_tyneside" / f"{CHILD} {name}"
        folder.mkdir(parents=True)
        stated: dict[str, Any] = {"as_of_date": "2026-03-31", "collection_year": 2026, "synthetic": True, "by": NAME}
        for file, content in {"delivery.json": json.dumps(stated), **files}.items():
            (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    ran = subprocess.run([sys.executable, "-c", NIGHT], capture_output=True, check=False, env=dict(os.environ))
    with embedded.available() if not embedded.is_running() else nullcontext():
        dumped = subprocess.run(
            [
                *(embedded.tool_path("pg_dump"), "-h", "127.0.0.1", "-p", str(server().port)),
                *("-U", ADMIN, "-d", module_warehouse),
            ],
            env=child_environment(PGPASSFILE=pass_file((ADMIN,))),
            capture_output=True,
            check=True,
        )
    return Searched(ran.stdout + ran.stderr, dumped.stdout)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("loader") as connection:
        return connection.execute(query).fetchall()


def test_the_search_finds_what_is_there_however_it_is_written() -> None:
    for hidden in (
        *(NAME.upper(), CHILD[::-1], "dated 17-Mar-2013.", "20130317", "ts97qx", "TS9%207QX", "07700900982"),
        *("UVhDSElMRDc3MzE=", "51584348494c4437373331", hashlib.sha256(UPN.encode()).hexdigest()),
    ):
        assert found_in(f"before {hidden} after"), hidden
    assert found_in(base64.b64encode(f"a {CHILD}".encode())), "from the middle of something coded"
    assert found_in(CHILD.encode("utf-16-le"))
    assert found_in("a month of birth 2013-03-01, a sector TS9 7, Quex") == []


def test_every_return_came_through_with_its_planted_people(searched: Searched) -> None:
    ended = rows("select return_id, verdict, count(*) from raw.deliveries where council_id = 'durham' group by 1, 2")
    assert {(return_id, verdict) for return_id, verdict, _ in ended} == {(name, "partly_accepted") for name in EVERY}
    assert sum(count for *_, count in ended) == len(EVERY) + len(RETURN_OF)
    with connect("loader") as connection:
        tokens = records.pseudonymiser(connection, "durham")
    planted = pa.array([f"{CHILD}{n}" for n in range(1, 400)])
    text = searched.dump.decode()
    came_in = [token for token in tokens.tokens(planted).text.to_pylist() if token in text]
    assert len(came_in) > 100, "people beside each planted cell came in, so it was not refused before it was looked at"


def test_the_refused_files_were_refused_by_name(searched: Searched) -> None:
    found = rows("select reason from raw.deliveries where council_id = 'south_tyneside' order by 1")
    assert [reason for (reason,) in found] == [
        *("every_row_quarantined", "heading_unknown", "marker_invalid", "nul_bytes"),
        *("xml_entities", "xml_not_well_formed", "zip_damaged"),
    ]


def test_no_table_of_any_schema_holds_a_canary(searched: Searched) -> None:
    assert len(searched.dump) > 1_000_000
    for schema in ("raw.", "door.", "ops.", "quality."):
        assert f"COPY {schema}".encode() in searched.dump, "a schema was not dumped"
    assert found_in(searched.dump) == []


def test_no_number_counts_the_days_to_a_birth(searched: Searched) -> None:
    """A day as a spreadsheet or a database counts it, or written together, in a column of numbers of raw."""
    days = {(BORN - date(1970, 1, 1)).days, (BORN - date(1899, 12, 30)).days, 20130317, 17032013}
    columns = rows(
        "select table_name, string_agg(format('%I in (' || $${}$$ || ')', column_name), ' or ')"
        " from information_schema.columns where table_schema = 'raw' and left(column_name, 1) <> '_'"
        " and data_type in ('smallint', 'integer', 'bigint', 'numeric', 'double precision', 'real')"
        " and table_name ~ '__' group by 1".format(", ".join(map(str, days)))
    )
    assert len(columns) > 10
    ours = ("ssda903__", "cin_census__", "csww__", "annex_a__", "local_records__", "ssd__")
    for table, condition in columns:
        if table.startswith(ours):
            assert rows(f"select 1 from raw.{table} where council_id = 'durham' and ({condition})") == [], table


def test_an_event_on_the_day_of_a_birth_came_through_as_its_month(searched: Searched) -> None:
    """In every table that can hold one: so that it was there to be found, and not kept out with its row.

    Two days no made-up message holds; tests/unit/test_specs_cin.py holds every day of that census to its month.
    """
    lost = []
    for declared in all_returns():
        for name, table in declared.tables.items():
            for column in (column for column in table.columns.values() if column.flag):
                when = f"council_id = 'durham' and {column.loaded_as} = '{BORN.replace(day=1)}' and {column.flag}"
                if rows(f"select 1 from raw.{declared.id}__{name} where {when} limit 1") == []:
                    lost.append(f"{declared.id} {name}: {column.loaded_as}")
    assert lost == ["cin_census cin_details: initial_conference_date", "cin_census assessments: internal_review_date"]


def test_nothing_that_the_night_said_holds_a_canary(searched: Searched) -> None:
    assert b"ended with" in searched.said
    assert b"durham" in searched.said
    assert found_in(searched.said) == []


def test_no_file_that_the_night_made_holds_a_canary(searched: Searched) -> None:
    home = get_settings().home
    kinds = set()
    for path in canaries.files_under(home, but=MAY_HOLD):
        kinds.add(path.relative_to(home).parts[0])
        assert found_in(path.read_bytes()) == [], path.relative_to(home).parts[0]
        assert found_in(str(path.relative_to(home))) == [], "in the name of a file"
    assert {"archive", "data_docs", "dbt", "door", "extracts"} <= kinds, "something was not searched"


def test_the_server_wrote_no_canary_down_either(searched: Searched) -> None:
    logs = [path for path in pass_file_home().rglob("*.log") if path.is_file()]
    assert logs
    assert [path.name for path in logs if found_in(path.read_bytes())] == []


def pass_file_home() -> Path:
    """Return the folder of the session's server, whose secrets the tests share."""
    return get_settings().secrets.resolve().parent


def test_the_receipts_hold_them_in_the_right_outbox_alone_for_its_owner_only(searched: Searched) -> None:
    outbox = get_settings().outbox
    for council_id in ("durham", "south_tyneside"):
        receipts = [path for path in (outbox / council_id).iterdir() if path.is_file()]
        assert any(found_in(path.read_bytes()) for path in receipts), "the council is told by its own names"
        assert {path.stat().st_mode & 0o777 for path in receipts} == {0o600}
        assert (outbox / council_id).stat().st_mode & 0o777 == 0o700
    theirs = b"".join(p.read_bytes() for p in (outbox / "south_tyneside").iterdir())
    assert not re.search(rb"QXCHILD7731\d", theirs), "the numbered people are those of the other council"


@pytest.fixture
def planted(warehouse: str, generated: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    declared = council("durham").model_copy(update={"returns": EVERY})
    monkeypatch.setattr(plan, "council", lambda _: declared)
    one_way = {name: folder for name, folder in generated.items() if name not in RETURN_OF}
    return deliver(one_way, get_settings().inbox / "durham")


def said_of_faults(name: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """Take every delivery in, each of which must fail by that name; return all that was said of it."""
    said = ""
    deliveries = arrival.look("durham").whole
    assert len(deliveries) == len(EVERY)
    for delivery in deliveries:
        with pytest.raises(Fault, match=name) as caught:
            take_in(delivery)
        said += "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    return said + caplog.text + "".join(capfd.readouterr())


@pytest.mark.usefixtures("planted")
def test_a_database_that_fails_in_the_middle_tells_nothing(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    with connect(ADMIN) as connection:
        for declared in all_returns():
            for table in list(declared.tables)[1:]:
                connection.execute(f"alter table raw.{declared.id}__{table} add check (council_id is null) not valid")
    said = said_of_faults("door_load_failed", caplog, capfd)
    assert "23514" in said, "a row that breaks a check: PostgreSQL's own words repeat it"
    assert found_in(said) == []
    assert rows("select count(*) from raw.deliveries") == [(0,)]


@pytest.mark.usefixtures("planted")
def test_a_rule_that_fails_on_a_value_tells_nothing(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG")
    real = RuleEngine._run

    def fails(engine: RuleEngine, text: str, what: str) -> Any:
        table = what.split(":")[0]
        if ":" not in what:
            return real(engine, text, what)
        return real(engine, f"select error(string_agg(t::text, ' ')) from {table} t", what)

    monkeypatch.setattr(RuleEngine, "_run", fails)
    said = said_of_faults("rule_failed", caplog, capfd)
    assert found_in(said) == []
    assert rows("select count(*) from raw.deliveries") == [(0,)]
