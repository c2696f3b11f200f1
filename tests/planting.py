"""Plant recognisable people in every field of a return that the generator wrote.

A file is multiplied: between them, people that are added hold each kind of canary once in each column or element, all
else of them being good, so that their rows come in where that one cell may. Names of files, folders and sheets,
headings, comments and attributes hold them too.
"""

from __future__ import annotations

import copy
import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from lxml import etree

from socialcare.registry.returns import Column, Return, Table, return_spec
from tests.canaries import BORN, CHILD, KINDS, MAIL, NAME, NHS, PHONE, POSTCODE, STREET, SWE, UPN, WORKER_BORN

#: Tables by name: the heading, then the rows.
Sheets = dict[str, list[list[str]]]


def plant(folder: Path, return_id: str, into: Path) -> Path:
    """Plant the canaries in one generated delivery, and write it to ``into`` under a name that holds one too."""
    place = into / f"{NAME} {folder.name}"
    place.mkdir(parents=True)
    files = sorted(path for path in folder.iterdir() if path.name != "delivery.json")
    if files[0].suffix == ".xml":
        for path in files:
            _plant_message(path, place / f"{CHILD} {path.name}", return_spec(return_id))
    else:
        sheets = _workbook(files[0]) if files[0].suffix == ".xlsx" else {p.name: _rows(p) for p in files}
        planted = _Planter(return_spec(return_id)).plant(sheets)
        if files[0].suffix == ".xlsx":
            _write_workbook(planted, place / f"{NAME} {POSTCODE.replace(' ', '')}.xlsx")
        else:
            for name, rows in planted.items():
                _write_rows(rows, place / f"{CHILD} {name}")
    stated = json.loads((folder / "delivery.json").read_text())
    stated |= {"made_by": NAME, CHILD: [STREET, POSTCODE, PHONE], "born": BORN.isoformat()}
    (place / "delivery.json").write_text(json.dumps(stated))
    return place


