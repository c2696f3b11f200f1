"""The looked-after return as one message: the rows and findings of the twelve files of the same data. All made up."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.census_cases import _NoKeys

from socialcare.door.judge import DeliveryJudge
from socialcare.door.messages import reader_of, tables_of
from socialcare.door.recognise import Recognised, recognise
from socialcare.door.register import Findings
from socialcare.door.rule_words import Circumstances
from socialcare.generate import xml_ssda903
from socialcare.generate.deliver import write_csv
from socialcare.generate.rows import Rows
from socialcare.generate.ssda903 import known_to_the_door, ssda903
from socialcare.registry.returns import return_spec

SPEC = return_spec("ssda903")
#: What a message cannot hold: a child outside its header or twice in it, a second day of birth, a row of no child.
NOT_IN_A_MESSAGE = ("SC01", "SC02", "SC05", *(f"INT{n:02d}" for n in (*range(1, 37),)))
Judged = dict[str, tuple[Counter[Any], Counter[Any]]]


@cache
def made(year: int) -> dict[str, pa.Table]:
    """A small return of a year in its tables, with every defect that a message can hold."""
    defects = tuple(d for d in known_to_the_door(year) if d.rule_code not in NOT_IN_A_MESSAGE)
    return ssda903("durham", day_of(year), year, open_children=12, defects=defects).tables


def day_of(year: int) -> date:
    return date(year - 1, 10, 31)


def as_files(tables: dict[str, pa.Table], folder: Path) -> list[Recognised]:
    found = []
    for name, rows in tables.items():
        write_csv(rows, folder / f"{name}.csv")
        found.append(recognise(folder / f"{name}.csv"))
    return found


def as_message(tables: dict[str, pa.Table], folder: Path) -> list[Recognised]:
    ours = {"should_be_placed": "placed_adoption"}
    told = {
        ours.get(name, name): Rows({c: np.array(table.column(c).to_pylist(), dtype=str) for c in table.column_names})
        for name, table in tables.items()
    }
    path = folder / "message.xml"
    path.write_text("".join(xml_ssda903.write(told)), encoding="utf-8")
    return tables_of(recognise(path))


def judged(found: list[Recognised], year: int) -> Judged:
    """Return the rows that came in and what was found on which row, of each table, by what the rows say."""
    declared = SPEC.for_year(year)
    files = {file.table: file for file in found if file.table in declared.tables}
    here = {name: files[name] for name in declared.tables if name in files and declared.tables[name].applies(year)}
    results: Judged = {}
    with ExitStack() as stack:
        known = Circumstances(day_of(year), tuple(here), ("E06000047", "840"))
        judge = stack.enter_context(DeliveryJudge(declared, known, _NoKeys()))  # type: ignore[arg-type]
        loaded: dict[str, dict[int, Any]] = {}
        for name, file in here.items():
            judges = judge.file(reader_of(file), name, stack.enter_context(Findings()))
            loaded[name] = {}
            for good in judges.rows():
                columns = [values.to_pylist() for _, values in sorted(good.columns.items())]
                loaded[name] |= dict(zip(good.lines.tolist(), zip(*columns, strict=True), strict=True))
        for name, lines in judge.finish().items():
            says = said(here[name])
            came_in = Counter(row for line, row in loaded[name].items() if line not in set(lines.tolist()))
            broken = Counter(
                (judge._files[name].rules[rule].code, says[int(line)])
                for chunk in judge._files[name].findings.chunks()
                for line, rule in zip(chunk["line"], chunk["rule"], strict=True)
            )
            results[name] = came_in, broken
    return results


def said(file: Recognised) -> dict[int, tuple[str, ...]]:
    """Return the cells of each row that both kinds of file have."""
    both = [name for name, column in SPEC.tables[file.table].columns.items() if column.element]
    found = {}
    for block in reader_of(file).blocks():
        cells = [["" if c is None else c for c in block.columns[name].to_pylist()] for name in both]
        found |= dict(zip(block.lines.tolist(), zip(*cells, strict=True), strict=True))
    return found


@pytest.mark.parametrize("year", [2018, 2024, 2027])
def test_a_message_gives_the_rows_and_findings_of_the_files(home: Path, year: int) -> None:
    files, message = judged(as_files(made(year), home), year), judged(as_message(made(year), home), year)
    assert set(files) <= set(message)
    for table in files:
        assert message[table][0] == files[table][0], table
        assert message[table][1] == files[table][1], table
    assert sum(len(broken) for _, broken in files.values()) > 50
    assert all(rows for rows, _ in files.values()), "every table has rows that came in"


@pytest.mark.parametrize("year", range(2017, 2028))
def test_a_message_of_any_year_breaks_no_rule_of_its_year(home: Path, year: int) -> None:
    plain = ssda903("durham", day_of(year), year, open_children=6, defects=()).tables
    results = judged(as_message(plain, home), year)
    assert {table: broken for table, (_, broken) in results.items() if broken} == {}
    assert {table: sum(rows.values()) for table, (rows, _) in results.items() if rows} == {
        table: rows.num_rows for table, rows in plain.items() if rows.num_rows
    }


MESSAGE = """<?xml version="1.0" encoding="us-ascii"?>
<EXPSSDA903><CHILD><HEADER><CHILDID>1</CHILDID><UPN>UN1</UPN><SEX>1</SEX><DOB>02/03/2013</DOB><ETHNIC>BOTH</ETHNIC>
{}</HEADER></CHILD></EXPSSDA903>
"""


@pytest.mark.parametrize(
    ("inside", "rows"),
    [  # the schema always has UASC, mostly empty; what stands of leaving care and adoption has no element around it
        ("<UASC /><MOTHER /><MC_DOB />", {}),
        ("<UASC>0</UASC>", {}),
        ("<UASC>1</UASC>", {"uasc": 1}),
        ("<UASC>1</UASC><DUC>15/12/2019</DUC>", {"uasc": 1}),
        ("<UASC /><DUC>15/12/2019</DUC>", {"uasc": 1}),
        ("<UASC /><IN_TOUCH>YES</IN_TOUCH><ACTIV>0</ACTIV><ACCOM>0</ACCOM>", {"oc3": 1}),
        ("<UASC /><IN_TOUCH /><ACTIV>0</ACTIV><ACCOM />", {"oc3": 1}),
        ("<UASC /><IN_TOUCH /><ACTIV> </ACTIV><ACCOM />", {}),
        ("<UASC /><FOSTER_CARE>0</FOSTER_CARE>", {"ad1": 1}),
        ("<UASC /><AREVIEW><REVIEW>28/01/2016</REVIEW></AREVIEW>" * 2, {"reviews": 2}),
    ],
)
def test_a_row_stands_where_an_element_says_something(tmp_path: Path, inside: str, rows: dict[str, int]) -> None:
    path = tmp_path / "message.xml"
    path.write_text(MESSAGE.format(inside), encoding="ascii")
    found = recognise(path)
    assert (found.return_id, found.is_message, found.problem) == ("ssda903", True, "")
    counted = {}
    for file in tables_of(found):
        reader = reader_of(file)
        counted[file.table] = sum(len(block.lines) for block in reader.blocks())
        assert reader.rows == counted[file.table]
    assert counted == {**dict.fromkeys(SPEC.tables, 0), "header": 1, **rows}
