"""Workbooks as publishers make them, the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
#: Spreadsheet programs write the rest of each row as one cell, repeated.
_REST = '<table:table-cell table:number-columns-repeated="16370"/>'

Sheet = list[list[str]]


def ods(sheets: dict[str, Sheet]) -> bytes:
    """Return an OpenDocument workbook; ISO dates become true date cells."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_row, rows))}</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES} office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text, how in (
            ("mimetype", _MIME, zipfile.ZIP_STORED),
            ("content.xml", content, zipfile.ZIP_DEFLATED),
            ("META-INF/manifest.xml", manifest, zipfile.ZIP_DEFLATED),
        ):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = how
            archive.writestr(member, text)
    return packed.getvalue()


def _row(cells: list[str]) -> str:
    return f"<table:table-row>{''.join(map(_cell, cells))}{_REST}</table:table-row>"


def _cell(value: str) -> str:
    if not value:
        return "<table:table-cell/>"
    if _ISO_DATE.fullmatch(value):
        shown = f"{value[8:]}/{value[5:7]}/{value[:4]}"
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{value}T00:00:00">'
            f"<text:p>{shown}</text:p></table:table-cell>"
        )
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'


def xlsx(sheets: dict[str, Sheet]) -> bytes:
    """Return an Excel workbook; whole numbers become number cells."""
    import xlsxwriter

    packed = io.BytesIO()
    workbook = xlsxwriter.Workbook(packed, {"in_memory": True})
    workbook.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for at, cells in enumerate(rows):
            for place, value in enumerate(cells):
                sheet.write(at, place, int(value) if value.isdigit() else value)
    workbook.close()
    return packed.getvalue()
