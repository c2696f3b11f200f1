"""A few small marts made by hand, and the manifest that would declare them: figures are invented."""

from __future__ import annotations

from typing import Any

from socialcare.database import connect

COUNCILS = {"E06000047": "Durham", "E08000023": "South Tyneside", "E06000003": "Redcar and Cleveland"}


def make_marts(value: float = 10, *, rows: int = 1, extra: str | None = None, without: str | None = None) -> None:
    """(Re)build two marts as dbt would: dropped and made again by the transformer. Every row carries ``value``."""
    columns = [("period", "text"), ("value", "numeric"), *([(extra, "text")] if extra else [])]
    columns = [(name, kind) for name, kind in columns if name != without]
    defined = ", ".join(f"{name} {kind}" for name, kind in columns)
    picked = ", ".join({"period": "'p' || n", "value": str(value)}.get(name, "'x'") for name, _ in columns)
    codes = ", ".join(f"('{code}', '{name}')" for code, name in COUNCILS.items())
    with connect("transformer") as connection:
        for mart in ("comparison", "now_own"):
            connection.execute(f"drop table if exists marts.{mart}")
            connection.execute(f"create table marts.{mart} (council_code text, council_name text, {defined})")
            connection.execute(
                f"insert into marts.{mart} select code, name, {picked}"
                f" from (values {codes}) c (code, name), generate_series(1, {rows}) n order by random()"
            )


def manifest(**changes: Any) -> dict[str, Any]:
    """The part of dbt's manifest that publishing reads. ``changes`` go into the meta of ``comparison``."""
    grain = ["council_code", "period"]
    columns = changes.pop("columns", {})
    return {
        "nodes": {
            "model.socialcare.comparison": {
                "resource_type": "model",
                "name": "comparison",
                "fqn": ["socialcare", "marts", "comparison"],
                "description": "Invented.",
                "config": {"meta": {"grain": grain, "access": "shared", **changes}},
                "columns": {"value": {"description": "The figure."}, **columns},
            },
            "model.socialcare.now_own": {
                "resource_type": "model",
                "name": "now_own",
                "fqn": ["socialcare", "marts", "now_own"],
                "description": "Invented council rows.",
                "config": {
                    "meta": {"grain": grain, "access": "own", "read_time": {"days": "current_date - date '2024-01-01'"}}
                },
                "columns": {},
            },
            "model.socialcare.stg": {"resource_type": "model", "name": "stg", "fqn": ["socialcare", "staging", "stg"]},
        }
    }


def night(build_key: str, value: float = 10, **how: Any) -> int:
    """Build, audit and publish a version; return its id."""
    from socialcare.warehouse import versions

    seen = versions.current()
    declared = how.pop("manifest", None) or manifest()
    make_marts(value, **how)
    version_id = versions.prepare(build_key, manifest=declared)
    versions.mark_audited(version_id)
    versions.publish(version_id, seen)
    return version_id


def rows(role: str, query: str) -> list[tuple[Any, ...]]:
    with connect(role) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]