class _Planter:
    """Adds people to tables: between them, each column holds each kind of canary once, all else being good."""

    def __init__(self, declared: Return) -> None:
        columns = [named for table in declared.tables.values() for named in table.every_column.items()]
        columns.sort(key=lambda named: named[1].becomes == "birth_month")  # also where another table drops it
        self._columns = {_plain(heading): c for name, c in columns for heading in (name, *c.headings)}
        self._only_at_birth = [column for _, column in columns if column.reduced_when]
        self._at_birth = {_plain(name): code for name, code in _codes_at_birth(declared).items()}
        self._count = 0

    def plant(self, sheets: Sheets) -> Sheets:
        filled = {name: rows for name, rows in sheets.items() if len(rows) > 1}
        samples, main = self._samples(filled), self._main(filled)
        added: Sheets = {name: [] for name in sheets}
        for group in (main, set(filled) - main):  # where the row that says who it is, is good, the others come in
            for position in range(max((len(filled[name][0]) for name in group), default=0)):
                for text in KINDS.values():
                    self._count += 1
                    self._add(
                        filled,
                        samples,
                        added,
                        {n for n in group if position < len(filled[n][0])},
                        main,
                        (position, text),
                    )
        self._add_newborn(filled, samples, added)
        planted = {}
        for name, (heading, *rows) in sheets.items():
            every = [*rows, *added[name]]
            odd = [[*row, STREET, f"=HYPERLINK({MAIL})"] for row in every]
            planted[name] = [[*heading, NAME, f"Notes {CHILD}"], *odd]
        return planted

    def _samples(self, sheets: Sheets) -> dict[str, list[str]]:
        """Return a row of each table, as far as they can be of one person."""
        tables = Counter(c for _, *rows in sheets.values() for c in {c for r in rows for c in r if _is_child(c)})
        person = max(tables, key=lambda cell: (tables[cell], cell), default="")
        return {name: next((r for r in rows[1:] if person in r), rows[1]) for name, rows in sheets.items()}

    def _main(self, sheets: Sheets) -> set[str]:
        """Return the one table that says when each person was born; none where several do."""
        found = {
            name
            for name, (heading, *_) in sheets.items()
            for cell in heading
            if (column := self._columns.get(_plain(cell))) and column.becomes == "birth_month"
        }
        by_use = sorted(found, key=lambda name: len(sheets[name]))
        return {by_use[-1]} if by_use and len(found) < len(sheets) / 2 else set()

    def _add(
        self,
        sheets: Sheets,
        samples: dict[str, list[str]],
        added: Sheets,
        group: set[str],
        main: set[str],
        planted: tuple[int, str],
    ) -> None:
        position, text = planted
        for name in group | main:
            heading, sample = sheets[name][0], samples[name]
            row = [self._cell(heading[n], cell) for n, cell in enumerate(sample)]
            if name in group:
                day = "" if self._is_event(heading[position]) else BORN.strftime(_style_of(sheets[name], position))
                row[position] = text or day or row[position]
                if not text and self._columns.get(_plain(heading[position])) in self._only_at_birth:
                    row = [self._at_birth.get(_plain(heading[n]), cell) for n, cell in enumerate(row)]
            added[name].append(row)

    def _add_newborn(self, sheets: Sheets, samples: dict[str, list[str]], added: Sheets) -> None:
        """Add a child of whom everything that is reduced near a birth begins and ends on its day, in every table."""
        self._count += 1
        for name, (heading, *rows) in sheets.items():
            row = [self._cell(heading[n], cell) for n, cell in enumerate(samples[name])]
            for position, cell in enumerate(heading):
                column = self._columns.get(_plain(cell))
                if column is not None and column.flag:
                    row[position] = BORN.strftime(_style_of([heading, *rows], position))
                row[position] = self._at_birth.get(_plain(cell), row[position])
            added[name].append(row)

    def _is_event(self, heading: str) -> bool:
        """Whether the column holds days of events: one on a day of birth says so of nobody (ADR 0015)."""
        column = self._columns.get(_plain(heading))
        return column is not None and _tells_an_event(column)

    def _cell(self, heading: str, cell: str) -> str:
        """Return a canary that passes where there is one, and a new name where the copy needs one."""
        if _is_child(cell):
            return f"{CHILD}{self._count}"
        column = self._columns.get(_plain(heading))
        if column is None or not cell:
            return cell
        if column.becomes == "birth_month":
            return BORN.strftime(_style(cell))
        if column.type in ("upn", "postcode"):
            return UPN if column.type == "upn" else POSTCODE
        if column.type == "identifier" and column.identifies in ("record", "family") and not column.pattern:
            return f"{cell}Q{self._count}"
        return cell


def _tells_an_event(column: Column) -> bool:
    return column.type == "date" and column.becomes == "kept"


def _codes_at_birth(declared: Return) -> dict[str, str]:
    """Return the codes with which a day may be that of a birth."""
    columns = (column for table in declared.tables.values() for column in table.columns.values())
    return {name: code for column in columns for name, code in column.reduced_when.items()}


def _style_of(rows: list[list[str]], position: int) -> str:
    return _style(next((row[position] for row in rows[1:] if row[position]), ""))


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def _is_child(cell: str) -> bool:
    return bool(re.fullmatch(r"SYN[A-Z]{3}\d{7}", cell))


