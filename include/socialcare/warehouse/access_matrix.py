"""Who is meant to do what: declared here, and nowhere else; the database is held against it in both directions.

A line is (role, kind, names, privileges): names as a shell matches them, ``{own}`` for each mart of councils' own rows,
``{shared}`` for everything else that is published. What no line says, nobody may. PUBLIC may nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from socialcare.warehouse.access_catalog import Right

#: Every council's role is meant by this word.
COUNCIL = "council"

_READ, _USE = frozenset({"SELECT"}), frozenset({"USAGE"})
_WRITE = frozenset({"SELECT", "INSERT", "UPDATE"})
_ALL = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"})
_OWNS = {
    "loader": ("raw", "door"),
    "transformer": ("reference", "staging", "intermediate", "marts"),
    "publisher": ("quality", "versions", "published"),
}
#: What people and other machines connect with.
_READERS = ("analyst", COUNCIL)


@dataclass(frozen=True)
class Meant:
    """What a role may do with the things of one kind that have such names."""

    role: str
    kind: str
    names: str
    privileges: frozenset[str]


@dataclass(frozen=True)
class Difference:
    """A right that is there and not meant, or meant and not there."""

    role: str
    kind: str
    name: str
    privilege: str
    is_wide: bool

    def __str__(self) -> str:
        word = "has" if self.is_wide else "lacks"
        return f"{self.role} {word} {self.privilege} on {self.kind} {self.name}"


def _owned() -> Iterable[Meant]:
    for role, schemas in _OWNS.items():
        for schema in schemas:
            yield Meant(role, "schema", schema, frozenset({"USAGE", "CREATE"}))
            for kind in ("table", "view"):
                yield Meant(role, kind, f"{schema}.*", _ALL)
            yield Meant(role, "sequence", f"{schema}.*", frozenset({"SELECT", "UPDATE", "USAGE"}))


MEANT: tuple[Meant, ...] = (
    *_owned(),
    # What each stage reads of the one before it.
    *(Meant(role, "schema", "raw", _USE) for role in ("transformer", "publisher")),
    *(Meant(role, kind, "raw.*", _READ) for role in ("transformer", "publisher") for kind in ("table", "view")),
    *(Meant("publisher", "schema", schema, _USE) for schema in ("reference", "marts")),
    *(Meant("publisher", kind, f"{s}.*", _READ) for s in ("reference", "marts") for kind in ("table", "view")),
    Meant("publisher", "function", "versions.statements_started_before", frozenset({"EXECUTE"})),
    Meant("publisher", "function", "versions.transactions_started_before", frozenset({"EXECUTE"})),
    *(Meant(role, "schema", "quality", _USE) for role in ("loader", "transformer")),
    *(Meant(role, kind, "quality.*", _READ) for role in ("loader", "transformer") for kind in ("table", "view")),
    # What each night did.
    *(Meant(role, "schema", "ops", _USE) for role in _OWNS),
    *(Meant(role, "table", f"ops.{t}", _WRITE) for role in _OWNS for t in ("nights", "outcomes")),
    *(Meant("loader", "table", f"ops.{t}", frozenset({"DELETE"})) for t in ("nights", "outcomes")),
    Meant("loader", "table", "ops.source_watch", _WRITE),
    Meant("publisher", "table", "ops.source_watch", _READ),
    # Readers: what is published, and of a council's own rows what the policy lets through.
    *(Meant(role, "schema", "published", _USE) for role in _READERS),
    *(Meant(role, "view", "published.{shared}", _READ) for role in _READERS),
    Meant(COUNCIL, "view", "published.{own}", _READ),
    Meant(COUNCIL, "schema", "versions", _USE),
    *(Meant(COUNCIL, "table", f"versions.{t}", _READ) for t in ("{own}", "current", "council_roles")),
    # Databases, and the language that the stages' own programs may need.
    *(Meant(role, "database", "{warehouse}", frozenset({"CONNECT"})) for role in (*_OWNS, *_READERS)),
    *(Meant(role, "database", "{warehouse}", frozenset({"TEMPORARY"})) for role in _OWNS),
    Meant("airflow", "database", "{airflow}", frozenset({"CONNECT", "CREATE", "TEMPORARY"})),
    *(Meant(role, "language", "*", _USE) for role in _OWNS),
)


@dataclass(frozen=True)
class Names:
    """What the words in braces stand for in one warehouse."""

    own: Collection[str]
    warehouse: str
    airflow: str

    def matches(self, pattern: str, name: str) -> bool:
        """Whether a name is one of those that a line of the declaration means."""
        if "{" not in pattern:
            return fnmatchcase(name, pattern)
        schema, _, last = name.rpartition(".")
        if "{own}" in pattern or "{shared}" in pattern:
            return pattern.startswith(f"{schema}.") and (last in self.own) == ("{own}" in pattern)
        return name == {"{warehouse}": self.warehouse, "{airflow}": self.airflow}[pattern]


def differences(
    rights: Iterable[Right], things: Iterable[tuple[str, str]], roles: Iterable[str], names: Names
) -> list[Difference]:
    """Hold the rights that the database has against those that are meant, for every role and every thing."""
    there: dict[tuple[str, str, str], set[str]] = {}
    for right in rights:
        there.setdefault((right.role, right.kind, right.name), set()).add(right.privilege)
    found = []
    every = {(kind, name) for kind, name in things} | {(kind, name) for _, kind, name in there}
    for role in roles:
        lines = [line for line in MEANT if line.role == (COUNCIL if role.startswith("council_") else role)]
        for kind, name in sorted(every):
            meant = set().union(*(m.privileges for m in lines if m.kind == kind and names.matches(m.names, name)))
            has = there.get((role, kind, name), set())
            found += [Difference(role, kind, name, privilege, True) for privilege in sorted(has - meant)]
            found += [Difference(role, kind, name, privilege, False) for privilege in sorted(meant - has)]
    return found
