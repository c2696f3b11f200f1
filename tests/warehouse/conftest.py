"""All of England from the real files, landed and built once for every module that only reads it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import fresh_warehouse, unit_of

from socialcare.settings import get_settings


@pytest.fixture(scope="session")
def _england(
    postgres: int, _session_home: Path, published: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment in which every release of the mirror is landed and built."""
    from socialcare.database import connect
    from socialcare.land import tables
    from socialcare.registry import all_sources
    from socialcare.steps.night import ingest_source
    from socialcare.warehouse import dbt

    with pytest.MonkeyPatch.context() as environment:
        next(fresh_warehouse(_session_home, tmp_path_factory.mktemp("england"), environment))
        environment.setenv("SOCIALCARE_SOURCES", "mirror")
        environment.setenv("SOCIALCARE_PUBLISHED", str(published))
        get_settings.cache_clear()
        with connect("loader") as connection:
            for source in all_sources():
                tables.ensure(connection, source)
        # LAIT's own figures are compared elsewhere; what a person must fetch is here too, for the whole catalogue.
        for source in (s for s in all_sources() if s.id != "dfe_lait"):
            ingest_source("night-1", source.id)
        dbt.build()
        made = {name: value for name, value in os.environ.items() if name.startswith("SOCIALCARE_")}
    get_settings.cache_clear()
    return made


@pytest.fixture(scope="module")
def england(_england: dict[str, str], request: pytest.FixtureRequest) -> Iterator[None]:
    """All of England, to read: a test that changes anything wants a warehouse of its own."""
    assert unit_of(request.node.nodeid) == "england", "name this module in OF_ENGLAND: else England is built twice"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in _england.items():
            environment.setenv(name, value)
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()
