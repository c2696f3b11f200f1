"""The receipt: what was found, told to the council that sent it, in its own identifiers, and to nobody else.

It is the only text in the platform that names a child. It goes to ``<home>/outbox/<council>`` (readable by its
owner only), as a page to read and a workbook to work from, and is never logged.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from socialcare.door.reasons import REASONS
from socialcare.formulas import harmless
from socialcare.registry.returns import Rule
from socialcare.settings import get_settings

SYNTHETIC = "SYNTHETIC: no real child is in this file."
SEVERITY = {"quarantine": "Row waits outside", "warning": "Row came in"}
NEW, STILL_OPEN = "new", "still open"


@dataclass(frozen=True)
class Place:
    """Where one table stands in what was sent, so that a row of it can be found there."""

    file: str = field(default="", repr=False)
    sheet: str = field(default="", repr=False)
    unit: str = "row"
    """What a position counts: rows as a spreadsheet does, or lines of a message."""
    titles: Mapping[str, str] = field(default_factory=dict, repr=False)
    """How each column is headed."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """The letter that a spreadsheet gives each column."""

    def titles_of(self, columns: Iterable[str]) -> str:
        """Return the headings of some columns."""
        return ", ".join(self.titles.get(column, column) for column in columns)

    def cells(self, line: int, columns: Iterable[str]) -> str:
        """Return the cells of a row as a spreadsheet calls them; nothing where there are none."""
        return ", ".join(f"{self.letters[column]}{line}" for column in columns if column in self.letters)


@dataclass(frozen=True)
class Section:
    """Every row that broke one rule: ``rows`` are (row number, the council's identifier), the first of them."""

    rule: Rule
    file: str
    count: int
    rows: tuple[tuple[int, str], ...] = field(repr=False)
    place: Place = Place()
    still_open: frozenset[int] | None = None
    """Which of ``rows`` were found in the last submission too; None when there was none to compare with."""

    def cells(self, line: int) -> str:
        """Return the cells that the rule is about, as a spreadsheet calls them; nothing when it is about the row."""
        return "" if self.rule.check == "cell_count" else self.place.cells(line, self.rule.columns)

    def position(self, line: int) -> str:
        """Say where a row is: by its cells where there are one or two, else by its number."""
        cells = self.cells(line)
        if not cells or cells.count(",") > 1:
            return f"{self.place.unit} {line}"
        return f"{'cells' if ',' in cells else 'cell'} {cells}"

    def since(self, line: int) -> str:
        """Say whether the finding on this row is new."""
        if self.still_open is None:
            return ""
        return STILL_OPEN if line in self.still_open else NEW


@dataclass(frozen=True)
class Fixed:
    """What one rule found last time and does not find now: how many, and who of them is still in the file."""

    rule: Rule
    file: str
    count: int
    children: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Since:
    """What changed since the last submission, counted by child (or worker), table and rule."""

    as_of: str
    fixed: int
    still_open: int
    new: int


@dataclass(frozen=True)
class FileLine:
    """One file or sheet on the receipt, by the name under which the council sent it."""

    name: str = field(repr=False)
    what: str
    verdict: str
    reason: str
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    not_read: tuple[str, ...] = field(default=(), repr=False)
    missing: tuple[str, ...] = ()
    rows_erased: int = 0


@dataclass(frozen=True)
class Receipt:
    """All of a receipt."""

    council_name: str
    return_name: str
    as_of: str
    is_synthetic: bool
    verdict: str
    reason: str
    files: tuple[FileLine, ...]
    sections: tuple[Section, ...]
    collection_year: int | None = None
    number: int | None = None
    since: Since | None = None
    fixed: tuple[Fixed, ...] = ()
    judged_again: bool = False

    @property
    def rows_in(self) -> int:
        """Rows that were sent."""
        return sum(file.rows_in for file in self.files)

    @property
    def rows_loaded(self) -> int:
        """Rows that came in."""
        return sum(file.rows_loaded for file in self.files)

    @property
    def rows_erased(self) -> int:
        """Rows of children who were erased on the council's instruction."""
        return sum(file.rows_erased for file in self.files)

    @property
    def erased_in_words(self) -> str:
        """What is said of them: how many, not whose."""
        if not self.rows_erased:
            return ""
        are = "is of a child" if self.rows_erased == 1 else "are of children"
        return f" {rows_in_words(self.rows_erased)} {are} erased on your instruction and did not come in (erased)."

    @property
    def verdict_in_words(self) -> str:
        """The verdict and what it means for the rows, in one sentence or two."""
        words = f"{'Judged again, for the rules changed. ' if self.judged_again else ''}{in_words(self.verdict)}"
        if self.verdict == "rejected":
            return f"{words}: nothing came in. {told(self.reason)}".strip() + self.erased_in_words
        waiting = self.rows_in - self.rows_erased - self.rows_loaded
        if not waiting:
            return f"{words}: {rows_in_words(self.rows_loaded)} came in.{self.erased_in_words}"
        outside = "1 row waits" if waiting == 1 else f"{waiting:,} rows wait"
        came = f"{self.rows_loaded:,} of {rows_in_words(self.rows_in)} came in"
        return f"{words}: {came}, {outside} outside.{self.erased_in_words}"


def write(council_id: str, name: str, receipt: Receipt) -> None:
    """Write ``receipt-<name>.html`` and ``.xlsx`` to the council's outbox, each whole or not at all."""
    put(council_id, f"receipt-{name}.html", _html(receipt).encode())
    put(council_id, f"receipt-{name}.xlsx", _xlsx(receipt))


def put(council_id: str, name: str, content: bytes) -> Path:
    """Put one file into the council's outbox, whole or not at all, for its owner alone."""
    outbox = get_settings().outbox / council_id
    outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    outbox.chmod(0o700)
    temporary = outbox / f".{name}.{secrets.token_hex(4)}"
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    return temporary.replace(outbox / name)


def _html(receipt: Receipt) -> str:
    from socialcare.door.receipt_page import page

    return page(receipt)


def _xlsx(receipt: Receipt) -> bytes:
    from socialcare.door.receipt_workbook import content

    return content(receipt)


def told(reason: str) -> str:
    """Return the words of a reason: what is wrong, and what to do."""
    return f"{REASONS[reason].what} {REASONS[reason].remedy}" if reason else ""


def in_words(verdict: str) -> str:
    """Return a verdict as a person writes it."""
    return verdict.replace("_", " ").capitalize()


def rows_in_words(count: int) -> str:
    """Return a number of rows in words."""
    return "1 row" if count == 1 else f"{count:,} rows"


def day_in_words(day: str) -> str:
    """Return an ISO date as 31 October 2026, anything else as it is."""
    try:
        return f"{date.fromisoformat(day):%-d %B %Y}"
    except ValueError:
        return day


def _harmless(cells: Iterable[str]) -> Iterator[str]:
    """Keep a spreadsheet from running a cell as a formula."""
    return map(harmless, cells)
