"""Faults to inject, one at a time: what the publisher does, and the name that the night must give it."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

from socialcare.publishers import workbooks
from socialcare.publishers.reply import Reply
from tests.fakes import misbehaving
from tests.fakes.misbehaving import Change

WORKFORCE = "dfe_social_work_workforce"
LOOKED_AFTER = "dfe_children_looked_after"
OFSTED = "ofsted_inspection_outcomes"
POPULATION = "ons_population"
#: Source -> its newest release in the sample: the one that is spoilt.
NEWEST = {WORKFORCE: "2024", LOOKED_AFTER: "2024", OFSTED: "2024", POPULATION: "2023"}

LIST, CONTENTS, FILE = "/releases$", "/data-content$", "/data-set-files/"
COLLECTION, PAGE, WORKBOOK = "/collections/", "/local-authority-inspection-outcomes-as-at", "/media/"
NOMIS = "date=2023"
Rows = list[list[str]]


@dataclass(frozen=True)
class Case:
    """``archived``: the file came whole and is kept, though it is not what was declared."""

    name: str
    what: str
    source: str
    changes: dict[str, Change] = field(default_factory=dict)
    archived: bool = False
    constants: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}: {self.what}"


def _json(edit: Callable[[str], str]) -> Change:
    return lambda reply, time: Reply(edit(reply.body.decode()).encode(), 200, {"Content-Type": "application/json"})


def _without(pattern: str) -> Change:
    """The same JSON without what the pattern says (a count, a size): for files that are spoilt in other ways."""
    return _json(lambda text: re.sub(pattern, "", text))


def _bytes(edit: Callable[[bytes], bytes]) -> Change:
    kind = "Content-Type"
    return lambda reply, time: Reply(edit(reply.body), 200, {kind: reply.headers[kind]})


def _table(edit: Callable[[Rows], Rows]) -> Change:
    """The same CSV, its rows edited (the first is the header)."""

    def edited(content: bytes) -> bytes:
        output = io.StringIO()
        csv.writer(output, lineterminator="\n").writerows(
            edit(list(csv.reader(io.StringIO(content.decode("utf-8-sig")))))
        )
        return output.getvalue().encode()

    return _bytes(edited)


def _column(name: str, edit: Callable[[str], str]) -> Callable[[Rows], Rows]:
    def edited(rows: Rows) -> Rows:
        at = rows[0].index(name)
        return [rows[0], *([*row[:at], edit(row[at]), *row[at + 1 :]] for row in rows[1:])]

    return edited


def _first_cell(name: str, value: str) -> Callable[[Rows], Rows]:
    def edited(rows: Rows) -> Rows:
        rows[1][rows[0].index(name)] = value
        return rows

    return edited


def _england_twentyfold(rows: Rows) -> Rows:
    figures = range(10, len(rows[0]))
    for row in rows[1:]:
        if "National" in row:
            for at in figures:
                row[at] = str(float(row[at]) * 20) if re.fullmatch(r"[\d.]+", row[at]) else row[at]
    return rows


def _other_zip(reply: Reply, time: int) -> Reply:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data/something_else.csv", "a,b\n")
    return Reply(packed.getvalue(), 200, {"Content-Type": "application/zip"})


def _book(sheet: str, *rows: list[str]) -> Change:
    return _bytes(lambda _: workbooks.ods({"Cover": [["Cover"]], sheet: list(rows)}))


def without_history(reply: Reply, time: int) -> Reply:
    """The newest of Ofsted's workbooks, its sheet of past inspections under another name; any other as it is."""
    old, new = f"ILACS_inspections_2018-{NEWEST[OFSTED]}".encode(), b"Past"
    packed, found = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(reply.body)) as book, zipfile.ZipFile(packed, "w") as other:
        for member in book.infolist():
            content = book.read(member)
            found = found or old in content
            other.writestr(member, content.replace(old, new))
    return Reply(packed.getvalue() if found else reply.body, 200, {"Content-Type": reply.headers["Content-Type"]})


#: The page without the size that it states, and the workbook without that sheet.
WITHOUT_HISTORY = {PAGE: _without(r'"file_size": \d+, '), WORKBOOK: without_history}


def _http(name: str, what: str, change: Change, path: str = FILE, **constants: float) -> Case:
    return Case(name, what, WORKFORCE, {path: change}, constants=constants)


