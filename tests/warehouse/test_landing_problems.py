"""What a look could not land: all of it is told at once, and a publisher that is away is left in peace."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.fakes import mirror, misbehaving

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.land import looks
from socialcare.publishers import server
from socialcare.publishers.reply import Reply
from socialcare.registry import Source, source
from socialcare.settings import get_settings
from socialcare.steps import ingest_source as step
from socialcare.steps.ingest_source import ingest_source

WORKFORCE = "dfe_social_work_workforce"
IN_NEED = "dfe_children_in_need"


@pytest.fixture
def folder(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror of two of the sample's sources, which the platform reads."""
    root = mirror.write(tmp_path / "mirror", WORKFORCE, IN_NEED)
    monkeypatch.setenv("SOCIALCARE_SOURCES", "mirror")
    monkeypatch.setenv("SOCIALCARE_PUBLISHED", str(root))
    get_settings.cache_clear()
    return root


def rows(query: str, role: str = "transformer") -> list[tuple[object, ...]]:
    with connect(role) as connection:
        return connection.execute(query).fetchall()


def first_figure(path: Path, cell: str) -> None:
    """Put something else in the first figure of a file."""
    header, row, rest = path.read_bytes().split(b"\n", 2)
    before, _, _ = row.rstrip(b"\r").rpartition(b",")
    path.write_bytes(b"\n".join([header, before + b"," + cell.encode(), rest]))


def fault_of(source_id: str) -> Fault:
    with pytest.raises(Fault) as raised:
        ingest_source(source_id)
    return raised.value


def look() -> tuple[object, ...]:
    return rows("select outcome, fault, detail, remedy from raw.looks")[0]


def test_every_broken_table_of_a_release_is_told_at_once(folder: Path) -> None:
    for pattern in ("c1_*.csv", "d1_*.csv"):
        first_figure(mirror.only_file(folder, pattern), "§")
    fault = fault_of(IN_NEED)
    assert fault.name == "symbol_unknown"
    assert "2 faults in all" in fault.what
    for table in ("referrals", "protection_plans"):
        assert f"table {table}: symbol_unknown (dfe_children_in_need, file " in fault.what
    assert "Mend the other 1" in fault.remedy
    assert rows("select count(*) from raw.landings") == [(0,)]
    assert look() == ("failed", fault.name, f"{fault.what} Where: {fault.where}.", fault.remedy)


def test_every_broken_release_is_told_at_once(folder: Path) -> None:
    first_figure(mirror.only_file(folder, "csww_indicators_2017_to_2023.csv"), "§")
    mirror.only_file(folder, "csww_indicators_2017_to_2024.csv").write_text("<html>")
    fault = fault_of(WORKFORCE)
    assert "release 2023, table indicators: symbol_unknown" in fault.what
    assert "release 2024, table indicators: not_data" in fault.what
    assert look()[:2] == ("kept_last_good", "symbol_unknown")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (misbehaving.always(429, {"Retry-After": "7200"}), "publisher_busy"),
        (misbehaving.always(302, {"Location": "http://evil.example/x"}), "redirected_away"),
    ],
)
def test_a_publisher_that_is_away_is_asked_nothing_more_that_night(
    warehouse: str, monkeypatch: pytest.MonkeyPatch, change: misbehaving.Change, name: str
) -> None:
    asked: list[int] = []

    def counted(reply: Reply, time: int) -> Reply:
        asked.append(time)
        return change(reply, time)

    monkeypatch.setattr(server, "running", partial(server.running, {"/data-set-files/": counted}))
    fault = fault_of(WORKFORCE)  # of three releases
    assert (fault.name, "faults in all" in fault.what) == (name, False)
    assert len(asked) == 1


def use(monkeypatch: pytest.MonkeyPatch, table_name: str, change: Callable[[str], str]) -> None:
    """Let a table's columns have other headings from now on."""
    declared = source(IN_NEED)
    table = declared.tables[table_name]
    columns = tuple(c.model_copy(update={"header": change(c.heading("2024"))}) for c in table.columns)
    changed = {**declared.tables, table_name: table.model_copy(update={"columns": columns})}
    use_source(monkeypatch, declared.model_copy(update={"tables": changed}))


def use_source(monkeypatch: pytest.MonkeyPatch, declared: Source) -> None:
    monkeypatch.setattr(step, "source", lambda _: declared)


def test_what_is_read_again_is_compared_as_a_new_file_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = mirror.only_file(folder, "c1_*.csv")
    header, *lines = path.read_text("utf-8-sig").splitlines()
    assert "Re_referrals_percent" in header
    assert ",Referrals," not in header
    path.write_text("\n".join([f"{header},Referrals", *(f"{line},5000" for line in lines)]) + "\n")
    ingest_source(IN_NEED)
    counts = rows("select landing_id from raw.current_landings order by 1")
    swapped = {"Referrals": "Re_referrals_percent", "Re_referrals_percent": "Referrals"}
    use(monkeypatch, "referrals", lambda heading: swapped.get(heading, heading))
    fault = fault_of(IN_NEED)
    assert fault.name == "totals_implausible"
    assert "the file that it replaces" in fault.what
    assert rows("select landing_id from raw.current_landings order by 1") == counts
    assert look()[0] == "kept_last_good"


def test_a_release_without_some_of_its_tables_has_a_word_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    referrals = source(IN_NEED).tables["referrals"].model_copy(update={"core": False})
    use_source(
        monkeypatch,
        source(IN_NEED).model_copy(update={"tables": {**source(IN_NEED).tables, "referrals": referrals}}),
    )
    path = mirror.only_file(folder, "c1_*.csv")
    whole = path.read_bytes()
    first_figure(path, "§")
    for _ in range(2):  # and the next night, which lands nothing
        assert fault_of(IN_NEED).name == "symbol_unknown"
        assert look()[:2] == ("landed_in_part", "symbol_unknown")
        assert rows("select table_name from raw.current_landings") == [("protection_plans",)]
    status = f"select state, message from published.source_status where source_id = '{IN_NEED}'"
    with connect("publisher") as connection:
        connection.execute(
            "insert into versions.subjects (subject_id, kind, title) values (%s, 'source', 'x') on conflict do nothing",
            [IN_NEED],
        )
    ((state, message),) = rows(status, "publisher")
    assert (state, "column" in str(message)) == ("landed_in_part", True)
    path.write_bytes(whole)
    assert ingest_source(IN_NEED).outcome == "landed"
    assert rows(status, "publisher") == [("ok", "")]


def test_what_is_known_of_files_is_forgotten_when_something_else_is_looked_for(warehouse: str) -> None:
    with connect("loader", autocommit=True) as connection:
        memory = {"2024": "mark", "files": {"https://example.org/a": {"ETag": "1"}}}
        looks.keep(connection, IN_NEED, "landed", where="live", memory=memory, declared="one")
        assert looks.remembered(connection, IN_NEED, "live", "one") == memory
        assert looks.remembered(connection, IN_NEED, "live", "two") == {}
        assert looks.remembered(connection, IN_NEED, "sample", "one") == {}
