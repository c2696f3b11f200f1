"""Files written without erased children: every other row where it was, every other byte as it was."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from socialcare.door.arrival import Delivery
from socialcare.door.erase import first_token
from socialcare.door.erased import Erased
from socialcare.door.identity import Pseudonymiser
from socialcare.door.recognise import recognise
from socialcare.door.rewrite import CannotRewriteError, without_erased

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\r\n"


def erased(*identifiers: str) -> Erased:
    return Erased([first_token("durham", one) for one in identifiers], Pseudonymiser("durham"))


def rewritten(home: Path, who: Erased, **files: bytes) -> dict[str, bytes]:
    """Rewrite a delivery of these files; return those that were written anew."""
    sent, into = home / "sent", home / "into"
    sent.mkdir(exist_ok=True)
    into.mkdir()
    for name, content in files.items():
        (sent / name).write_bytes(content)
    delivery = Delivery("durham", sent, tuple(sorted(sent.iterdir())))
    return {old.name: new.read_bytes() for old, new in without_erased(delivery, who, into).items()}


ROWS = {
    "as it is": (b"D2,F,01/05/2015,WBRI,UN1,0,\r\n", b",,,,,,\n"),
    "in quotes, with spaces": (b'" D2 ","F",01/05/2015,WBRI,UN1,0,\r\n', b",,,,,,\n"),
    "over two lines": (b'D2,"F\r\n",01/05/2015,WBRI,UN1,0,\r\n', b",,,,,,\n"),
    "too short a row": (b"D2,F\r\n", b",,,,,,\n"),
    "too long a row, in another place": (b"D1,F,D2,,,,,,,\r\n", b",,,,,,\n"),
    "the last, without a line end": (b"D2,F,01/05/2015,WBRI,UN1,0,", b",,,,,,\n"),
    "another child's row that has the text elsewhere": (b"D1,D2,01/05/2015,WBRI,UN1,0,\r\n", None),
    "a longer identifier": (b"D22,F,01/05/2015,WBRI,UN1,0,\r\n", None),
    "one in small letters": (b"d2,F,01/05/2015,WBRI,UN1,0,\r\n", None),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_csv_becomes_a_blank_one(home: Path, row: str) -> None:
    given, expected = ROWS[row]
    before, after = HEADER.encode() + b"D1,F,01/05/2015,WBRI,UN1,0,\r\n", b"\xe9,F,01/05/2015,WBRI,UN1,0,\r\n"
    after = b"" if row.startswith("the last") else after
    files = rewritten(home, erased("D2"), header=before + given + after)
    assert files == ({} if expected is None else {"header": before + expected + after})


def test_text_of_no_known_heading_loses_each_line_that_names_the_child(home: Path) -> None:
    files = rewritten(home, erased("D2"), unknown=b"who;when\nD1;1\nx;D2\nD3;3\n")
    assert files == {"unknown": b"who;when\nD1;1\n\nD3;3\n"}


CHILD = (
    "<CHILD>\n<HEADER><CHILDID>{}</CHILDID>\n<SEX>1</SEX></HEADER>\n"
    "<EPISODE><DECOM>2026-06-01</DECOM></EPISODE></CHILD>\n"
)
MESSAGE = "<?xml version='1.0' encoding='{}'?>\n<EXPSSDA903>\n{}</EXPSSDA903>\n"


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252"])
def test_a_child_of_a_message_is_cut_out_and_the_lines_after_it_stay(home: Path, encoding: str) -> None:
    whole = [CHILD.format(one) for one in ("é1", " D2 ", "D3")]
    gone = whole[1].count("\n") - 1  # the line end after the element is not part of it
    expected = whole[0] + "\n" * gone + "\n" + whole[2]
    files = rewritten(home, erased("D2"), message=MESSAGE.format(encoding, "".join(whole)).encode(encoding))
    assert files["message"].decode(encoding) == MESSAGE.format(encoding, expected)


def test_a_message_with_another_prefix_loses_the_child_too(home: Path) -> None:
    text = MESSAGE.format("utf-8", CHILD.format("D2")).replace("<", "<p:").replace("<p:/", "</p:").replace("<p:?", "<?")
    text = text.replace("<p:EXPSSDA903>", "<p:EXPSSDA903 xmlns:p='urn:example'>")
    assert b"D2" not in rewritten(home, erased("D2"), message=text.encode())["message"]


def test_what_belongs_to_a_childs_record_goes_with_it(home: Path) -> None:
    """SSD: the factors of an assessment name the assessment, not the child; their file comes first by name."""
    from socialcare.registry.returns import return_spec

    tables = return_spec("ssd").tables
    assessments = next(n for n, t in tables.items() if "CINA_ASSESSMENT_ID" in t.key)
    files = {}
    for name, row in ((assessments, {"CINA_ASSESSMENT_ID": "A9", "CINA_PERSON_ID": "D2"}),
                      ("assessment_factors", {"CINF_TABLE_ID": "F1", "CINF_ASSESSMENT_ID": "A9"})):  # fmt: skip
        columns = list(tables[name].columns)
        other = {column: "D3" if column.endswith("PERSON_ID") else "A1" for column in row}
        lines = [columns, [row.get(c, "") for c in columns], [other.get(c, "") for c in columns]]
        files["a" if name == "assessment_factors" else "b"] = "".join(f"{','.join(line)}\n" for line in lines).encode()
    found = rewritten(home, erased("D2"), **files)
    assert {name: content.split(b"\n")[1].strip(b",") for name, content in found.items()} == {"a": b"", "b": b""}
    assert all(content.split(b"\n")[2].strip(b",") for content in found.values())


def test_a_zip_with_the_child_cannot_be_rewritten_and_one_without_is_left(home: Path) -> None:
    packed = home / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("header.csv", HEADER + "D2,F,01/05/2015,WBRI,UN1,0,\r\n")
    with pytest.raises(CannotRewriteError):
        rewritten(home, erased("D2"), packed=packed.read_bytes())
    (home / "into").rename(home / "before")
    assert rewritten(home, erased("D4"), packed=packed.read_bytes()) == {}


def test_what_cannot_be_read_may_hold_the_child(home: Path) -> None:
    cut_short = MESSAGE.format("utf-8", CHILD.format("D3"))[:-20].encode()
    for number, content in enumerate((cut_short, b"%PDF-1.7 D3")):
        (home / str(number)).mkdir()
        with pytest.raises(CannotRewriteError):
            rewritten(home / str(number), erased("D2"), file=content)
    assert recognise(home / "1" / "sent" / "file").problem == "not_csv_pdf"


def test_records_are_read_before_what_belongs_to_them() -> None:
    """A table that names no child is told by its records: they must have been met, in the order of the declaration."""
    from socialcare.registry.returns import all_returns

    for declared in all_returns():
        order = list(declared.tables)
        for name, table in declared.tables.items():
            assert all(order.index(parent) < order.index(name) for parent in table.belongs_to.values()), name
