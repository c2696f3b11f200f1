"""Files of many tables: say which return a census message (XML) or a workbook is, and read each table by itself."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import cast

from socialcare.door.prolog import root_of
from socialcare.door.read_xml import XmlTable, read_header
from socialcare.door.reading import Reader, UnreadableError
from socialcare.door.recognise import MESSAGE, WORKBOOK, Recognised
from socialcare.door.sheet_lists import is_headed, list_reader, recognise_workbook, sheet_of
from socialcare.door.xml_part import table_of
from socialcare.registry.returns import Return, Table, all_returns, return_spec

_WEB_PAGE = re.compile(rb"<(?:!doctype\s+)?html[\s>]", re.IGNORECASE)
_LOOKED_AT = 2048
_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")


def recognise_content(found: Recognised, head: bytes) -> Recognised:
    """Say what a file is that begins as a workbook, an archive, a message or a web page does."""
    if head.startswith(_WORKBOOKS):
        return recognise_workbook(found)
    return recognise_message(found, head)


def recognise_message(found: Recognised, head: bytes) -> Recognised:
    """Say what a file is that begins as XML does: a return by its header, or why it is none."""
    if _WEB_PAGE.search(head[:_LOOKED_AT]):
        return replace(found, problem="not_csv_xml_or_html")
    try:
        root = root_of(head)
        messages = {r.xml.collection: r for r in all_returns() if r.xml and r.xml.root == root}
        if not messages:
            return replace(found, problem="not_csv_xml_or_html")
        if None in messages:  # the return has a root of its own, and no header
            return replace(found, return_id=messages[None].id, table=MESSAGE, is_message=True)
        header = read_header(found.path, root)
    except UnreadableError as error:
        return replace(found, problem=error.name)
    declared = messages.get(header.collection)
    if declared is None:
        return replace(found, problem="xml_collection_unknown")
    return replace(
        found,
        return_id=declared.id,
        table=MESSAGE,
        is_message=True,
        says_day=_day(header.reference_date),
        says_year=int(header.year) if header.year.isdecimal() and len(header.year) == 4 else None,
        says_council=header.lea,
    )


def tables_of(found: Recognised) -> list[Recognised]:
    """Return each table that a file holds: a message all of its return, a workbook its lists, any other file one."""
    if found.table == WORKBOOK:
        return [sheet_of(found, number) for number in range(len(found.sheets))]
    if found.table != MESSAGE:
        return [found]
    declared = return_spec(found.return_id)
    return [replace(found, table=name, columns=_in_message(table)) for name, table in declared.tables.items()]


def _in_message(table: Table) -> tuple[str, ...]:
    return tuple(name for name, column in table.columns.items() if column.element)


def reader_of(file: Recognised, columns: tuple[str, ...] | None = None) -> Reader | XmlTable:
    """Return the reader of one table of rows, wherever they are."""
    declared = return_spec(file.return_id)
    if file.is_message:
        return table_of(file.path, declared.tables, file.table)
    if is_headed(declared):
        return cast("Reader", list_reader(file, columns))  # blocks, rows and ragged: all that is asked of a reader
    return Reader(file, columns)


def identifier_of(declared: Return, file: Recognised) -> str:
    """Return the column by which the council knows a row."""
    table = declared.tables[file.table]
    return table.subject(declared.subject) or table.key[0]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
