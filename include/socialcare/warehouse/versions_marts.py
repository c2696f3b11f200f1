"""What is to be published: the marts as dbt declares them, with the columns the warehouse really has."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from socialcare.errors import Fault


@dataclass(frozen=True)
class Column:
    """One column of a mart. ``deprecated`` is None or {since, remove_after, use}; ``unit`` is empty if not declared."""

    name: str
    type: str
    description: str = ""
    deprecated: dict[str, str] | None = None
    unit: str = ""


@dataclass(frozen=True)
class Mart:
    """One mart: its columns, its grain (the key), who reads it (``shared``, or each council its ``own``).

    ``extract``: whether people take it away as files.
    """

    name: str
    access: str
    grain: tuple[str, ...]
    order_by: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str = ""
    deprecated: dict[str, str] | None = None
    read_time: dict[str, str] = field(default_factory=dict)
    indexes: tuple[tuple[str, ...], ...] = ()
    removed: tuple[str, ...] = ()
    extract: bool = False

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(stored: dict[str, Any]) -> Mart:
        return Mart(
            **{
                **stored,
                "grain": tuple(stored["grain"]),
                "order_by": tuple(stored["order_by"]),
                "columns": tuple(Column(**column) for column in stored["columns"]),
                "indexes": tuple(tuple(index) for index in stored["indexes"]),
                "removed": tuple(stored["removed"]),
            }
        )


def declared_marts(connection: psycopg.Connection, manifest: Path | dict[str, Any] | None = None) -> list[Mart]:
    """Return every model of the layer marts, by name, with its real column types.

    ``manifest`` is dbt's manifest (a path, or already read); by default the last build's own.
    Raises Fault ``mart_missing`` (declared, but the build made no such table) and ``access_not_declared``:
    who may read a mart is never guessed.
    """
    content = _read_manifest(manifest)
    marts = [_mart(connection, node) for node in content["nodes"].values() if _is_mart(node)]
    if not marts:
        raise Fault(
            "no_marts",
            "The build's manifest names no mart.",
            where="dbt manifest",
            remedy="run `dbt build` first.",
        )
    return sorted(marts, key=lambda mart: mart.name)


def _read_manifest(manifest: Path | dict[str, Any] | None) -> dict[str, Any]:
    if isinstance(manifest, dict):
        return manifest
    if manifest is None:
        from socialcare.warehouse import dbt

        manifest = dbt.manifest()
    read: dict[str, Any] = json.loads(manifest.read_text())
    return read


def _is_mart(node: dict[str, Any]) -> bool:
    return node.get("resource_type") == "model" and "marts" in node.get("fqn", [])


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    # dbt 1.11 keeps `meta` in two places, depending on where it was written.
    return {**(node.get("meta") or {}), **((node.get("config") or {}).get("meta") or {})}


def _mart(connection: psycopg.Connection, node: dict[str, Any]) -> Mart:
    name, meta = node["name"], _meta(node)
    described = node.get("columns") or {}
    types = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [f'marts."{name}"'],
    ).fetchall()
    if not types:
        raise Fault(
            "mart_missing",
            "A mart is declared, but the build made no such table.",
            where=f"marts.{name}",
            remedy="run the build again; if it stays missing, look at the dbt log.",
        )
    access, grain = meta.get("access"), tuple(meta.get("grain") or ())
    names = [column for column, _ in types]
    if access not in ("shared", "own") or not grain or (access == "own" and "council_code" not in names):
        raise Fault(
            "access_not_declared",
            "A mart does not say who may read it, or what one row is.",
            where=f"marts.{name}",
            remedy="give the model `meta: {grain: [...], access: shared|own}` (own: needs council_code).",
        )
    columns = tuple(_column(column, type_, described.get(column) or {}) for column, type_ in types)
    mart = Mart(
        name=name, access=access, grain=grain, columns=columns,
        order_by=tuple(meta.get("order_by") or grain),
        description=node.get("description") or "",
        deprecated=meta.get("deprecated"),
        read_time=dict(meta.get("read_time") or {}),
        indexes=tuple(tuple(index) for index in meta.get("indexes") or [grain[1:]] if index),
        removed=tuple(meta.get("removed") or ()),
        extract=bool(meta.get("extract")),
    )  # fmt: skip
    _check_names(mart)
    return mart


def _column(name: str, type_: str, described: dict[str, Any]) -> Column:
    meta = _meta(described)
    deprecated = meta.get("deprecated")
    return Column(
        name=name,
        type=type_,
        description=(described.get("description") or "").strip(),
        deprecated={key: str(value) for key, value in deprecated.items()} if deprecated else None,
        unit=str(meta.get("unit") or ""),
    )


def _check_names(mart: Mart) -> None:
    used = {*mart.grain, *mart.order_by, *(name for index in mart.indexes for name in index)}
    unknown = sorted(used - set(mart.column_names))
    if unknown:
        raise Fault(
            "column_unknown",
            f"The mart's meta names a column that it does not have: {', '.join(unknown)}.",
            where=f"marts.{mart.name}",
            remedy="correct grain, order_by or indexes in the model's YAML.",
        )


def check_nothing_vanished(before: list[Mart], now: list[Mart]) -> None:
    """Compare with the version people read: nothing they use may go without having been deprecated first.

    Raises Fault ``column_vanished``, ``mart_vanished`` or ``column_type_changed``, naming the column.
    """
    new = {mart.name: mart for mart in now}
    for old in before:
        mart = new.get(old.name)
        if mart is None:
            if not _is_over(old.deprecated):
                raise _vanished("mart_vanished", "A published mart is gone", old.name)
            continue
        _check_columns(old, mart)


def _check_columns(old: Mart, mart: Mart) -> None:
    types = {column.name: column.type for column in mart.columns}
    for column in old.columns:
        where = f"{mart.name}.{column.name}"
        if column.name not in types:
            if column.name not in mart.removed and not _is_over(column.deprecated):
                raise _vanished("column_vanished", "A published column is gone", where)
        elif types[column.name] != column.type:
            raise Fault(
                "column_type_changed",
                f"A published column changed from {column.type} to {types[column.name]}.",
                where=where,
                remedy="keep the type, or add a column with a new name and deprecate this one.",
            )


def _is_over(deprecated: dict[str, str] | None) -> bool:
    return deprecated is not None and date.today().isoformat() > str(deprecated.get("remove_after", "9999"))


def _vanished(name: str, what: str, where: str) -> Fault:
    return Fault(
        name, f"{what}, and was not deprecated first (or its time is not over).", where=where,
        remedy="bring it back with `meta: {deprecated: {since: ..., remove_after: ..., use: ...}}`, publish "
        "once, and remove it after that date. In need, name it in the model's `meta: {removed: [...]}`.",
    )  # fmt: skip
