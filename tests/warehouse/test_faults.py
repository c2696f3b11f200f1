"""Each fault, one at a time, through a real look: named, nothing landed, mended by the next clean look.

The sample's tables all feed comparisons, so that each fault stops its release; one test has a table that does not.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from tests.fakes import misbehaving
from tests.fakes.faults import FILE, IN_THE_FILE, NEWEST, OFSTED, ON_THE_WAY, WITHOUT_HISTORY, WORKFORCE, Case, Change

from socialcare.database import connect
from socialcare.errors import Fault
from socialcare.extract import pace
from socialcare.publishers import server
from socialcare.publishers.reply import Reply
from socialcare.registry import all_sources, source
from socialcare.registry.publishers import Publishers
from socialcare.registry.sources import ByHand
from socialcare.settings import get_settings
from socialcare.steps import ingest_source as step
from socialcare.steps.ingest_source import ingest_source

CASES = ON_THE_WAY + IN_THE_FILE


def test_there_are_at_least_thirty() -> None:
    assert len({(case.name, case.what) for case in CASES}) == len(CASES) >= 30


def query(text: str, *values: object) -> list[tuple[object, ...]]:
    with connect("loader") as connection:
        return connection.execute(text, values).fetchall()  # type: ignore[arg-type]


def tables_of(source_id: str) -> list[str]:
    return [source(source_id).raw_table(name) for name in source(source_id).tables]


def content_of_raw() -> list[tuple[object, ...]]:
    """A checksum of every row that was ever landed, of every landing and of every note."""
    names = ["landings", "drifts", *(name for source_id in NEWEST for name in tables_of(source_id))]
    whole = " union all ".join(
        f"select '{name}', md5(string_agg(t::text, E'\\n' order by t::text)) from raw.{name} t" for name in names
    )
    return query(whole)


def newest_rows(source_id: str, *without: str) -> list[tuple[object, ...]]:
    """The newest release's rows of each table, without the numbers of their landings (and other columns)."""
    row = "(to_jsonb(t) - '_landing_id'" + "".join(f" - '{name}'" for name in without) + ")::text"
    whole = " union all ".join(
        f"select '{name}', count(*), md5(string_agg({row}, E'\\n' order by _line, {row})) from raw.{name} t"
        f" where _release_id = '{source(source_id).release_id(NEWEST[source_id])}'"
        for name in tables_of(source_id)
    )
    return query(whole)


def archived() -> dict[str, str]:
    """File name -> sha256 of everything in the archive, manifests left out."""
    folder = get_settings().archive
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"]
    assert all(path.with_suffix(".json").is_file() for path in paths), "a file without its manifest, or half written"
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def everything(module_warehouse: str) -> dict[str, list[tuple[object, ...]]]:
    """Source -> what its newest release must become. After this all releases but the newest have landed."""
    rows = {}
    for source_id in NEWEST:
        assert ingest_source(source_id).outcome == "landed"
        rows[source_id] = newest_rows(source_id)
        assert any(count for _, count, _ in rows[source_id])
        forget_newest(source_id)
    return rows


def forget_newest(source_id: str) -> None:
    """Go back to the night before the newest release."""
    release = NEWEST[source_id]
    with connect("loader") as connection:
        (validators,) = connection.execute(  # type: ignore[misc]
            "select validators from raw.looks where source_id = %s", [source_id]
        ).fetchone()
        validators["memory"].pop(release, None)
        validators["memory"].pop("page", None)
        validators["memory"]["files"] = {}
        connection.execute("update raw.looks set validators = %s where source_id = %s", [Jsonb(validators), source_id])
        for name in tables_of(source_id):
            table = sql.Identifier("raw", name)
            delete = sql.SQL("delete from {} where _release_id = %s").format(table)
            connection.execute(delete, [source(source_id).release_id(release)])
        gone = "select landing_id from raw.landings where source_id = %s and release = %s"
        connection.execute(f"delete from raw.drifts where landing_id in ({gone})", [source_id, release])
        connection.execute("delete from raw.landings where source_id = %s and release = %s", [source_id, release])


