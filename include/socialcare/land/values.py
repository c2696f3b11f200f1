"""Are the cells what the declaration says? Unknown words, symbols and doubled rows stop the file.

Published figures identify nobody, so a fault may quote the cell that it is about.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac

from socialcare.errors import Fault
from socialcare.land import figures
from socialcare.land.codes import Codes
from socialcare.land.headings import Naming
from socialcare.registry.tables import Column

#: How a blank cell is declared and named.
BLANK = "(blank)"
_PERIOD = re.compile("[0-9]{4}([0-9]{2})?")
_EXPONENT = re.compile("[-.0-9]+[eE][-+]?[0-9]+")
#: More than this share of cells that are neither numbers nor symbols: it is no longer a column of figures.
RETYPED = 0.5
_QUOTED = 80


def check_rows(codes: Codes, lines: pa.Array, naming: Naming) -> None:
    """Raise Fault ``value_unknown`` for a period that is none, ``rows_doubled`` for a row that repeats another."""
    if naming.table.standard:
        _check_periods(codes, lines, naming)
    _check_grain(codes, lines, naming)


def check_cells(codes: Codes, lines: pa.Array, naming: Naming, table_name: str) -> None:
    """Raise a Fault for the first cell, in the order of columns, that the declaration does not know.

    Faults: ``value_unknown``, ``symbol_unknown``, ``column_retyped``.
    """
    symbols = set(naming.source.symbols_of(table_name, naming.release))
    for column in naming.table.all_columns:
        if column.name not in codes:
            continue
        kind = naming.table.kind_of(column)
        if kind == "filter":
            _check_words(codes, lines, naming, column)
        elif kind in ("figure", "years_months"):
            _check_figures(codes, lines, naming, column, symbols)


def our_word(naming: Naming, column: str, word: str | None) -> str:
    """Return a filter's word as the other releases write it."""
    renamed = naming.edition.rename_values.get(column, {}) if naming.edition else {}
    said = BLANK if word is None else word.strip()
    return renamed.get(said, said)


def _check_words(codes: Codes, lines: pa.Array, naming: Naming, column: Column) -> None:
    for word in codes.words(column.name):
        if our_word(naming, column.name, word) not in column.values:
            raise Fault(
                "value_unknown",
                f"{naming.file_name} has {_quoted(word)} in column {column.name}, which is no declared value of it.",
                where=_where(naming, column.name, lines[codes.first(column.name, word)]),
                remedy=f"if it is new, add it to the column's `values` in {naming.source.file}; if it is another "
                "word for one of them, add it under an edition's rename_values there, with the reason.",
            )


def _check_periods(codes: Codes, lines: pa.Array, naming: Naming) -> None:
    for period in codes.words("time_period"):
        if not _PERIOD.fullmatch(period or ""):
            raise Fault(
                "value_unknown",
                f"{naming.file_name} has {_quoted(period)} in column time_period, which is neither a year (2024) nor "
                "one that spans two (202324).",
                where=_where(naming, "time_period", lines[codes.first("time_period", period)]),
                remedy="open the file; if the publisher writes periods otherwise now, the platform must learn to read "
                f"them: until then, end the series with `last_release` in {naming.source.file}.",
            )


def _check_figures(codes: Codes, lines: pa.Array, naming: Naming, column: Column, symbols: set[str]) -> None:
    cells = codes.table.column(column.name)
    is_number = pac.match_substring_regex(cells, figures.pattern(naming.table, naming.table.kind_of(column)))
    others = cells.filter(pac.invert(pac.fill_null(is_number, False)))
    if not len(others):
        return
    counts = others.value_counts()
    unknown = [
        (word, count)
        for word, count in zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
        if (BLANK if word is None else word.lower()) not in symbols
    ]
    if not unknown:
        return
    word = unknown[0][0]
    row = pac.index(cells.is_null(), True) if word is None else pac.index(cells, word)
    where = _where(naming, column.name, lines[row.as_py()])
    wrong = sum(count for _, count in unknown)
    if wrong > RETYPED * (len(cells) - cells.null_count) and word is not None:
        raise Fault(
            "column_retyped",
            f"{naming.file_name}: {wrong} of {len(cells)} cells of column {column.name} are neither numbers nor "
            f"symbols, the first is {_quoted(word)}; it used to hold figures.",
            where=where,
            remedy=f"open the file; if the publisher changed what the column holds, change its `kind` in "
            f"{naming.source.file} (and whatever reads its figures).",
        )
    if word is not None and _EXPONENT.fullmatch(word):
        remedy = (
            "open the file: a spreadsheet may have written it so. Wait for a corrected one, or, if the publisher "
            f"means it, declare `exponents: true` in {naming.source.file} and have a model of its own read the table."
        )
    else:
        remedy = (
            f"read what the publisher says that it means and add it to `symbols` in {naming.source.file}, with the "
            f"releases it is used in{'; a blank cell is declared as ' + BLANK if word is None else ''}."
        )
    raise Fault(
        "symbol_unknown",
        f"{naming.file_name} has {_quoted(word)} in column {column.name}, which is neither a number nor a symbol "
        f"declared for this release ({', '.join(sorted(symbols)) or 'none is'}).",
        where=where,
        remedy=remedy,
    )


def _check_grain(codes: Codes, lines: pa.Array, naming: Naming) -> None:
    """The columns of the grain must tell every row from every other; a publisher's table may have none that do."""
    grain = [name for name in naming.table.grain if name in codes]
    if not grain:
        return
    keys = codes.together(grain)
    order = np.argsort(keys, kind="stable")
    doubled = np.flatnonzero(np.diff(keys[order]) == 0)
    if not len(doubled):
        return
    at = doubled[np.argmin(order[doubled + 1])]
    first, second = int(order[at]), int(order[at + 1])
    shown = ", ".join(f"{name} {_quoted(codes.words(name)[codes.of(name)[first]])}" for name in grain)
    raise Fault(
        "rows_doubled",
        f"{naming.file_name} has {len(doubled)} rows that repeat another: lines {lines[first]} and {lines[second]} "
        f"both are {shown}.",
        where=_where(naming, grain[-1], lines[second]),
        remedy=f"open the file at these lines; if a new column tells them apart, add it to `grain` in "
        f"{naming.source.file}; if the publisher's file is broken, wait for a corrected one.",
    )


def _where(naming: Naming, column: str, line: object) -> str:
    return f"{naming.where}, column {column}, line {line}"


def _quoted(word: str | None) -> str:
    if word is None:
        return BLANK
    return repr(word if len(word) <= _QUOTED else word[:_QUOTED] + "...")
