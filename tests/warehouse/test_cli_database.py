"""A question that the database cannot answer yet ends in words that say what to do."""

from __future__ import annotations

from contextlib import nullcontext

import psycopg
import pytest

from socialcare import embedded
from socialcare.cli.shared import existing_database
from socialcare.database import connect
from socialcare.errors import Fault


@pytest.fixture(autouse=True)
def _the_server_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """It serves every test; the last command of a home would end it."""
    monkeypatch.setattr(embedded, "available", nullcontext)


def ask_what_is_not_there() -> str:
    with pytest.raises(Fault) as raised, existing_database(), connect("publisher") as connection:
        connection.execute("select 1 from versions.of_a_later_release")
    return raised.value.name


def test_before_the_first_night_nothing_is_published_and_after_it_an_upgrade_is_wanted(warehouse: str) -> None:
    assert ask_what_is_not_there() == "nothing_published"
    with connect("publisher") as connection:
        connection.execute(
            "with made as (insert into versions.version (build_key, state, data_mode)"
            " values ('x', 'published', 'sample') returning version_id)"
            " insert into versions.current (version_id) select version_id from made"
        )
    assert ask_what_is_not_there() == "database_not_upgraded"


def test_another_complaint_of_the_database_is_not_hidden(warehouse: str) -> None:
    with pytest.raises(psycopg.errors.SyntaxError), existing_database(), connect("publisher") as connection:
        connection.execute("selekt")
