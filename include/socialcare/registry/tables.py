"""A table inside a source's files: how to find it, and what its columns hold."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

NAME = r"^[a-z][a-z0-9_]*$"


class Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Declared):
    """One column of a publisher's table: our name, the publisher's heading, what it means.

    ``kind`` says what a cell may hold: a ``figure`` is a number or a declared symbol; a ``filter`` splits an
    area's rows, and holds one of ``values``; ``years_months`` is a duration such as 0:11; ``text`` is anything.
    """

    name: str = Field(pattern=NAME)
    meaning: str = Field(min_length=3)
    header: str = Field(default="", description="The publisher's heading; {release} stands for the release's year.")
    required: bool = False
    kind: Literal["", "text", "figure", "filter", "years_months"] = ""
    values: tuple[str, ...] = Field(default=(), description="Of a filter: every word that a publisher has used in it.")

    def heading(self, release: str = "{release}") -> str:
        """The publisher's heading in the newest edition (our own name unless declared otherwise)."""
        return (self.header or self.name).replace("{release}", release)

    @model_validator(mode="after")
    def _filters_list_their_values(self) -> Self:
        if bool(self.values) != (self.kind == "filter"):
            raise ValueError(f"{self.name}: a filter lists its values, and only a filter does")
        return self


def _standard(*columns: tuple[str, str, tuple[str, ...]]) -> tuple[Column, ...]:
    return tuple(
        Column(name=name, meaning=meaning, required=True, kind="filter" if values else "text", values=values)
        for name, meaning, values in columns
    )


_PERIOD_KINDS = ("Reporting year", "Calendar year", "Academic year", "Financial year")
_PERIOD_AND_COUNTRY = _standard(
    ("time_period", "The publication's own label of the period, such as 2024 or 202324", ()),
    ("time_identifier", "What kind of period it is", _PERIOD_KINDS),
    ("geographic_level", "National, Regional or Local authority", ("National", "Regional", "Local authority")),
    ("country_code", "ONS code of the country: E92000001 for England", ()),
    ("country_name", "The country's name", ()),
)
_REGION_AND_COUNCIL = _standard(
    ("region_code", "ONS code of the region; blank on national rows", ()),
    ("region_name", "The region's name", ()),
    ("old_la_code", "DfE's three-digit code of the council", ()),
    ("new_la_code", "ONS nine-character code of the council; a joint return has two, joined by ' / '", ()),
    ("la_name", "The council's name as DfE writes it", ()),
)
#: The columns that lead every data file of Explore Education Statistics: declared once, for all tables.
#: A file of national figures only has no columns for regions and councils.
STANDARD_COLUMNS = {
    "": (),
    "ees": _PERIOD_AND_COUNTRY + _REGION_AND_COUNCIL,
    "ees_national": _PERIOD_AND_COUNTRY,
}


class MayBeAbsent(Declared):
    """Releases that may lack a table, and why."""

    releases: tuple[str, ...]
    why: str = Field(min_length=5)


class Table(Declared):
    """A table inside a source's files: how to find it and what its columns are."""

    description: str = Field(min_length=5)
    files: str = Field(description="A pattern that the file's name must match, whatever its case.")
    data_set: str = Field("", description="EES only: a pattern that the data set's title must match.")
    reader: Literal["csv", "sheet", "parquet"]
    sheet: str = Field("", description="A pattern that the sheet's name must match.")
    header: tuple[str, ...] = Field(min_length=1, description="Headings that only the header row holds.")
    key: str = Field("", description="A row without a value in this column is a note, not data.")
    part_column: str = Field("", description="Says which table of a sheet a row came from: 1, 2 ...")
    standard: Literal["", "ees", "ees_national"] = ""
    core: bool = Field(False, description="Feeds a comparison: a mirror or a sample without it is incomplete.")
    thousands: bool = Field(False, description="Figures carry a thousands separator: 1,234.")
    exponents: bool = Field(False, description="Figures may carry a power of ten (4.5E-2); its own model reads them.")
    grain: tuple[str, ...]
    families: tuple[str, ...] = Field((), description="Only these extractor families deliver it; empty: all.")
    first_release: str = ""
    last_release: str = ""
    may_be_absent: MayBeAbsent | None = None
    columns: tuple[Column, ...]

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column, the standard leading ones first."""
        return STANDARD_COLUMNS[self.standard] + self.columns

    def kind_of(self, column: Column) -> str:
        """What a column's cells may hold: where the file has the standard columns, the others are figures."""
        return column.kind or ("figure" if self.standard else "text")

    @property
    def figures(self) -> tuple[Column, ...]:
        """The columns that hold figures."""
        return tuple(c for c in self.all_columns if self.kind_of(c) in ("figure", "years_months"))

    @property
    def filters(self) -> tuple[Column, ...]:
        """The columns that split an area's rows, the standard ones left out."""
        return tuple(c for c in self.columns if c.kind == "filter")

    @field_validator("files", "data_set", "sheet")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a pattern: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> Self:
        names = [column.name for column in self.all_columns]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"columns declared twice: {', '.join(doubled)}")
        named = {*self.grain, self.key, self.part_column} - {""}
        if unknown := sorted(named - set(names)):
            raise ValueError(f"grain, key or part_column names no column: {', '.join(unknown)}")
        return self

    def is_due(self, release: str, family: str) -> bool:
        """Whether ``release``, read through ``family``, should hold this table."""
        if self.families and family not in self.families:
            return False
        if self.first_release and release < self.first_release:
            return False
        return not (self.last_release and release > self.last_release)

    def may_lack(self, release: str) -> bool:
        return self.may_be_absent is not None and release in self.may_be_absent.releases
