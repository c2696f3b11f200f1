"""What a history holds and how its rows are known again: read from a return's declaration."""

from __future__ import annotations

from dataclasses import dataclass

from socialcare.registry.return_tables import Column, History, Table
from socialcare.registry.returns import Return
from socialcare.warehouse.raw_returns import RawColumn, columns_of

#: What each history says of a version beside what the row said.
OF_VERSION = {
    "council_id": ("text not null", "Who sent it."),
    "is_synthetic": ("boolean not null", "True when the deliveries are marked SYNTHETIC: no real child is in it."),
    "collection_year": ("integer", "The collection year of the return; empty where years are not told apart."),
    "record": ("bytea not null", "A sign of the record's own key: what it says, never a number given anew overnight."),
    "content": ("bytea not null", "A sign of all that the row says; numbers given anew overnight are left out."),
    "nth": ("integer not null", "Counts rows that say exactly the same."),
    "valid_from": ("date", "From when it held, as the row says."),
    "valid_to": ("date", "Until when; the same day for what is of one day; empty while it holds or no day is told."),
    "known_from": ("date not null", "The day described by the delivery that first said so."),
    "known_from_delivery": ("bigint not null", "That delivery."),
    "opened_as": ("text not null", "first, new, late, ended, corrected or returned."),
    "known_to": ("date", "The day described by the delivery that first said otherwise; empty while it is known so."),
    "known_to_delivery": ("bigint", "That delivery."),
    "closed_as": ("text", "ended, corrected or deleted; empty while it is known so."),
    "not_told_since": ("date", "Since when deliveries neither tell it nor say otherwise; empty while they tell it."),
    "not_told_because": ("text", "quarantined (its row may wait outside) or too_old (it left the span of the list)."),
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """The history of one table of a return."""

    return_id: str
    name: str
    subject: str | None
    """The column of raw with the token that findings are told by."""
    columns: dict[str, RawColumn]
    """What is compared and kept: as raw has it, without what is given anew or follows from the day."""
    key: tuple[str, ...]
    starts: str | None
    ends: tuple[str, ...]
    rolling: bool
    means: str

    @property
    def sign(self) -> str:
        """All that decides which rows are the same; when it changes, the history is another."""
        kinds = [(name, about.kind) for name, about in self.columns.items()]
        return repr((self.raw, kinds, self.key, self.starts, self.ends, self.subject, self.rolling))

    @property
    def raw(self) -> str:
        """The table of raw that it follows."""
        return f"{self.return_id}__{self.name}"

    @property
    def table(self) -> str:
        """The table of intermediate that keeps it."""
        return f"int_history__{self.raw}"


def shape_of(declared: Return, name: str, table: Table) -> Shape | None:
    """Return how the table's history is kept, or None when its rows cannot be known again."""
    history = table.history
    if history.not_kept:
        return None
    left_out = {*history.ignore, *given_anew(table), *table.extra}
    said = {column: about for column, about in table.columns.items() if about.is_loaded and column not in left_out}
    raw = columns_of(table)
    kept = {column: raw[column] for about in said.values() for column in _raw_columns(about)}
    key = [column for column in (table.key if history.key is None else history.key) if column in said]
    subject = table.subject(declared.subject)
    return Shape(
        return_id=declared.id,
        name=name,
        subject=str(table.columns[subject].loaded_as) if subject else None,
        columns=kept,
        key=tuple(str(said[column].loaded_as) for column in key) if key or history.key is not None else tuple(kept),
        starts=_starts(history, said, key),
        ends=tuple(str(said[column].loaded_as) for column in history.ends),
        rolling=declared.rolling,
        means=f"{declared.name}, {table.label}: what each row said, and when that held and was known.",
    )


def given_anew(table: Table) -> set[str]:
    """Return the columns whose values are given anew: record numbers that are not said to stay, and lines."""
    return {
        name
        for name, column in table.columns.items()
        if name not in table.history.stable
        and ((column.type == "identifier" and column.identifies == "record") or name.endswith("_line"))
    }


def _raw_columns(column: Column) -> list[str]:
    """Return the columns of raw that say it; whether it was in time follows from days, and is no change of its own."""
    return [name for name in (column.loaded_as, column.flag) if name]


def _starts(history: History, said: dict[str, Column], key: list[str]) -> str | None:
    dates = [column for column in key if said[column].type == "date"]
    starts = history.starts or next(iter(dates), None)
    return str(said[starts].loaded_as) if starts else None
