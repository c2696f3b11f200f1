"""A check at the desk: verdict, exit code and findings, with no database, no network, no home and no key."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from tests.unit import test_specs_cin as cin
from typer.testing import CliRunner

from socialcare.cli import app
from socialcare.door import check_report
from socialcare.generate.deliver import write_csv
from socialcare.generate.ssda903 import Generated, ssda903

DAY, YEAR = date(2026, 10, 31), 2027
CHILD = "SYNDUR"
#: Runs the command where there is neither database nor scheduler, and where nobody answers.
BARE = """
import socket, sys

def refuse(*_, **__):
    raise AssertionError("the network was asked for")

for name in ("psycopg", "airflow", "socialcare.database"):
    sys.modules[name] = None
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from socialcare.cli import main
main()
"""


@cache
def made() -> Generated:
    return ssda903("durham", DAY, YEAR, open_children=15)


@cache
def clean() -> Generated:
    return ssda903("durham", DAY, YEAR, open_children=15, defects=())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a SYNTHETIC return with every defect, without a marker."""
    return written(made().tables, tmp_path_factory.mktemp("files"))


def written(tables: dict[str, pa.Table], folder: Path) -> Path:
    for name, rows in tables.items():
        write_csv(rows, folder / f"SYNTHETIC {name}.csv")
    return folder


def check(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def stated(*more: str) -> tuple[str, ...]:
    return "--council", "durham", "--as-of", DAY.isoformat(), "--year", str(YEAR), *more


def test_every_planted_defect_is_found_and_nothing_else(folder: Path) -> None:
    code, said = check(folder, *stated("--format", "csv"))
    found = {
        (row["table"], int(row["row"]), row["rule_code"], row["severity"]) for row in csv.DictReader(said.splitlines())
    }
    assert code == 1
    assert found == {(p.table, p.line, p.rule_code, p.severity) for p in made().planted}


def test_it_needs_no_database_no_network_no_home_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-c", BARE, "check", str(folder), *stated()],
        env={"PATH": "/usr/bin:/bin", "SOCIALCARE_HOME": str(home)},
        capture_output=True,
        text=True,
        cwd="/",
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("Partly accepted: ssda903, collection year 2027, as of 2026-10-31")
    assert done.stderr == ""
    assert not home.exists()


def test_a_return_without_defects_is_accepted_whole(tmp_path: Path) -> None:
    code, said = check(written(clean().tables, tmp_path), *stated("--format", "json"))
    answer = json.loads(said)
    assert (code, answer["verdict"], answer["findings"], answer["refusals"]) == (0, "accepted", [], [])
    assert {f["table"]: f["rows_in"] for f in answer["files"]} == clean().rows


def test_json_says_what_csv_says(folder: Path) -> None:
    rows = json.loads(check(folder, *stated("--format", "json"))[1])["findings"]
    told = list(csv.DictReader(check(folder, *stated("--format", "csv"))[1].splitlines()))
    assert [{name: str(value) for name, value in row.items()} for row in rows] == told
    assert " ".join(told[0]) == "file sheet table row column heading rule_code severity wording whose_job"


def test_it_names_no_child_unless_it_is_asked_to(folder: Path, tmp_path: Path) -> None:
    for form in ("text", "csv", "json"):
        assert CHILD not in check(folder, *stated("--format", form))[1], form
        out = tmp_path / form
        code, said = check(folder, *stated("--format", form, "--identifiers", "--output", str(out)))
        assert code == 1
        assert CHILD in out.read_text(encoding="utf-8-sig")
        assert CHILD not in said
        assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_a_file_whose_name_is_no_utf8_is_told_of(tmp_path: Path, form: str) -> None:
    (tmp_path / os.fsdecode(b"Zo\xeb.csv")).write_text("CHILD,SOMETHING\n")
    code, said = check(tmp_path, "--format", form, "--output", str(tmp_path.with_suffix(".told")))
    assert (code, "Zo?.csv" in tmp_path.with_suffix(".told").read_text("utf-8-sig")) == (2, True), said


def test_each_finding_has_the_identifier_of_its_own_row(folder: Path) -> None:
    rows = csv.DictReader(check(folder, *stated("--format", "csv", "--identifiers"))[1].splitlines())
    named = {(row["table"], int(row["row"])): row["identifier"] for row in rows}
    sent = {name: table.column("CHILD").to_pylist() for name, table in made().tables.items()}
    assert "=1+1" in sent["header"], "planted: a spreadsheet would run it"
    harmless = {"=1+1": "'=1+1"}
    assert named == {(t, line): harmless.get(sent[t][line - 2], sent[t][line - 2]) for t, line in named}


def test_the_files_say_their_own_day_and_year(tmp_path: Path) -> None:
    answer = json.loads(check(written(clean().tables, tmp_path), "--format", "json")[1])
    assert (answer["return"], answer["collection_year"]) == ("ssda903", YEAR)
    assert date(2026, 10, 1) <= date.fromisoformat(answer["as_of_date"]) <= DAY


@pytest.mark.parametrize(
    ("options", "year", "day"),
    [
        (("--as-of", "2026-03-31"), 2026, "2026-03-31"),
        (("--as-of", "2026-10-31"), 2027, "2026-10-31"),
        (("--as-of", "2026-10-31", "--year", "2026"), 2026, "2026-10-31"),
    ],
)
def test_what_is_stated_comes_before_what_the_files_say(
    tmp_path: Path, options: tuple[str, ...], year: int, day: str
) -> None:
    answer = json.loads(check(written(clean().tables, tmp_path), *options, "--format", "json")[1])
    assert (answer["collection_year"], answer["as_of_date"]) == (year, day)


def test_of_a_year_that_is_over_the_day_is_its_last_at_the_most(tmp_path: Path) -> None:
    """The files plan on into the next year: they are of the year that is stated all the same."""
    answer = json.loads(check(written(clean().tables, tmp_path), "--year", "2026", "--format", "json")[1])
    assert (answer["collection_year"], answer["as_of_date"]) == (2026, "2026-03-31")


@pytest.mark.parametrize("year", ["0", "26", "1999", "99999"])
def test_a_year_that_the_return_never_had_is_told_so(tmp_path: Path, year: str) -> None:
    code, said = check(written(clean().tables, tmp_path), "--year", year)
    assert (code, "collection_year_unknown" in said) == (2, True), said


def test_a_folder_with_its_marker_states_its_own_year(tmp_path: Path) -> None:
    written(clean().tables, tmp_path)
    marker = {"as_of_date": "2026-03-31", "collection_year": 2026, "synthetic": True}
    (tmp_path / "delivery.json").write_text(json.dumps(marker))
    assert json.loads(check(tmp_path, "--format", "json")[1])["collection_year"] == 2026
    (tmp_path / "delivery.json").write_text("{")
    code, said = check(tmp_path)
    assert code == 2
    assert "marker_invalid" in said


def test_files_and_an_archive_of_them_are_the_same(folder: Path, tmp_path: Path) -> None:
    files = sorted(folder.iterdir())
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    told = []
    for paths in (files, [tmp_path / "all.zip"]):
        code, said = check(*paths, *stated("--format", "json"))
        assert code == 1
        told.append([{**row, "file": ""} for row in json.loads(said)["findings"]])
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "file_empty"), ("CHILD,SOMETHING\r\n1,2\r\n", "heading_unknown"), ("%PDF-1.7", "not_csv_pdf")],
)
def test_what_cannot_be_taken_is_refused_by_name_with_what_to_do(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "extract.csv").write_text(content)
    code, said = check(tmp_path / "extract.csv")
    assert code == 2
    assert said.startswith("Rejected")
    assert reason in said
    (row,) = csv.DictReader(check(tmp_path / "extract.csv", "--format", "csv")[1].splitlines())
    assert (row["rule_code"], row["severity"], row["file"]) == (reason, "rejected", "extract.csv")


