"""Say which return a census message (XML) is, and read its tables as files of rows are read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from socialcare.door.prolog import root_of
from socialcare.door.read_xml import XmlTable, read_header, shapes_of
from socialcare.door.reading import Reader, UnreadableError
from socialcare.door.recognise import Recognised
from socialcare.registry.returns import Return, all_returns, return_spec

#: What a message is, whose tables are not known yet.
MESSAGE = "message"
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+)?html[\s>]", re.IGNORECASE)
_LOOKED_AT = 2048


def recognise_message(found: Recognised, head: bytes) -> Recognised:
    """Say what a file is that begins as XML does: a return by its header, or why it is none."""
    if _WEB_PAGE.search(head[:_LOOKED_AT]):
        return replace(found, problem="not_csv_xml_or_html")
    try:
        root = root_of(head)
        messages = {r.xml.collection: r for r in all_returns() if r.xml and r.xml.root == root}
        if not messages:
            return replace(found, problem="not_csv_xml_or_html")
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
        says_day=_day(header.reference_date),
        says_year=int(header.year) if header.year.isdecimal() and len(header.year) == 4 else None,
        says_council=header.lea,
    )


def tables_of(found: Recognised) -> list[Recognised]:
    """Return each table that a file holds: a message holds all of its return, any other file is one."""
    if found.table != MESSAGE:
        return [found]
    declared = return_spec(found.return_id)
    return [replace(found, table=name, columns=tuple(table.columns)) for name, table in declared.tables.items()]


def reader_of(file: Recognised, columns: tuple[str, ...] | None = None) -> Reader | XmlTable:
    """Return the reader of one table of rows, wherever they are."""
    declared = return_spec(file.return_id)
    if not declared.xml:
        return Reader(file, columns)
    return XmlTable(file.path, shapes_of(declared.tables), file.table)


def identifier_of(declared: Return, file: Recognised) -> str:
    """Return the column by which the council knows a row."""
    table = declared.tables[file.table]
    return table.subject(declared.subject) or table.key[0]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
