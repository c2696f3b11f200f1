"""Reading census messages: what comes out, line by line; what is refused, by name. All of it is made up."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from socialcare.door import read_xml, xml_message, xml_pass
from socialcare.door.read_xml import Header, Shape, XmlReader, XmlTable, read_header
from socialcare.door.reading import Block, UnreadableError
from socialcare.door.xml_message import Message

CHILD = "/Message/Children/Child"
DETAILS = f"{CHILD}/CINdetails"
ID = f"{CHILD}/ChildIdentifiers/LAchildID"
SHAPES = {
    "children": Shape(CHILD, {"id": "ChildIdentifiers/LAchildID", "sex": "ChildIdentifiers/Sex"}),
    "disabilities": Shape(f"{CHILD}/Disabilities/Disability", {"id": ID, "disability": "."}),
    "details": Shape(DETAILS, {"id": ID, "referred": "CINreferralDate", "conference": "DateOfInitialCPC"}),
    "enquiries": Shape(f"{DETAILS}/Section47", {"id": ID, "details_line": DETAILS, "conference": "DateOfInitialCPC"}),
}
HEADER = (
    "<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>"
    "<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails>"
    "<Source><SourceLevel>L</SourceLevel><LEA>999</LEA></Source></Header>"
)
PRETTY = f"""<?xml version="1.0" encoding="utf-8"?>
<!-- made up -->
<Message>
  {HEADER}
  <Children>
    <Child>
      <ChildIdentifiers>
        <LAchildID>one</LAchildID>
        <Sex>F</Sex>
      </ChildIdentifiers>
      <Disabilities>
        <Disability>HAND</Disability>
        <Disability>LD</Disability>
      </Disabilities>
      <CINdetails>
        <CINreferralDate>2025-10-06</CINreferralDate>
        <Section47>
          <DateOfInitialCPC>2025-10-20</DateOfInitialCPC>
        </Section47>
        <Section47/>
        <DateOfInitialCPC>2025-11-03</DateOfInitialCPC>
      </CINdetails>
    </Child>
    <Child>
      <ChildIdentifiers>
        <LAchildID>two</LAchildID>
      </ChildIdentifiers>
      <CINdetails>
        <CINreferralDate>2025-12-01</CINreferralDate>
      </CINdetails>
    </Child>
  </Children>
</Message>
"""

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(text: str | bytes) -> Path:
        path = tmp_path / "message.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put


def rows(path: Path, shapes: dict[str, Shape] = SHAPES) -> dict[str, list[tuple[Any, ...]]]:
    """Read everything: each table's rows, the line first."""
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in shapes}
    for table, block in XmlReader(path, shapes).blocks():
        cells = [column.to_pylist() for column in block.columns.values()]
        found[table] += zip(block.lines.tolist(), *cells, strict=True)
    return found


def test_each_table_has_its_rows_with_their_lines_and_what_they_are_inside(write: Write) -> None:
    assert rows(write(PRETTY)) == {
        "children": [(6, "one", "F"), (24, "two", None)],
        "disabilities": [(12, "one", "HAND"), (13, "one", "LD")],
        "details": [(15, "one", "2025-10-06", "2025-11-03"), (28, "two", "2025-12-01", None)],
        "enquiries": [(17, "one", "15", "2025-10-20"), (20, "one", "15", None)],
    }


def rows_of(reader: XmlTable) -> list[tuple[Any, ...]]:
    return [
        row
        for block in reader.blocks()
        for row in zip(block.lines.tolist(), *(c.to_pylist() for c in block.columns.values()), strict=True)
    ]