def _style(cell: str) -> str:
    return "%d/%m/%Y" if re.match(r"\d\d/\d\d/\d{4}", cell) else "%Y-%m-%d"


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _write_rows(rows: Iterable[list[str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _workbook(path: Path) -> Sheets:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return {name: [[_text(cell) for cell in row] for row in rows] for name, rows in sheets.items() if rows}


def _text(cell: object) -> str:
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _write_workbook(sheets: Sheets, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": NAME, "author": CHILD, "comments": f"{STREET} {POSTCODE}"})
        for number, (name, rows) in enumerate(sheets.items()):
            sheet = book.add_worksheet(f"{name} {NAME}"[:28] + str(number))
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
            sheet.write_comment(1, 0, f"{NAME}, {PHONE}")
        hidden = book.add_worksheet(CHILD)
        hidden.write_row(0, 0, [NAME, STREET, POSTCODE, UPN, SWE, NHS, PHONE])
        hidden.hide()


#: Of each message: the elements that are a person, and which element within says who it is and when it was born.
_PEOPLE = {"Child": ("LAchildID", BORN), "CHILD": ("CHILDID", BORN), "CSWWWorker": ("SWENo", WORKER_BORN)}
_BIRTHS = ("PersonBirthDate", "DOB")


def _plant_message(path: Path, to: Path, declared: Return) -> None:
    columns = [(_tag(t, name, c), c) for t in declared.tables.values() for name, c in t.every_column.items()]
    events = {tag for tag, column in columns if _tells_an_event(column)}
    near = {tag for tag, column in columns if column.flag}
    root = etree.parse(str(path)).getroot()
    people = [element for element in root.iter(*_PEOPLE)]
    parent, count = people[0].getparent(), 0
    for route, person in _routes(people).items():
        for text in KINDS.values():
            count += 1
            if text or route[-1] not in events:
                parent.append(_copied(person, count, route, text))
        if route[-1] in near:
            parent.append(_newborn(_copied(person, count := count + 1, route, ""), near, _codes_at_birth(declared)))
    odd = copy.deepcopy(people[0])
    for element in odd.iter(etree.Element):
        element.set("name", NAME)
        element.set("address", f"{STREET}, {POSTCODE}")
    odd.append(etree.Comment(f" {NAME} {UPN} "))
    odd.append(etree.ProcessingInstruction("person", f"{CHILD} {PHONE}"))
    etree.SubElement(odd, "Forename").text = NAME
    parent.append(odd)
    for element in root.iter("SoftwareCode", "SerialNo"):
        element.text = NAME
    root.insert(0, etree.Comment(f" {NAME}, born {BORN} "))
    to.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _routes(people: list[etree._Element]) -> dict[tuple[str, ...], etree._Element]:
    """Return every way from a person down to a cell, with a person who has it."""
    found: dict[tuple[str, ...], etree._Element] = {}
    for person in people:
        for cell in person.iter(etree.Element):
            if not len(cell):
                route = tuple(e.tag for e in cell.iterancestors() if e in set(person.iter()))[::-1]
                found.setdefault((*route, cell.tag), person)
    return found


def _tag(table: Table, name: str, column: Column) -> str:
    """Return the element that holds a cell: a row may be its only cell."""
    where = table.path if column.element == "." else column.element
    return str(where or name).rsplit("/", 1)[-1]


def _newborn(person: etree._Element, near: set[str], codes: dict[str, str]) -> etree._Element:
    """Let everything that is reduced near a birth begin and end on its day."""
    for cell in person.iter(*near):
        cell.text = BORN.strftime(_style(cell.text or ""))
    for cell in person.iter(*codes) if codes else ():
        cell.text = codes[cell.tag]
    return person


def _copied(person: etree._Element, count: int, route: tuple[str, ...], text: str) -> etree._Element:
    copied = copy.deepcopy(person)
    identifier, born = _PEOPLE[person.tag]
    for cell in copied.iter(identifier):
        cell.text = f"{CHILD}{count}" if identifier != "SWENo" else f"{SWE[:-4]}{count:04d}"
    for cell in copied.iter(*_BIRTHS):
        cell.text = born.strftime(_style(cell.text or ""))
    for cell in copied.iter("UPN"):
        cell.text = UPN
    for cell in copied.iter("HOME_POST", "PL_POST"):
        cell.text = POSTCODE
    (target,) = copied.xpath("/".join(route[1:]) + "[1]")[:1] or [copied]
    target.text = text or born.strftime(_style(target.text or ""))
    return copied
