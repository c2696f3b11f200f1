"""Marts as the gate sees them, made by hand: 12 councils, 4 indicators, 4 years. Every figure is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from socialcare.database import connect
from socialcare.gate import review
from socialcare.warehouse import versions

COUNCILS = [f"Council {letter}" for letter in "ABCDEFGHIJKL"]
UNITS = {"children": "number", "rate": "per 10,000 aged 0-17", "starts": "number", "share": "%"}
YEARS = (2021, 2022, 2023, 2024)
#: The marts of councils' own records, and what each calls a figure's day.
_LOCAL = {"local_indicators": "as_of_date", "shared_local_indicators": "month_end"}
OWN = ("Durham", "E06000047"), ("South Tyneside", "E08000023")


@dataclass(frozen=True)
class Figure:
    """One published figure."""

    indicator: str
    council: int
    year: int
    value: float | None
    release: str

    @property
    def code(self) -> str:
        return f"E0600{self.council:04d}"


@dataclass(frozen=True)
class OwnFigure:
    """One council's own figure."""

    indicator: str
    council: str
    day: str
    value: float
    synthetic: bool = True
    sent_in: str = "ssda903"


Change = Callable[[list[Figure]], Iterable[Figure]]


def published(last: int = 2023) -> list[Figure]:
    """Figures to ``last``, each council at its own level, moving a few per cent a year."""
    levels = {"children": 300, "rate": 60, "starts": 120, "share": 20}
    return [
        Figure(name, n, year, round(level * (1 + n / 4) * (1 + ((n * 7 + year * 3) % 9 - 4) / 100), 1), f"dfe/{last}")
        for name, level in levels.items()
        for n in range(len(COUNCILS))
        for year in YEARS
        if year <= last
    ]


def own(day: str = "2026-10-01", factor: float = 1.0, synthetic: bool = True) -> list[OwnFigure]:
    return [
        OwnFigure(f"own_{n}", name, day, round((40 + 10 * n) * factor), synthetic)
        for n in range(6)
        for name, _ in OWN
    ]  # fmt: skip


def make(
    figures: Iterable[Figure], own_figures: Iterable[OwnFigure] = (), ended: str = "", shared: Iterable[OwnFigure] = ()
) -> None:
    """(Re)build the marts as dbt would."""
    with connect("transformer") as connection, connection.cursor() as cursor:
        for name in ("indicator_values", "dim_council", *_LOCAL):
            cursor.execute(f"drop table if exists marts.{name}".encode())
        cursor.execute(
            "create table marts.indicator_values (indicator_id text, geographic_level text, area_code text,"
            " area_name text, period text, period_end_date date, basis text, period_type text, value numeric,"
            " value_status text, unit text, release_id text)"
        )
        cursor.executemany(
            "insert into marts.indicator_values values (%s, 'la', %s, %s, %s, %s, 'published', 'year', %s, %s, %s, %s)",
            [
                (
                    f.indicator, f.code, COUNCILS[f.council], str(f.year), f"{f.year}-03-31", f.value,
                    "final" if f.value is not None else "suppressed", UNITS[f.indicator], f.release,
                )
                for f in figures
            ],
        )  # fmt: skip
        cursor.execute("create table marts.dim_council (council_code text, valid_to date)")
        cursor.executemany(
            "insert into marts.dim_council values (%s, %s)",
            [(f"E0600{n:04d}", "2023-12-31" if name == ended else None) for n, name in enumerate(COUNCILS)],
        )
        for (name, day), told in zip(_LOCAL.items(), (own_figures, shared), strict=True):
            cursor.execute(
                f"create table marts.{name} (council_code text, council_name text, indicator_id text,"
                f" period_type text, {day} date, value numeric, value_status text, unit text, is_synthetic boolean,"
                " return_id text)"
            )
            cursor.executemany(
                f"insert into marts.{name} values (%s, %s, %s, 'snapshot', %s, %s, 'provisional', 'number', %s, %s)",
                [(dict(OWN)[f.council], f.council, f.indicator, f.day, f.value, f.synthetic, f.sent_in) for f in told],
            )


def manifest() -> dict[str, Any]:
    grains = {
        "indicator_values": (["indicator_id", "area_code", "period", "basis", "period_type"], "shared"),
        "dim_council": (["council_code"], "shared"),
        "local_indicators": (["council_code", "indicator_id", "period_type", "as_of_date"], "own"),
        "shared_local_indicators": (["council_code", "indicator_id", "period_type", "month_end"], "shared"),
    }
    return {
        "nodes": {
            f"model.socialcare.{name}": {
                "resource_type": "model", "name": name, "fqn": ["socialcare", "marts", name],
                "config": {"meta": {"grain": grain, "access": access}}, "columns": {},
            }
            for name, (grain, access) in grains.items()
        }
    }  # fmt: skip


def audited(key: str, *figures: Any, **more: Any) -> int:
    """Build a version and audit it: what the gate is then asked about. The rest as for ``make``."""
    make(*figures, **more)
    version_id = versions.prepare(key, manifest=manifest())
    versions.mark_audited(version_id)
    return version_id


def night(key: str, *figures: Any, **more: Any) -> int:
    """Build, audit, review and publish. Raises Fault ``version_held`` as a night would."""
    seen = versions.current()
    version_id = audited(key, *figures, **more)
    review.review(version_id, key)
    versions.publish(version_id, seen)
    return version_id


def changed(figures: Iterable[Figure], which: Callable[[Figure], bool], how: Callable[[Figure], float | None]) -> list:
    """Return the figures, those that ``which`` names with another value."""
    return [replace(f, value=how(f)) if which(f) else f for f in figures]