@pytest.mark.parametrize("table", SHAPES)
@pytest.mark.parametrize("alone", [True, False])
def test_a_table_read_by_itself_has_the_same_rows(write: Write, table: str, alone: bool) -> None:
    reader = XmlTable(write(PRETTY), SHAPES, table, alone=alone)
    found = rows_of(reader)
    assert found == rows(write(PRETTY))[table]
    assert reader.rows == len(found)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_tables_of_a_message_share_one_reading(write: Write, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    opened: list[Path] = []
    units = Message.units
    monkeypatch.setattr(read_xml, "_ROWS_IN_A_BLOCK", size)
    monkeypatch.setattr(Message, "units", lambda self: opened.append(self._path) or units(self))  # type: ignore[func-returns-value]
    path = write(PRETTY)
    expected = rows(path)
    opened.clear()
    tables = {name: XmlTable(path, SHAPES, name) for name in reversed(SHAPES)}
    assert {name: rows_of(table) for name, table in tables.items()} == {n: expected[n] for n in reversed(SHAPES)}
    assert len(opened) == 1
    again = XmlTable(path, SHAPES, "details")
    assert rows_of(again) == expected["details"]
    assert len(opened) == 2, "a table that is asked for again is read again"


def test_where_a_message_breaks_all_its_tables_break(write: Write) -> None:
    path = write(PRETTY.replace("</Message>", ""))
    tables = [XmlTable(path, SHAPES, name) for name in SHAPES]
    for table in tables:
        with pytest.raises(UnreadableError, match="xml_not_well_formed"):
            rows_of(table)


def test_what_waits_for_its_turn_cannot_be_read_by_anybody_else(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    aside = xml_pass._Aside
    put = aside.put

    def spy(self: Any, table: str, block: Block) -> None:
        put(self, table, block)
        self._file.seek(0)
        kept.append(self._file.read())

    monkeypatch.setattr(aside, "put", spy)
    text = PRETTY.replace(">one<", ">CHILD-4711<")
    assert rows_of(XmlTable(write(text), SHAPES, "enquiries"))[0][1] == "CHILD-4711"
    assert kept
    assert not any(b"CHILD-4711" in written for written in kept)


def test_a_table_at_the_head_of_a_long_message_is_read(write: Write) -> None:
    head = {**SHAPES, "header": Shape("/Message/Header", {"year": "CollectionDetails/Year"})}
    child = PRETTY[PRETTY.index("    <Child>") : PRETTY.index("  </Children>")]
    path = write(PRETTY.replace(child, child * 3200))
    assert path.stat().st_size > 2 << 20, "longer than any one row may be"
    for alone in (True, False):
        assert [row[1] for row in rows_of(XmlTable(path, head, "header", alone=alone))] == ["2026"]


def test_the_header_says_what_the_message_is(write: Write) -> None:
    assert read_header(write(PRETTY)) == Header("CIN", "2026", "2026-03-31", "999")


def test_a_message_on_one_line_counts_its_rows_instead(write: Write) -> None:
    found = rows(write("".join(line.strip() for line in PRETTY.splitlines())))
    assert [row[0] for row in found["details"]] == [1, 2]
    assert [row[2] for row in found["enquiries"]] == ["1", "1"]


def test_lines_are_right_beyond_what_16_bits_hold(write: Write) -> None:
    path = write(PRETTY.replace("  <Children>", "\n" * 70_000 + "  <Children>"))
    expected = {name: [row[0] + 70_000 for row in table] for name, table in rows(write(PRETTY)).items()}
    path = write(PRETTY.replace("  <Children>", "\n" * 70_000 + "  <Children>"))
    assert {name: [row[0] for row in table] for name, table in rows(path).items()} == expected


@pytest.mark.parametrize("name", ['xmlns="urn:a"', 'xmlns="urn:a" xmlns:xsi="urn:b" xsi:schemaLocation="c"'])
def test_a_namespace_changes_nothing(write: Write, name: str) -> None:
    path = write(PRETTY.replace("<Message>", f"<Message {name}>"))
    assert rows(path) == rows(write(PRETTY))


def test_a_prefix_changes_nothing(write: Write) -> None:
    prefixed = PRETTY.replace("</", "</d:").replace("<M", "<d:M").replace("<C", "<d:C")
    for name in ("Header", "Year", "Source", "SourceLevel", "LEA", "LAchildID", "Sex", "Disab", "Date", "Sec", "Ref"):
        prefixed = prefixed.replace(f"<{name}", f"<d:{name}").replace("<d:d:", "<d:")
    path = write(prefixed.replace("<d:Message>", '<d:Message xmlns:d="urn:a">'))
    assert rows(path)["details"] == [(15, "one", "2025-10-06", "2025-11-03"), (28, "two", "2025-12-01", None)]
    assert read_header(path).collection == "CIN"


def test_comments_and_sections_inside_a_cell_do_not_cut_it(write: Write) -> None:
    path = write(PRETTY.replace(">one<", "><!-- x -->o<![CDATA[n]]>e<"))
    assert rows(path)["children"][0][1] == "one"


def test_what_is_sent_twice_where_one_is_meant_passes_no_check(write: Write) -> None:
    path = write(PRETTY.replace("<Sex>F</Sex>", "<Sex>F</Sex><Sex>M</Sex>"))
    assert rows(path)["children"][0][2] == "F | M"


def test_elements_that_nobody_declared_are_counted_and_not_read(write: Write) -> None:
    path = write(PRETTY.replace("<CINdetails>", "<Secret><LAchildID>other</LAchildID></Secret><CINdetails>"))
    reader = XmlReader(path, SHAPES)
    blocks = dict(reader.blocks())
    assert "other" not in str([column.to_pylist() for block in blocks.values() for column in block.columns.values()])
    assert reader.unknown == 2
    assert reader.rows == {"children": 2, "disabilities": 2, "details": 2, "enquiries": 2}


def test_a_row_of_the_same_name_at_another_place_is_no_row(write: Write) -> None:
    path = write(PRETTY.replace("<CINdetails>", "<Other><Child><CINdetails/></Child></Other><CINdetails>"))
    assert rows(path)["details"] == rows(write(PRETTY))["details"]


def test_endless_new_names_do_not_fill_the_memory(write: Write) -> None:
    names = "".join(f"<n{number}/>" for number in range(10_000))
    reader = XmlReader(write(PRETTY.replace("<CINdetails>", f"{names}<CINdetails>", 1)), SHAPES)
    assert {table for table, _ in reader.blocks()} == set(SHAPES)
    assert reader.unknown == 10_000


@pytest.mark.parametrize("size", [1, 3])
def test_blocks_never_lose_a_row(write: Write, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    whole = rows(write(PRETTY))
    monkeypatch.setattr(read_xml, "_ROWS_IN_A_BLOCK", size)
    monkeypatch.setattr(xml_message, "_CHUNK", size)
    assert rows(write(PRETTY)) == whole


BOMB = '<!DOCTYPE Message [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE Message [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
ELSEWHERE = '<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd">'
DEEP = "<a>" * 1000 + "</a>" * 1000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PRETTY.replace("<Message>", f"{BOMB}<Message>"), "xml_entities"),
        (PRETTY.replace("<Message>", f"{EXTERNAL}<Message>"), "xml_external_entity"),
        (PRETTY.replace("<Message>", f"{ELSEWHERE}<Message>"), "xml_external_entity"),
        (PRETTY.replace("<Message>", "<!DOCTYPE Message><Message>"), "xml_doctype"),
        (PRETTY.replace(">one<", ">&other;<"), "xml_not_well_formed"),
        (PRETTY.replace("<Sex>F</Sex>", DEEP), "xml_too_deep"),
        (PRETTY.replace(">one<", f">{'x' * 5000}<"), "xml_cell_too_long"),
        (PRETTY.replace("<Sex>F</Sex>", "<x>" + "y" * 2_000_000 + "</x>"), "xml_row_too_long"),
        (PRETTY.replace("<Sex>F</Sex>", f"<x a='{'y' * 2_000_000}'/>"), "xml_row_too_long"),
        (PRETTY.replace("<Sex>F</Sex>", "<x/>" * 700_000), "xml_row_too_long"),
        (PRETTY.replace("</Children>", "<x/>" * 700_000 + "</Children>"), "xml_row_too_long"),
        (PRETTY[:900], "xml_not_well_formed"),
        (PRETTY.replace("</Sex>", "</Gender>"), "xml_not_well_formed"),
        (PRETTY + PRETTY, "xml_not_well_formed"),
        (PRETTY.replace("Message>", "Report>"), "xml_wrong_root"),
        ("<html><body>sign in</body></html>", "xml_wrong_root"),
        (PRETTY.replace(">one<", ">caf\u00e9<").encode("latin-1"), "xml_mixed_encodings"),
        (PRETTY.replace("utf-8", "utf-16"), "xml_encoding"),
        (PRETTY.replace("utf-8", "utf-16").encode("utf-16"), "xml_encoding"),
        (PRETTY.replace(">one<", ">o\0ne<"), "nul_bytes"),
        (PRETTY.replace(">one<", ">o\x01ne<"), "xml_bad_character"),
        (f"<!--{'x' * 70_000}-->{PRETTY[39:]}", "xml_prolog_too_long"),
        ("", "xml_not_well_formed"),
        ("<!-- without end", "xml_not_well_formed"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith(("xml_", "nul_")) else "",
)
def test_what_no_census_message_holds_is_refused_by_name(write: Write, text: str | bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        rows(write(text))
    assert caught.value.name == reason
    assert str(caught.value) == reason
    assert caught.value.__cause__ is None


def test_a_message_without_a_header_says_so(write: Write) -> None:
    for text in (PRETTY.replace(HEADER, ""), f"<Message>{'<x/>' * 700_000}</Message>"):
        with pytest.raises(UnreadableError, match="xml_header_missing"):
            read_header(write(text))


def test_latin_letters_are_read_when_the_message_says_that_they_are_its_encoding(write: Write) -> None:
    text = PRETTY.replace("utf-8", "iso-8859-1").replace(">one<", ">caf\u00e9<")
    assert rows(write(text.encode("latin-1")))["children"][0][1] == "caf\u00e9"
    assert rows(write(b"\xef\xbb\xbf" + PRETTY.encode()))["children"][1][1] == "two"


def test_a_link_is_not_followed(write: Write, tmp_path: Path) -> None:
    link = tmp_path / "link.xml"
    os.symlink(write(PRETTY), link)
    with pytest.raises(UnreadableError, match="not_a_plain_file"):
        rows(link)


def test_memory_does_not_grow_with_the_message(tmp_path: Path) -> None:
    head, child, tail = (
        PRETTY.partition("    <Child>\n")[0],
        PRETTY[PRETTY.index("    <Child>") :],
        "  </Children>\n</Message>\n",
    )
    child = child[: child.index("  </Children>")]

    def peak(times: int) -> int:
        path = tmp_path / f"{times}.xml"  # 50,000 rows are held at a time: 6,250 of these
        with path.open("w") as file:
            file.write(head)
            for _ in range(times):
                file.write(child)
            file.write(tail)
        tracemalloc.start()
        count = sum(len(block.lines) for _, block in XmlReader(path, SHAPES).blocks())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 8 * times
        return most

    assert peak(9_000) < 1.3 * peak(6_500)


def test_a_shape_that_takes_what_nobody_has_is_a_mistake_of_ours(tmp_path: Path) -> None:
    shapes = {**SHAPES, "odd": Shape(f"{DETAILS}/Odd", {"id": f"{CHILD}/Nothing"})}
    with pytest.raises(ValueError, match="Nothing"):
        XmlReader(tmp_path / "any.xml", shapes)
