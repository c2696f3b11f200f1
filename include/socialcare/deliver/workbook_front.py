"""The front sheet: what this is, how fresh each source is, what was checked, and what must not be overlooked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from socialcare.deliver.audience import Audience, Version
from socialcare.deliver.manifest import NOTICE, SYNTHETIC_WARNING, plain_source
from socialcare.deliver.sheet import ROWS_OF_A_SHEET, Styles
from socialcare.deliver.tables import Table
from socialcare.formulas import harmless

FRONT = "Read me first"
_WIDTHS = (34, 30, 20, 18, 70)
_STATES = {
    "kept_last_good": "STALE: last good one",
    "landed_in_part": "landed in part",
    "never_landed": "not held",
}
#: The words of value_status, as docs/extracts.md explains them.
MEANINGS = (
    ("final, provisional", "A figure; provisional ones the publisher, or the council's next delivery, may change."),
    ("suppressed (c)", "Hidden because so few were counted that a child could be recognised. It is not zero."),
    ("not_applicable (z)", "There is nothing to count: nobody was in the group."),
    ("not_available (x, u)", "The publisher gives no figure, or nothing was sent."),
    ("low", "More than zero, but so little that it rounds to nothing."),
    ("rounded", "To the nearest 5, so that nobody can be counted out: month ends of councils' own records."),
)


def write_front(sheet: Any, styles: Styles, audience: Audience, version: Version, sheets: Mapping[str, str]) -> None:
    """Write the front sheet, top to bottom."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    _Front(sheet, styles, audience, version, sheets).write()


class _Front:
    def __init__(self, sheet: Any, styles: Styles, audience: Audience, version: Version, sheets: Mapping[str, str]):
        self._sheet, self._styles, self._row = sheet, styles, 0
        self._audience, self._version, self._sheets = audience, version, sheets

    def write(self) -> None:
        """Write every part."""
        self._line(
            f"{self._audience.name}: extracts of version {self._version.about['version_id']}", self._styles.title
        )
        self._warnings()
        self._about()
        self._tables()
        self._sources()
        self._grid("What the words of value_status mean", ("value_status", "Meaning"), MEANINGS)
        self._line("Where it comes from", self._styles.bold)
        self._line(NOTICE)

    def _warnings(self) -> None:
        if self._audience.is_synthetic:
            self._banner(SYNTHETIC_WARNING)
        late = [str(row.get("title") or row["source_id"]) for row in self._version.stale]
        if late:
            self._banner(f"STALE: {len(late)} of {len(self._version.sources)} sources are not at their newest (below).")
        for table in self._audience.too_large:
            self._banner(
                f"{table}: more than {ROWS_OF_A_SHEET:,} rows, too many for a sheet. Use its CSV or Parquet file."
            )

    def _about(self) -> None:
        about, checks = self._version.about, self._version.checks
        self._row += 1
        self._pair("Built", _moment(about["built_at"]), self._styles.moment)
        if self._audience.as_of:
            self._pair("Own records as of", datetime.fromisoformat(self._audience.as_of), self._styles.day)
        self._pair("Checks", f"{checks.get('passed') or 0} passed, {checks.get('warned') or 0} warned")
        self._pair(
            "Is there a newer set?",
            "If the last night failed, STALE.txt lies beside this folder and says why.",
        )

    def _tables(self) -> None:
        facts, is_regional = self._audience.facts, self._audience.council is None
        rows = [
            (
                self._sheets.get(table.name, f"{table.name} (no sheet)"),
                self._kind(table.name),
                facts[table.name].rows,
                self._hidden(table.name) if is_regional else self._day(table.name),
                table.description,
            )
            for table in self._audience_tables()
        ]
        fourth = "Hidden cells" if is_regional else "Own records as of"
        self._grid("What is here", ("Sheet", "Whose figures", "Rows", fourth, "What one row is"), rows)

    def _audience_tables(self) -> list[Table]:
        tables = {table.name: table for table in self._version.tables}
        return [tables[name] for name in self._audience.facts]

    def _hidden(self, table: str) -> int:
        return sum(self._version.suppression.get(table, {}).values())

    def _day(self, table: str) -> datetime | None:
        day = self._audience.facts[table].as_of if table in self._audience.own else None
        return datetime(day.year, day.month, day.day) if day else None

    def _kind(self, table: str) -> str:
        whose = "your own records" if table in self._audience.own else "shared by all"
        return f"SYNTHETIC, {whose}" if self._audience.is_generated(table) else whose

    def _sources(self) -> None:
        rows = []
        for row in map(plain_source, self._version.sources):
            state = _STATES.get(row["state"], row["state"])
            state = f"{state}, SYNTHETIC" if row.get("is_synthetic") else state
            rows.append(
                (
                    row.get("title") or row["source_id"],
                    row.get("newest_release") or "nothing",
                    _moment(row.get("landed_at")),
                    state,
                    row.get("message") or "",
                )
            )
        heads = ("Source", "Newest release or delivery", "Taken in", "State", "What went wrong")
        self._grid("How fresh each source is", heads, rows, late=lambda row: row[3].startswith("STALE"))

    def _banner(self, text: str) -> None:
        for column in range(len(_WIDTHS)):
            self._sheet.write_blank(self._row, column, None, self._styles.warning)
        self._line(text, self._styles.warning)

    def _line(self, text: str, style: Any = None) -> None:
        self._sheet.write_string(self._row, 0, harmless(text), style)
        self._row += 1

    def _pair(self, name: str, value: Any, style: Any = None) -> None:
        self._sheet.write_string(self._row, 0, name, self._styles.bold)
        self._cell(1, value, style)
        self._row += 1

    def _grid(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], late: Any = None) -> None:
        self._row += 1
        self._line(title, self._styles.bold)
        for column, head in enumerate(heads):
            self._sheet.write_string(self._row, column, head, self._styles.head)
        self._row += 1
        for row in rows:
            style = self._styles.late if late and late(row) else self._styles.wrapped
            for column, value in enumerate(row):
                self._cell(column, value, style)
            self._row += 1

    def _cell(self, column: int, value: Any, style: Any) -> None:
        if isinstance(value, datetime):
            is_day = value.hour == value.minute == 0
            shown = self._styles.day if is_day else self._styles.moment
            self._sheet.write_datetime(self._row, column, value, shown)
        elif isinstance(value, int):
            self._sheet.write_number(self._row, column, value, self._styles.count_at_top)
        elif value is not None:
            self._sheet.write_string(self._row, column, harmless(str(value)), style)


def _moment(value: Any) -> datetime | None:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else None
