"""Runs the SQL rules of a declared return over a few rows, in a plain database: the wording's fail and its pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import duckdb

from socialcare.registry.returns import Column, ReturnYear, Rule

Rows = list[dict[str, str]]
Delivery = dict[str, Rows]
#: What makes a delivery another: its first row of one table changed, once or several times; or all of it.
Changes = dict[str, str] | Rows | Delivery
_CONFIG = {"threads": 1}
_SQL_TYPES = {"identifier": "ubigint", "date": "date", "number": "double", "time": "double", "code": "varchar"}
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def found(
    year: ReturnYear, delivery: Mapping[str, Rows], as_of: date, only: tuple[str, str] | None = None
) -> set[tuple[str, str, int]]:
    """Return (rule code, table, line) for what the rules in SQL find, or ``only`` those of one code and table.

    The first row of a file is line 2.
    """
    rules = [rule for rule in year.rules if rule.sql and only in (None, (rule.code, rule.table))]
    words = set(_WORD.findall(" ".join([*year.views.values(), *(rule.sql for rule in rules)])))
    words |= {rule.table for rule in rules}
    with duckdb.connect(":memory:", config=_CONFIG) as database:
        for name, day in (("year_start", year.year_start), ("year_end", year.year_end), ("collected_on", as_of)):
            database.execute(f"create macro {name}() as date '{day.isoformat()}'")
        sent = ", ".join(f"'{name}'" for name in ("", *sorted(delivery)))
        database.execute(f"create macro was_sent(name) as name in ({sent})")
        for name in words & set(year.tables):
            _create(database, year, name, delivery.get(name, []), words)
        for name, text in year.views.items():
            database.execute(f"create view {name} as {text}")
        return {hit for rule in rules for hit in _hits(database, rule)}


def changed(delivery: Delivery, table: str, changes: Changes) -> Delivery:
    """Return the delivery with other rows in one table: its first row, changed, once for each of the changes."""
    if isinstance(changes, dict) and any(isinstance(value, list) for value in changes.values()):
        return changes  # type: ignore[return-value]
    rows = changes if isinstance(changes, list) else [changes]
    return {**delivery, table: [{**delivery[table][0], **row} for row in rows]}  # type: ignore[dict-item]


def _hits(database: duckdb.DuckDBPyConnection, rule: Rule) -> Iterable[tuple[str, str, int]]:
    text = rule.query or f"select _line from {rule.table} where {rule.fails}"
    lines = database.execute(f"select distinct _line from ({text})").fetchall()
    return [(rule.code, rule.table, line) for (line,) in lines]


def _create(database: duckdb.DuckDBPyConnection, year: ReturnYear, table: str, rows: Rows, words: set[str]) -> None:
    asked = {word.upper().removesuffix("_GIVEN").removesuffix("_SAME") for word in words}
    columns = {name: column for name, column in year.tables[table].columns.items() if name.upper() in asked}
    fields = ["_line integer"]
    for name, column in columns.items():
        if column.type in _SQL_TYPES:
            fields.append(f'"{name}" {_SQL_TYPES[column.type]}')
        fields += [f'"{name}_given" boolean', f'"{name}_same" ubigint']
    database.execute(f"create table {table} ({', '.join(fields)})")
    for line, row in enumerate(rows, start=2):
        assert set(row) <= set(year.tables[table].columns), set(row) - set(year.tables[table].columns)
        values: list[Any] = [line]
        for name, column in columns.items():
            cell = row.get(name, "").strip()
            if column.type in _SQL_TYPES:
                values.append(_value(year, column, cell))
            values += [bool(cell), hash(cell) % 2**63 if cell else None]
        database.execute(f"insert into {table} values ({', '.join('?' * len(values))})", values)


def _value(year: ReturnYear, column: Column, cell: str) -> Any:
    """Return what SQL sees of a cell; None when it is blank or not valid."""
    if not cell:
        return None
    if column.type == "identifier":
        return hash((column.identifies, cell)) % 2**63
    if column.type == "date":
        return _day(cell)
    if column.type == "code":
        return cell if cell in year.code_lists[str(column.codes)] else None
    if column.type == "time":
        hours, minutes = cell.split(":")[:2]
        return int(hours) * 60 + int(minutes)
    return float(cell) if _NUMBER.fullmatch(cell) else None


def _day(cell: str) -> date | None:
    for style in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(cell, style).date()
        except ValueError:
            continue
    return None
