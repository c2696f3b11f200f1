"""The landing page: tonight's status, and everything that people read of it one click away; made when asked for."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import psycopg
from psycopg.rows import dict_row

from socialcare.database import connect, server
from socialcare.deliver.place import CURRENT
from socialcare.errors import Fault
from socialcare.operate import lineage
from socialcare.operate.state import read_state
from socialcare.settings import get_settings

_HELD = (
    "select version_id, to_char(built_at, 'FMDD FMMonth YYYY HH24:MI') from versions.version"
    " where state = 'held' order by version_id"
)


def landing() -> str:
    """Return the page as it is now. A database that is away is told on the page, not as an error."""
    settings = get_settings()
    about: dict[str, Any] | None = None
    sources: list[dict[str, Any]] = []
    held: list[tuple[Any, ...]] = []
    trouble = ""
    try:
        with connect("publisher") as connection:
            cursor = connection.cursor(row_factory=dict_row)
            about = cursor.execute("select * from published.about").fetchone()
            sources = cursor.execute("select * from published.source_status order by kind, title").fetchall()
            held = connection.execute(_HELD).fetchall()
        trouble = "Nothing has been published yet: the first night does."
    except (psycopg.Error, Fault):
        trouble = "The database does not answer just now, so this page cannot say how the night stands."
    where = _where()
    return page(
        "Landing page",
        about=about,
        trouble=trouble,
        stale=(about or {}).get("stale_because") or "",
        held=held,
        synthetic=any(row["is_synthetic"] for row in sources),
        sources=sources,
        read=_to_read(),
        files=_files(settings.extracts / CURRENT / "regional"),
        folder=str(settings.extracts / CURRENT),
        connect=where,
        passwords=str(settings.secrets / "postgres-analyst"),
    )


def page(title: str, **values: Any) -> str:
    """Return a page of the platform's own: the landing page, or (``text``) one that was written elsewhere."""
    blank = {"text": None, "home": "", "held": (), "stale": "", "synthetic": False}
    return _template().render(title=title, **(blank | values))


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("socialcare.operate", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals["css"] = files("socialcare.report").joinpath("report.css").read_text(encoding="utf-8")
    return made.get_template("landing.html")


def _to_read() -> list[tuple[str, str, str]]:
    """Return (link, name, words) of everything to read; without a link where it is not there yet."""
    settings = get_settings()
    airflow = str(read_state().get("url") or "")
    wanted = [
        ("report/index.html", "The morning report", settings.extracts / CURRENT / "regional/report/index.html"),
        ("checks/index.html", "Checks of the night", settings.home / "data_docs/index.html"),
        ("tables/index.html", "Every table and its columns", settings.home / "docs/dbt/index.html"),
        ("lineage.html", "What each table is made of", lineage.manifest()),
        ("handbook/docs/sources.md", "Catalogue of sources", settings.project_root / "docs/sources.md"),
        ("handbook/docs/operate.md", "Runbook: if a run fails", settings.project_root / "docs/operate.md"),
        ("handbook/docs/data-model.md", "Data dictionary", settings.project_root / "docs/data-model.md"),
        ("handbook/docs/adr/README.md", "Decisions, and why", settings.project_root / "docs/adr/README.md"),
        ("handbook/README.md", "Everything else", settings.project_root / "README.md"),
    ]
    words = {
        "report/index.html": "how each council stands, what changed, what is stale",
        "checks/index.html": "what was expected of the data, and what was found",
        "tables/index.html": "dbt's own pages (make docs)",
        "lineage.html": "a picture from the sources to what is published",
        "handbook/docs/sources.md": "what is published, by whom, and when",
        "handbook/docs/operate.md": "a section for every DAG",
        "handbook/docs/data-model.md": "what each published table says",
        "handbook/docs/adr/README.md": "one page for each",
        "handbook/README.md": "the handbook's first page",
    }
    found = [(link if path.exists() else "", name, words[link]) for link, name, path in wanted]
    return [*found, (airflow, "Airflow", "the night, step by step; login admin")]


def _files(folder: Path) -> list[str]:
    """Return the files to take away, the report's own pages left out."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path.parts[0] != "report")


def _where() -> str:
    try:
        where = server()
    except Fault:
        return "no database is here yet"
    return f"psql -h {where.host} -p {where.port} -U analyst {get_settings().warehouse_database}"