def _drift(name: str, what: str, edit: Callable[[Rows], Rows], source: str = WORKFORCE) -> Case:
    """A file that came whole and is not what was declared. The publisher's own count would also notice."""
    changes = {CONTENTS: _without(r'"numDataFileRows": \d+'), FILE: _table(edit)}
    return Case(name, what, source, changes, archived=True)


def _spoilt(name: str, what: str, edit: Callable[[bytes], bytes], *, archived: bool) -> Case:
    changes = {CONTENTS: _without(r'"numDataFileRows": \d+'), FILE: _bytes(edit)}
    return Case(name, what, WORKFORCE, changes, archived=archived)


def _workbook(name: str, what: str, change: Change, *, archived: bool) -> Case:
    return Case(name, what, OFSTED, {PAGE: _without(r'"file_size": \d+, '), WORKBOOK: change}, archived=archived)


ON_THE_WAY = [
    _http("not_data", "the list of releases is a web page", misbehaving.web_page, LIST),
    _http("not_found", "the publication is not there", misbehaving.always(404), "/publications/[^/]*work"),
    _http("gone", "the publication was taken away", misbehaving.always(410), LIST),
    _http("release_missing", "the list of releases is empty", _json(lambda text: "[]"), LIST),
    _http("answer_unexpected", "the list has another shape", _json(lambda text: '{"items": []}'), LIST),
    _http("answer_unexpected", "the contents have another shape", _json(lambda text: '{"files": []}'), CONTENTS),
    _http("publisher_busy", "asks to come back in two hours", misbehaving.always(429, {"Retry-After": "7200"})),
    _http("publisher_busy", "asks to come back, each time", misbehaving.always(429, {"Retry-After": "0"})),
    _http("publisher_failed", "fails each time", misbehaving.always_down),
    _http("publisher_slow", "its own time limit ran out", misbehaving.always(504)),
    _http("publisher_slow", "falls silent in the middle", misbehaving.silent(1.2), **{"http.READ_SECONDS": 0.6}),
    _http("publisher_slow", "trickles for hours", misbehaving.trickling(9, 0.02), **{"body.WHOLE_SECONDS": 0.05}),
    _http("refused", "refuses us", misbehaving.always(403)),
    _http("gone", "the file was taken away", misbehaving.always(410)),
    _http("redirected_away", "sends us to a stranger", misbehaving.always(302, {"Location": "http://evil.example/x"})),
    _http("truncated", "the connection breaks in the middle", misbehaving.cut),
    _http("truncated", "chunks without an end", misbehaving.chunks_without_end),
    _http("truncated", "a length that is too short", misbehaving.too_short_a_length),
    _http("truncated", "gzip that was damaged", misbehaving.damaged_packing),
    _http("not_data", "a web page with status 200", misbehaving.web_page),
    _http("not_data", "a web page that says it is CSV", misbehaving.web_page_as_data),
    _http("not_data", "a message in JSON", misbehaving.message),
    _http("empty", "an empty page", misbehaving.nothing),
    _http("too_large", "more than one look may receive", misbehaving.silent(0), **{"http.BYTE_BUDGET": 2000}),
    Case(
        "file_missing",
        "the data set's title and the file's name both changed",
        WORKFORCE,
        {CONTENTS: _json(lambda text: text.replace("Indicators used", "All of them")), "/files$": _other_zip},
    ),
    Case(
        "not_data",
        "the ZIP is none",
        WORKFORCE,
        {CONTENTS: _json(lambda text: text.replace("Indicators used", "All")), "/files$": _bytes(lambda _: b"PK\3\4")},
    ),
    Case("gone", "the attachment was deleted", OFSTED, {WORKBOOK: misbehaving.always(410)}),
    Case(
        "not_data",
        "the attachment leads to a web page",
        OFSTED,
        {WORKBOOK: misbehaving.always(302, {"Location": "/govuk/help"}), "/help": misbehaving.web_page},
    ),
    Case("size_wrong", "another size than the page says", OFSTED, {WORKBOOK: _bytes(lambda content: content + b"\0")}),
    Case(
        "file_ambiguous",
        "two workbooks for one table",
        OFSTED,
        {
            PAGE: _json(
                lambda text: text.replace(
                    '{"attachment_type": "html"',
                    '{"attachment_type": "file", "filename":'
                    ' "LA_inspection_outcomes_2.ods", "url": "http://127.0.0.1/2.ods"}, {"attachment_type": "html"',
                )
            )
        },
    ),
    Case(
        "withdrawn",
        "the page of the release was withdrawn",
        OFSTED,
        {PAGE: _json(lambda text: json.dumps(json.loads(text) | {"withdrawn_notice": {"withdrawn_at": "2026-01-01"}}))},
    ),
    Case(
        "redirected_away",
        "the collection moved off GOV.UK",
        OFSTED,
        {
            COLLECTION: _json(
                lambda text: '{"schema_name": "redirect", "redirects": [{"destination": "https://ofsted.example/x"}]}'
            )
        },
    ),
    Case(
        "empty", "Nomis answers nothing to a question it does not understand", POPULATION, {NOMIS: misbehaving.nothing}
    ),
    Case("not_data", "Nomis answers with a page", POPULATION, {NOMIS: misbehaving.web_page_as_data}),
    Case(
        "truncated",
        "Nomis leaves rows out and does not say so",
        POPULATION,
        {
            NOMIS: _bytes(
                lambda content: b"".join(content.splitlines(keepends=True)[:-9]) if b"Age 1" in content else b""
            )
        },
    ),
]


