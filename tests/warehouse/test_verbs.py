"""The verbs for published sources, over the bundled sample and over a mirror made of it."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes import mirror
from typer.testing import CliRunner

from socialcare import cli
from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.land import archive
from socialcare.settings import get_settings

SOURCE = "dfe_children_looked_after"


@pytest.fixture(autouse=True)
def in_use(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold the server as a running platform does: a verb that ends leaves it to the others."""
    for name in ("SOCIALCARE_SOURCES", "SOCIALCARE_PUBLISHED"):  # what a verb sets is undone after the test
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    get_settings.cache_clear()
    with (get_settings().home / "postgres.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mirror.write(tmp_path_factory.mktemp("mirror"), SOURCE)


def socialcare(*arguments: str, code: int = 0) -> str:
    """Run a verb as a new process would: with the settings of the environment. Return what it prints."""
    get_settings.cache_clear()
    ran = CliRunner().invoke(cli.app, arguments)
    if isinstance(ran.exception, Fault):
        raise ran.exception
    assert ran.exit_code == code, ran.output
    return ran.output


def raw_rows() -> int:
    with connect("loader") as connection:
        row = connection.execute("select coalesce(sum(rows_loaded), 0) from raw.landings").fetchone()
    assert row is not None
    return int(row[0])


def test_a_source_is_landed_listed_and_accounted_for() -> None:
    landed = socialcare("land", SOURCE)
    for release in ("2022", "2023", "2024"):
        assert f"release {release} landed" in landed, "progress is told in plain lines where there is no terminal"
    assert f"{SOURCE}: landed, releases 2022, 2023, 2024, {raw_rows():,} rows" in landed
    assert "unchanged" in socialcare("land", SOURCE)

    (listed,) = [row for row in json.loads(socialcare("sources", "--json")) if row["source"] == SOURCE]
    assert (listed["release"], listed["age"], listed["outcome"]) == ("2024", "bundled sample", "unchanged")
    assert (listed["health"], listed["wrong"]) == ("fine", []), "the sample is old by design"
    assert "never landed" in socialcare("sources"), "the other sources are listed too"

    counted = json.loads(socialcare("landings", "--source", SOURCE, "--json"))
    assert counted["total"]["data"] == counted["total"]["in_raw"] == raw_rows()
    assert "Every one is equal." in socialcare("landings")
    with connect("loader") as connection:
        connection.execute(
            f"delete from raw.{SOURCE}__numbers_and_rates where _release_id = '{SOURCE}/2023' and _line = 9"
        )
    assert "1 DIFFER." in socialcare("landings", code=1)


def test_fetching_archives_and_loads_nothing(published: Path) -> None:
    place = ("--published", str(published))
    fetched = socialcare("fetch", SOURCE, *place)
    assert fetched.count(" new ") == 3
    assert "3 of 3 files are new" in fetched
    assert raw_rows() == 0
    for path in (published / "dfe/children_looked_after").rglob("*.csv"):
        assert archive.get(hashlib.sha256(path.read_bytes()).hexdigest()) == path.read_bytes()
    with pytest.raises(Fault, match="use one of: 2022, 2023, 2024") as fault:
        socialcare("fetch", SOURCE, "--release", "2031", *place)
    assert fault.value.name == "release_unknown"

    assert "landed, releases 2023" in socialcare("land", SOURCE, "--release", "2023", *place)
    with pytest.raises(Fault, match="no release 2031"):
        socialcare("land", SOURCE, "--release", "2031", *place)
    assert "landed, releases 2022, 2024" in socialcare("land", SOURCE, *place)
    assert "Nothing new" in socialcare("fetch", SOURCE, *place)
    assert "as it was landed" in socialcare("fetch", SOURCE, "--release", "2023", *place)


def test_without_options_a_verb_reads_from_where_the_last_look_did(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the sample would be landed in a home of real figures, and those set aside."""
    socialcare("land", SOURCE, "--published", str(published))
    monkeypatch.delenv("SOCIALCARE_SOURCES")
    monkeypatch.delenv("SOCIALCARE_PUBLISHED")
    again = socialcare("land", SOURCE)
    assert f"mirror {published}" in again
    assert "unchanged" in again
    monkeypatch.delenv("SOCIALCARE_SOURCES")
    assert "landed" in socialcare("land", SOURCE, "--sources", "sample"), "unless it is told otherwise"


def test_files_of_a_mirror_that_did_not_land_are_named_with_the_reason(published: Path) -> None:
    stray = published / "dfe/children_looked_after/2024/a_note.txt"
    stray.write_text("A note.\n")
    socialcare("land", SOURCE, "--release", "2024", "--published", str(published))
    said = socialcare("landings", "--published", str(published))
    assert "not landed: dfe/children_looked_after/2024/a_note.txt: no declaration takes it" in said
    assert "2023/cla_number_and_rate_per_10k_children.csv: its table numbers_and_rates has not landed" in said
    stray.unlink()


def test_what_a_failed_look_said_is_shown_from_the_first(published: Path) -> None:
    path = published / "dfe/children_looked_after/2024/cla_number_and_rate_per_10k_children.csv"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"rate_per_10000", b"rate_per_10k", 1))
    try:
        with pytest.raises(Fault) as fault:
            socialcare("land", SOURCE, "--published", str(published))
    finally:
        path.write_bytes(good)
    (row,) = [row for row in json.loads(socialcare("sources", "--json")) if row["source"] == SOURCE]
    assert (row["outcome"], row["health"]) == ("kept_last_good (column_renamed)", "failing")
    listed = socialcare("sources")
    assert fault.value.what in listed
    assert f"what to do: {fault.value.remedy}" in listed


def test_the_watch_tells_once_and_lists_what_is_open() -> None:
    with connect("loader") as connection:
        connection.execute(
            "insert into raw.looks (source_id, outcome, fault, detail) values (%s, 'failed', 'not_found', 'Gone.')",
            [SOURCE],
        )
    assert f"new: {SOURCE} is vanished" in socialcare("watch")
    again = socialcare("watch")
    assert "1 open." in again
    assert "what to do: open https://" in again
