"""The other process of ``sheet_source``: a workbook from standard input, its rows to standard output, nothing else."""

from __future__ import annotations

import io
import json
import resource
import sys
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from socialcare.door.sheet_cells import text

#: The last line of a whole answer.
ENDED = "."
#: The most memory that it may take: a workbook of the largest size takes a tenth.
_BYTES = 3 << 30


def main() -> None:
    """Answer one question: the rows of every worksheet, or of the one named, the first of them or all."""
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = json.loads(sys.stdin.buffer.readline())
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        for about in book.sheets_metadata:
            if about.typ == SheetTypeEnum.WorkSheet and asked["name"] in (None, about.name):
                _tell(book, about.name, asked["most_rows"])
        _say(ENDED)
    except CalamineError:
        sys.exit(1)  # its words may hold a value


def _tell(book: CalamineWorkbook, name: str, most_rows: int | None) -> None:
    sheet = book.get_sheet_by_name(name)
    first = sheet.start[1] if sheet.start else 0
    _say({"name": name, "height": sheet.total_height, "first_column": first})
    for row in islice(sheet.iter_rows(), most_rows):
        _say([text(cell) for cell in row])
    _say(None)


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