@pytest.mark.parametrize(("arguments", "name"), [(("nowhere.csv",), "nothing_to_check"), (("/", "--council", "x"), "")])
def test_what_cannot_be_checked_at_all_ends_with_another_code(arguments: tuple[str, ...], name: str) -> None:
    code, said = check(*arguments)
    assert code == 3
    assert name in said


def test_what_breaks_it_is_no_verdict_and_repeats_no_cell(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(folder, *stated("--output", str(tmp_path / "no such folder" / "x.csv")))[0] == 3

    def breaks(*_: object, **__: object) -> None:
        raise ValueError(f"a cell of {CHILD}")

    monkeypatch.setattr(check_report, "counts_of", breaks)
    code, said = check(folder, *stated("--output", str(tmp_path / "x.txt")))
    assert code == 3
    assert "check_failed" in said
    assert CHILD not in said
    assert list(tmp_path.iterdir()) == [], "nothing half written is left"


def test_without_a_council_rules_about_its_area_are_named_as_not_judged(folder: Path) -> None:
    without = json.loads(check(folder, "--as-of", str(DAY), "--year", str(YEAR), "--format", "json")[1])
    its_own = json.loads(check(folder, *stated("--format", "json"))[1])
    about_the_area = set(without["not_judged"]) - set(its_own["not_judged"])
    assert about_the_area == {"411", "1015"}
    assert {row["rule_code"] for row in its_own["findings"]} - {row["rule_code"] for row in without["findings"]} <= (
        about_the_area
    )
    assert {"502"} <= set(its_own["not_judged"]), "it needs last year's return"


def test_a_message_of_an_older_year_has_the_tables_of_that_year(tmp_path: Path) -> None:
    child = "<CHILDID>1</CHILDID><UPN>UN1</UPN><SEX>1</SEX><DOB>02/03/2013</DOB><ETHNIC>BOTH</ETHNIC><UASC />"
    episode = "<DECOM>01/09/2019</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U6</PL><URN>SC900001</URN>"
    message = f"<EXPSSDA903><CHILD><HEADER>{child}</HEADER><EPISODE>{episode}</EPISODE></CHILD></EXPSSDA903>"
    (tmp_path / "message.xml").write_text(message)
    code, said = check(tmp_path / "message.xml", "--year", "2020", "--as-of", "2020-03-31", "--format", "json")
    answer = json.loads(said)
    assert (code, answer["verdict"], answer["refusals"]) == (0, "accepted", [])
    tables = {file["table"]: file["rows_in"] for file in answer["files"]}
    assert len(tables) == 10
    assert {table for table, rows in tables.items() if rows} == {"header", "episodes"}
    assert not {"sw_episodes", "dolo"} & set(tables), "they came later"


def test_a_message_names_its_council_itself(tmp_path: Path) -> None:
    message = cin.HEAD.replace(">999<", ">840<") + cin.CLEAN + cin.TAIL
    (tmp_path / "census.xml").write_text(message, encoding="utf-8")
    answer = json.loads(check(tmp_path / "census.xml", "--format", "json")[1])
    assert (answer["verdict"], answer["return"], answer["collection_year"]) == ("accepted", "cin_census", 2026)
    code, said = check(tmp_path / "census.xml", "--council", "south_tyneside")
    assert code == 2
    assert "another_council" in said
