"""Which tools a reader can use: what docs/extracts.md says of each, tried as the analyst and as a council."""

from __future__ import annotations

import os
import subprocess

import pandas as pd
import psycopg
import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from socialcare import embedded
from socialcare.database import pass_file, url

from .hand_made import night, rows

#: A mart that each role reads, and how many of its rows.
READERS = {"analyst": ("comparison", 3), "council_durham": ("now_own", 1)}


def psql(role: str, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [embedded.tool_path("psql"), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", command, url(role)],
        env={**os.environ, "PGPASSFILE": pass_file((role,))}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_is_said_of_each_tool_is_so(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    night("a", 1)
    for role, (mart, count) in READERS.items():
        # psql
        for command in (r"\d", r"\dv", r"\dt"):
            assert psql(role, command).returncode == 0, command
        assert f"published|{mart}|view" in psql(role, r"\d").stdout
        for command in (rf"\d {mart}", rf"\d+ {mart}"):
            assert "value|numeric" in psql(role, command).stdout, command
        assert len(psql(role, f"select * from {mart}").stdout.splitlines()) == count
        for command in (r"\d+", r"\dv+", r"\dt+", r"\l+"):
            assert "permission denied" in psql(role, command).stderr, command

        # SQLAlchemy, and pandas upon it
        monkeypatch.setenv("PGPASSFILE", pass_file((role,)))
        engine = sqlalchemy.create_engine(url(role, driver="postgresql+psycopg"), poolclass=NullPool)
        inspector = sqlalchemy.inspect(engine)
        assert mart in inspector.get_view_names("published")
        assert "value" in {column["name"] for column in inspector.get_columns(mart, "published")}
        with engine.connect() as connection:
            assert len(pd.read_sql_table(mart, connection, schema="published")) == count

        # Power BI, and what else asks the standard's own catalogue
        listed = rows(role, "select table_name from information_schema.tables where table_schema = 'published'")
        assert (mart,) in listed

        # DBeaver
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(role, "select c.oid, c.* from pg_catalog.pg_class c")