def _keep(wanted: Callable[[list[str]], bool]) -> Callable[[Rows], Rows]:
    return lambda rows: [rows[0], *(row for row in rows[1:] if wanted(row))]


def _a_year_to_come(rows: Rows) -> Rows:
    return rows + [["2031", *row[1:]] for row in rows if row[0] == "2017"]


def _renamed(rows: Rows) -> Rows:
    return [[heading.replace("caseload_fte", "caseload_each") for heading in rows[0]], *rows[1:]]


IN_THE_FILE = [
    _drift("column_renamed", "a heading", _renamed),
    _drift("column_missing", "a column is gone", lambda rows: [[*row[:10], *row[11:]] for row in rows]),
    _drift(
        "column_unknown", "a new column", lambda rows: [[*row, "morale" if row is rows[0] else "1"] for row in rows]
    ),
    _drift("column_doubled", "a column twice", lambda rows: [[*row, row[10].upper()] for row in rows]),
    _drift("column_retyped", "words where figures were", _column("caseload_fte", lambda _: "about ten")),
    _drift("symbol_unknown", "a symbol that nobody explained", _first_cell("caseload_fte", "§")),
    _drift("symbol_unknown", "a blank where a figure belongs", _first_cell("caseload_fte", "")),
    _drift("value_unknown", "a period that is no year", _first_cell("time_period", "2024p")),
    _drift("value_unknown", "a new word in a filter", _first_cell("population_count", "On Mars"), LOOKED_AFTER),
    _drift("rows_doubled", "every row twice", lambda rows: rows + rows[1:]),
    _drift("truncated", "half of the rows", lambda rows: rows[: len(rows) // 2]),
    _drift("truncated", "the last row of the last year", lambda rows: rows[:-1]),
    _drift("rows_implausible", "five councils of Tyne and Wear gone", _keep(lambda row: row[7][:2] != "39")),
    _drift("periods_implausible", "a year gone", _keep(lambda row: row[0] != "2019")),
    _drift("periods_implausible", "a year that has not been", _a_year_to_come),
    _drift("totals_implausible", "England's figures twentyfold", _england_twentyfold),
    _drift("empty", "a header and nothing else", lambda rows: rows[:1]),
    _drift("header_missing", "another table", lambda rows: [["a", "b"], ["1", "2"]]),
    _drift("row_ragged", "a row with too few cells", lambda rows: [rows[0], rows[1][:5], *rows[2:]]),
    _spoilt("truncated", "the last number has no end", lambda content: content[:-3], archived=True),
    _spoilt("not_data", "binary where text belongs", lambda content: b"\0" + content, archived=False),
    _workbook("truncated", "a workbook without its end", _bytes(lambda content: content[:-300]), archived=False),
    _workbook("not_data", "a text that is called a workbook", _bytes(lambda _: b"a,b\n1,2\n"), archived=False),
    _workbook("sheet_missing", "sheets of other names", _book("Sheet1", ["Local authority name"]), archived=True),
    _workbook("header_missing", "a sheet without the header", _book("Inspections_31_March_2024", ["x"]), archived=True),
]
