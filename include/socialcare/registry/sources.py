"""Published sources: one YAML each in ``socialcare/sources``, which declares all that varies by source."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from socialcare.errors import Fault

FOLDER = Path(__file__).resolve().parents[1] / "sources"

#: The ten columns that lead every data file of Explore Education Statistics: declared once, for all tables.
EES_COLUMNS = (
    ("time_period", "The publication's own label of the period, such as 2024", True),
    ("time_identifier", "What kind of period it is: Reporting year", True),
    ("geographic_level", "National, Regional or Local authority", True),
    ("country_code", "ONS code of the country: E92000001 for England", True),
    ("country_name", "The country's name", True),
    ("region_code", "ONS code of the region; blank on national rows", True),
    ("region_name", "The region's name", True),
    ("old_la_code", "DfE's three-digit code of the council", True),
    ("new_la_code", "ONS nine-character code of the council; a joint return has two, joined by ' / '", True),
    ("la_name", "The council's name as DfE writes it", True),
)

_NAME = r"^[a-z][a-z0-9_]*$"
#: Both are safe loaders; the one in C keeps the parsing of dags/ quick.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Declared):
    """One column of a publisher's table: our name, the publisher's heading, what it means."""

    name: str = Field(pattern=_NAME)
    meaning: str = Field(min_length=3)
    header: str = ""
    required: bool = False

    @property
    def heading(self) -> str:
        """The publisher's heading in the newest edition (our own name unless declared otherwise)."""
        return self.header or self.name


class MayBeAbsent(_Declared):
    """Releases that may lack a table, and why."""

    releases: tuple[str, ...]
    why: str = Field(min_length=5)


class Table(_Declared):
    """A table inside a source's files: how to find it and what its columns are."""

    description: str = Field(min_length=5)
    files: str = Field(description="A pattern that the file's name must match, whatever its case.")
    data_set: str = Field("", description="EES only: a pattern that the data set's title must match.")
    reader: Literal["csv", "sheet"]
    sheet: str = Field("", description="A pattern that the sheet's name must match.")
    header: tuple[str, ...] = Field(min_length=1, description="Headings that only the header row holds.")
    key: str = Field("", description="A row without a value in this column is a note, not data.")
    part_column: str = Field("", description="Says which table of a sheet a row came from: 1, 2 ...")
    standard: Literal["", "ees"] = ""
    grain: tuple[str, ...]
    families: tuple[str, ...] = Field((), description="Only these extractor families deliver it; empty: all.")
    first_release: str = ""
    last_release: str = ""
    may_be_absent: MayBeAbsent | None = None
    columns: tuple[Column, ...]

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column, the standard leading ones first."""
        if self.standard != "ees":
            return self.columns
        leading = tuple(Column(name=n, meaning=m, required=r) for n, m, r in EES_COLUMNS)
        return leading + self.columns

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


class Edition(_Declared):
    """How some releases differ from the declaration, and why."""

    name: str
    releases: tuple[str, ...]
    why: str = Field(min_length=5)
    rename: dict[str, str] = Field(description="The publisher's heading in these releases: our column.")


class EesFiles(_Declared):
    """Data files of a publication on Explore Education Statistics."""

    family: Literal["ees_files"]
    publication: str
    release_slug: str = Field(r"^(?P<release>\d{4})$", description="How a release's slug gives its year.")


class GovukFiles(_Declared):
    """Files attached to GOV.UK pages: those of a collection whose titles match, or one page."""

    family: Literal["govuk_files"]
    collection: str = ""
    page: str = ""
    release: str = Field(description="A pattern with (?P<release>...) of a document's title or file's name.")
    older_pages: dict[str, str] = Field({}, description="Release: path of a page outside the series.")

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if bool(self.collection) == bool(self.page):
            raise ValueError("give either collection or page")
        return self


class Nomis(_Declared):
    """A query of the Nomis service of the Office for National Statistics."""

    family: Literal["nomis"]
    dataset: str
    parameters: dict[str, str]
    newest: dict[str, str] = Field(description="Parameters that ask for one number, to see its year.")
    page_size: int = Field(25_000, gt=0)


class Mirror(_Declared):
    """Where the same files lie in a local mirror."""

    folder: str
    release_in_name: str = Field("", description="Where the release is in the file's name, not a folder's.")


class Source(_Declared):
    """A published source: identity, licence, where it is, and every table taken from it."""

    id: str = Field(pattern=_NAME)
    title: str
    publisher: str
    licence: Literal["OGL-3.0"]
    homepage: str = Field(pattern=r"^https://")
    cadence_months: int = Field(gt=0)
    tier: Literal[1, 2, 3]
    release_title: str = Field(pattern=r"\{release\}", description="How a release is named to people.")
    first_release: str
    extract: Annotated[EesFiles | GovukFiles | Nomis, Field(discriminator="family")]
    mirror: Mirror
    new_columns: Literal["freeze"]
    tables: dict[str, Table]
    editions: tuple[Edition, ...] = ()
    known_gaps: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _editions_rename_to_columns(self) -> Self:
        names = {column.name for table in self.tables.values() for column in table.all_columns}
        for edition in self.editions:
            if unknown := sorted(set(edition.rename.values()) - names):
                raise ValueError(f"edition {edition.name} renames to no column: {', '.join(unknown)}")
        return self

    @property
    def file(self) -> str:
        """The declaration's own file, for messages that tell people what to edit."""
        return f"include/socialcare/sources/{self.id}.yml"

    def raw_table(self, table: str) -> str:
        """The name of the table in schema raw."""
        return f"{self.id}__{table}"

    def release_id(self, release: str) -> str:
        return f"{self.id}/{release}"

    def title_of(self, release: str) -> str:
        return self.release_title.format(release=release)

    def edition(self, release: str) -> Edition | None:
        """The difference that applies to a release, if any."""
        return next((e for e in self.editions if release in e.releases), None)


@lru_cache(maxsize=8)
def all_sources(folder: Path = FOLDER) -> tuple[Source, ...]:
    """Return every declared source, by id.

    Raises Fault ``source_declaration_wrong``, naming file and field.
    """
    return tuple(_read(path) for path in sorted(folder.glob("*.yml")))


def _read(path: Path) -> Source:
    try:
        declared = Source.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))
    except (ValueError, yaml.YAMLError) as error:
        raise Fault(
            "source_declaration_wrong",
            f"A source's declaration is not valid: {error}",
            where=path.name,
            remedy="compare it with the other files in the same folder.",
        ) from error
    if declared.id != path.stem:
        raise Fault(
            "source_declaration_wrong",
            "The id differs from the file's name.",
            where=path.name,
            remedy=f"name the file {declared.id}.yml or change the id.",
        )
    return declared


def source(source_id: str) -> Source:
    """Return one source by id. Raises Fault ``source_unknown`` with the ids that exist."""
    for declared in all_sources():
        if declared.id == source_id:
            return declared
    known = ", ".join(s.id for s in all_sources())
    raise Fault("source_unknown", f"No source is called {source_id!r}.", remedy=f"use one of: {known}.")
