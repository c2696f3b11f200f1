"""Published sources: one YAML each in ``socialcare/sources``, which declares all that varies by source."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from socialcare.errors import Fault
from socialcare.registry.tables import NAME, Declared, Table

FOLDER = Path(__file__).resolve().parents[1] / "sources"

#: Both are safe loaders; the one in C keeps the parsing of dags/ quick.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Symbol(Declared):
    """What stands in a figure's place, and what it means there."""

    symbol: str = Field(min_length=1)
    status: Literal["suppressed", "not_applicable", "not_available", "low"]
    meaning: str = Field(min_length=5)
    releases: tuple[str, ...] = Field((), description="Only in these releases; empty: in all.")
    tables: tuple[str, ...] = Field((), description="Only in these tables; empty: in all.")

    def is_used_in(self, table: str, release: str) -> bool:
        """Whether the symbol may stand in this table of this release."""
        return (not self.releases or release in self.releases) and (not self.tables or table in self.tables)


class Accepted(Declared):
    """A change from the release before that looked implausible, was looked at, and is right."""

    release: str
    table: str
    check: Literal["rows", "totals", "periods"]
    why: str = Field(min_length=10)


class Edition(Declared):
    """How some releases differ from the declaration, and why."""

    name: str
    releases: tuple[str, ...]
    why: str = Field(min_length=5)
    tables: tuple[str, ...] = Field((), description="Only these tables; empty: all.")
    rename: dict[str, str] = Field({}, description="The publisher's heading in these releases: our column.")
    rename_values: dict[str, dict[str, str]] = Field(
        {}, description="Our column: the publisher's word in these releases: the word used otherwise."
    )


class Ees(Declared):
    """A publication on Explore Education Statistics: by its public API where that carries it, else its files."""

    family: Literal["ees"]
    publication: str
    release_slug: str = Field(r"^(?P<release>\d{4})$", description="How a release's slug gives its year.")
    queries: dict[str, dict[str, Any]] = Field(
        {}, description="Table: criteria of a query of the public API, where not the whole data set is wanted."
    )


class GovukFiles(Declared):
    """Files attached to GOV.UK pages: those of a collection whose titles match, or one page."""

    family: Literal["govuk_files"]
    collection: str = ""
    page: str = ""
    release: str = Field(description="A pattern with (?P<release>...) of a document's title or file's name.")
    older_pages: dict[str, str] = Field({}, description="Release: path of a page outside the series.")
    page_of_release: str = Field("", description="A release's path with {release}, should the collection fail.")
    search: dict[str, str] = Field({}, description="What to ask GOV.UK's search for, should the collection fail.")

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if bool(self.collection) == bool(self.page):
            raise ValueError("give either collection or page")
        return self


class Nomis(Declared):
    """A query of the Nomis service of the Office for National Statistics."""

    family: Literal["nomis"]
    dataset: str
    parameters: dict[str, str]
    newest: dict[str, str] = Field(description="Parameters that ask for one number, to see its year.")
    page_size: int = Field(25_000, gt=0)


class ByHand(Declared):
    """Files that no interface offers: a person downloads them from ``address`` into the local mirror."""

    family: Literal["by_hand"]
    address: str = Field(pattern=r"^https://")
    why: str = Field(min_length=10, description="Why no machine fetches it.")


class Mirror(Declared):
    """Where the same files lie in a local mirror."""

    folder: str
    release_in_name: str = Field("", description="Where the release is in the file's name, not a folder's.")


class Source(Declared):
    """A published source: identity, licence, where it is, and every table taken from it."""

    id: str = Field(pattern=NAME)
    title: str
    publisher: str
    licence: Literal["OGL-3.0"]
    homepage: str = Field(pattern=r"^https://")
    cadence_months: int = Field(gt=0)
    tier: Literal[1, 2, 3]
    release_title: str = Field(pattern=r"\{release\}", description="How a release is named to people.")
    first_release: str
    last_release: str = Field("", description="The series ended with this release, or continues elsewhere.")
    extract: Annotated[Ees | GovukFiles | Nomis | ByHand, Field(discriminator="family")]
    mirror: Mirror
    new_columns: Literal["freeze"]
    tables: dict[str, Table]
    symbols: tuple[Symbol, ...] = ()
    editions: tuple[Edition, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    known_gaps: tuple[str, ...] = ()

    @field_validator("title", "publisher", "release_title")
    @classmethod
    def _is_written(cls, text: str) -> str:
        if not text.strip() or "?" in text:
            raise ValueError("replace each ? of the draft by what a person should read")
        return text

    @model_validator(mode="after")
    def _editions_rename_to_columns(self) -> Self:
        names = {column.name for table in self.tables.values() for column in table.all_columns}
        for edition in self.editions:
            if unknown := sorted((set(edition.rename.values()) | set(edition.rename_values)) - names):
                raise ValueError(f"edition {edition.name} renames to no column: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _names_its_own_tables(self) -> Self:
        named = [table for edition in self.editions for table in edition.tables]
        named += [table for symbol in self.symbols for table in symbol.tables]
        named += [accepted.table for accepted in self.accepted]
        named += self.extract.queries if isinstance(self.extract, Ees) else ()
        if unknown := sorted(set(named) - set(self.tables)):
            raise ValueError(f"editions, symbols, accepted or queries name no table: {', '.join(unknown)}")
        return self

    @property
    def is_needed(self) -> bool:
        """Whether nothing can be compared until it has landed once: a table is core, and no person fetches it."""
        return not isinstance(self.extract, ByHand) and any(table.core for table in self.tables.values())

    def holds(self, release: str) -> bool:
        """Whether a release belongs to this series."""
        return self.first_release <= release and not (self.last_release and release > self.last_release)

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

    def edition(self, release: str, table: str) -> Edition | None:
        """The difference that applies to a table of a release, if any."""
        return next((e for e in self.editions if release in e.releases and (not e.tables or table in e.tables)), None)

    def symbols_of(self, table: str, release: str) -> dict[str, Symbol]:
        """Symbol (lower case) -> what it means in this table of this release."""
        return {s.symbol.lower(): s for s in self.symbols if s.is_used_in(table, release)}


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
            f"A source's declaration is not valid: {_told(error)}",
            where=path.name,
            remedy="correct the field named; the other files in the same folder show how it is written.",
        ) from error
    if declared.id != path.stem:
        raise Fault(
            "source_declaration_wrong",
            "The id differs from the file's name.",
            where=path.name,
            remedy=f"name the file {declared.id}.yml or change the id.",
        )
    return declared


def _told(error: ValueError | yaml.YAMLError) -> str:
    """Say which field is wrong and why, without what a library adds for its own users."""
    if not isinstance(error, ValidationError):
        return str(error)
    found = [f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()]
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return "; ".join(found[:3]) + more


def source(source_id: str) -> Source:
    """Return one source by id. Raises Fault ``source_unknown`` with the ids that exist."""
    for declared in all_sources():
        if declared.id == source_id:
            return declared
    known = ", ".join(s.id for s in all_sources())
    raise Fault("source_unknown", f"No source is called {source_id!r}.", remedy=f"use one of: {known}.")
