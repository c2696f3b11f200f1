"""The catalogue of published sources, for people: docs/sources.md."""

from __future__ import annotations

from socialcare.registry import Source
from socialcare.registry.sources import Symbol
from socialcare.registry.tables import STANDARD_COLUMNS, Column, Table
from socialcare.warehouse.generate_staging import observed


def catalogue(sources: tuple[Source, ...], header: str) -> str:
    """Return the page: each source with its tables, symbols, editions and gaps."""
    parts = [
        f"<!-- {header} -->",
        "# Published sources",
        "",
        "What the platform takes from publishers, under the Open Government Licence v3.0. Every figure is a row of",
        "`intermediate.int_observations__unioned`; (3) beside a column: it divides an area's rows by three words.",
    ]
    for source in sources:
        parts += _source(source)
    return "\n".join(parts) + "\n"


def _source(source: Source) -> list[str]:
    ended = f" to {source.last_release}" if source.last_release else ""
    parts = [
        "",
        f"## {source.title}",
        "",
        f"`{source.id}` · {source.publisher} · every {source.cadence_months} months · "
        f"from release {source.first_release}{ended} · <{source.homepage}>",
        "",
        f"| table `raw.{source.id}__` | what it holds | one row per | figures |",
        "|---|---|---|---|",
    ]
    parts += [
        f"| `{name}` | {table.description} | {_key(table)} | {len(table.figures) or ''} |"
        for name, table in source.tables.items()
    ]
    if source.symbols:
        parts += ["", "In place of a figure:", "", *(_symbol(source, symbol) for symbol in source.symbols)]
    durations = [
        f"`{name}.{column.name}`"
        for name, table in source.tables.items()
        for column in table.figures
        if table.kind_of(column) == "years_months"
    ]
    if durations:
        parts += ["", f"Years and months (0:11), given in months: {', '.join(durations)}."]
    for edition in source.editions:
        parts += ["", f"Edition `{edition.name}` ({', '.join(edition.releases)}): {edition.why}"]
    if source.known_gaps:
        parts += ["", "Known gaps:", "", *(f"- {gap.strip()}" for gap in source.known_gaps)]
    return parts


def _key(table: Table) -> str:
    """A table's grain in few words: the columns that every file has are an area and a period."""
    standard = {column.name for column in STANDARD_COLUMNS[table.standard]}
    words = [] if not standard else ["period"] if "new_la_code" not in standard else ["area", "period"]
    columns = {column.name: column for column in table.columns}
    return ", ".join(words + [_divides(columns[name]) for name in table.grain if name not in standard])


def _divides(column: Column) -> str:
    """A column of the key, and among how many words it divides."""
    return f"`{column.name}`" + (f" ({len(column.values)})" if len(column.values) > 1 else "")


def _symbol(source: Source, symbol: Symbol) -> str:
    everywhere = not symbol.tables or set(symbol.tables) >= set(observed(source))
    tables = "" if everywhere else f"; in {_some(symbol.tables)}"
    releases = f"; in {', '.join(symbol.releases)}" if symbol.releases else ""
    return f"- `{symbol.symbol}` `{symbol.status}`: {symbol.meaning}{tables}{releases}"


def _some(tables: tuple[str, ...]) -> str:
    return ", ".join(f"`{table}`" for table in tables) if len(tables) <= 3 else f"{len(tables)} of the tables"