@pytest.fixture
def bad_day(everything: object) -> Iterator[pytest.MonkeyPatch]:
    """Publishers misbehave for as long as the patch lasts; nobody waits for them. The next test begins anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "FIRST_WAIT_SECONDS", 0.0)
        yield patch
    landed = query("select distinct source_id, release from raw.landings")
    for source_id in NEWEST:
        if (source_id, NEWEST[source_id]) in landed:
            forget_newest(source_id)


def spoil(patch: pytest.MonkeyPatch, changes: dict[str, Change], constants: dict[str, float] | None = None) -> None:
    patch.setattr(server, "running", partial(server.running, changes))
    for name, value in (constants or {}).items():
        module, _, constant = name.partition(".")
        patch.setattr(importlib.import_module(f"socialcare.extract.{module}"), constant, value)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_is_named_lands_nothing_and_needs_nobody(
    case: Case, everything: dict[str, list[tuple[object, ...]]], bad_day: pytest.MonkeyPatch
) -> None:
    before, kept = content_of_raw(), archived()
    spoil(bad_day, case.changes, case.constants)
    with pytest.raises(Fault) as fault:
        ingest_source(case.source)
    assert (fault.value.name, bool(fault.value.where), bool(fault.value.remedy)) == (case.name, True, True)
    assert content_of_raw() == before
    look = query("select outcome, fault from raw.looks where source_id = %s", case.source)
    assert look == [("kept_last_good", case.name)]
    after = archived()
    assert all(name == sha256 for name, sha256 in after.items())
    assert len(after) - len(kept) == (1 if case.archived else 0)

    bad_day.undo()
    assert ingest_source(case.source).outcome == "landed"
    assert newest_rows(case.source) == everything[case.source]


@pytest.mark.parametrize("is_core", [True, False])
def test_only_a_table_that_feeds_a_comparison_stops_its_release(
    everything: object, bad_day: pytest.MonkeyPatch, is_core: bool
) -> None:
    declared = source(OFSTED)
    history = declared.tables["history"].model_copy(update={"core": is_core})
    declared = declared.model_copy(update={"tables": {**declared.tables, "history": history}})
    bad_day.setattr(step, "source", lambda _: declared)
    spoil(bad_day, WITHOUT_HISTORY)
    with pytest.raises(Fault) as fault:
        ingest_source(OFSTED)
    assert fault.value.name == "sheet_missing"
    landed = "select table_name from raw.current_landings where source_id = %s and release = %s order by 1"
    look = "select outcome from raw.looks where source_id = %s"
    assert query(landed, OFSTED, NEWEST[OFSTED]) == ([] if is_core else [("as_at",), ("in_year",)])
    assert query(look, OFSTED) == [("kept_last_good" if is_core else "landed_in_part",)]

    bad_day.undo()
    assert ingest_source(OFSTED).outcome == "landed"
    assert query(landed, OFSTED, NEWEST[OFSTED]) == [("as_at",), ("history",), ("in_year",)]


def test_a_publisher_that_cannot_be_reached_changes_nothing(
    everything: dict[str, list[tuple[object, ...]]], bad_day: pytest.MonkeyPatch
) -> None:
    before = content_of_raw()
    closed = Publishers(*["http://127.0.0.1:9"] * 6)
    bad_day.setattr(server, "running", lambda: nullcontext(closed))
    for source_id in NEWEST:
        with pytest.raises(Fault) as fault:
            ingest_source(source_id)
        assert fault.value.name == "publisher_unreachable"
    assert content_of_raw() == before


def reordered(reply: Reply, time: int) -> Reply:
    lines = [line.split(",") for line in reply.body.decode().splitlines()]
    body = "\n".join(",".join([*line[:8], line[9], line[8], *line[10:]]) for line in lines) + "\n"
    return Reply(body.encode(), 200, {"Content-Type": "text/csv"})


def as_text(reply: Reply, body: bytes) -> Reply:
    return Reply(body, 200, {"Content-Type": reply.headers["Content-Type"]})


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("a BOM", lambda reply, time: as_text(reply, b"\xef\xbb\xbf" + reply.body)),
        ("CRLF", lambda reply, time: as_text(reply, reply.body.replace(b"\n", b"\r\n"))),
        ("columns in another order", reordered),
        ("a move for good", misbehaving.moved_to("?moved")),
        ("a failure that passes", misbehaving.broken_once),
        ("a short wait", misbehaving.first_time(429, {"Retry-After": "0"})),
        ("a connection that breaks once", misbehaving.cut_once),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_only_a_nuisance_lands_as_ever(
    what: str, change: Change, everything: dict[str, list[tuple[object, ...]]], bad_day: pytest.MonkeyPatch
) -> None:
    spoil(bad_day, {FILE: change})
    assert ingest_source(WORKFORCE).outcome == "landed"
    figures = newest_rows(WORKFORCE, "_file_sha256")
    forget_newest(WORKFORCE)
    bad_day.undo()
    assert ingest_source(WORKFORCE).outcome == "landed"
    assert figures == newest_rows(WORKFORCE, "_file_sha256")


def test_windows_letters_are_the_same_letters(everything: object, bad_day: pytest.MonkeyPatch) -> None:
    def named(encoding: str) -> Change:
        def change(reply: Reply, time: int) -> Reply:
            return as_text(reply, reply.body.decode().replace("Barnsley", "Bàrnsley’s").encode(encoding))

        return change

    landed = []
    for encoding in ("utf-8", "cp1252"):
        spoil(bad_day, {FILE: named(encoding)})
        assert ingest_source(WORKFORCE).outcome == "landed"
        landed.append(newest_rows(WORKFORCE, "_file_sha256"))
        forget_newest(WORKFORCE)
    assert landed[0] == landed[1] != newest_rows(WORKFORCE, "_file_sha256")


@pytest.mark.parametrize("place", ["sample", "live"])
def test_what_only_a_person_fetches_is_unchanged_and_says_where_it_is(
    everything: object, bad_day: pytest.MonkeyPatch, place: str
) -> None:
    bad_day.setenv("SOCIALCARE_SOURCES", place)
    get_settings.cache_clear()
    for declared in (declared for declared in all_sources() if isinstance(declared.extract, ByHand)):
        outcome = ingest_source(declared.id)
        assert (outcome.outcome, outcome.rows_loaded) == ("unchanged", 0)
        assert f"local mirror only: download it from {declared.extract.address}" in outcome.detail
        assert all(query(f"select count(*) from raw.{name}") == [(0,)] for name in tables_of(declared.id))
    bad_day.undo()
    get_settings.cache_clear()


def test_every_fault_injected_here_is_documented() -> None:
    documented = (get_settings().project_root / "docs" / "faults.md").read_text(encoding="utf-8")
    assert not [case.name for case in CASES if f"`{case.name}`" not in documented]
