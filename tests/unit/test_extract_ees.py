"""DfE's statistics both ways in: by the public API where it carries a publication, else by a release's files."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.fakes import misbehaving
from tests.fakes.ees_api import FakeApi, FakeDataSet, FakeVersion
from tests.fakes.misbehaving import Change

from socialcare.errors import Fault
from socialcare.extract import Extractor, reading
from socialcare.extract.answer import Refusal
from socialcare.extract.ees_api import EesApi
from socialcare.extract.ees_query import query_as_csv
from socialcare.extract.http import Client
from socialcare.extract.release import lacking
from socialcare.publishers import server
from socialcare.publishers.reply import Reply, Request
from socialcare.registry import Source, source

WORKFORCE = "dfe_social_work_workforce"
SLUG = "children-s-social-work-workforce"
GUID = "d8baee79-3c88-45f4-b12a-07b91e9b5c11"  # the publication's real id
DATA_SET = "0196c0de-0000-7000-8000-000000000001"
TITLE = "Indicators used in the summary tables"
IN_API = r"ees_api/v1/data-sets"


def published(release: str) -> bytes:
    """The workforce file of a release, as the sample's publisher sends it: real figures of DfE."""
    declared = source(WORKFORCE)
    with server.running() as publishers, reading(declared, publishers, partial=True) as extractor:
        found = next(r for r in extractor.look(declared, {})[0] if r.release == release)
        fetched = extractor.fetch(extractor.files(declared, found)[0], {})
        assert fetched is not None
        return fetched.content


@pytest.fixture(scope="module")
def carried() -> FakeApi:
    """An API that carries the workforce: 1.0 came with 2023 and was withdrawn, 2.0 with 2023, 2.1 with 2024."""
    versions = [
        FakeVersion("1.0", "2023", published("2023"), "Withdrawn"),
        FakeVersion("2.0", "2023", published("2023")),
        FakeVersion("2.1", "2024", published("2024")),
    ]
    others = {f"some-other-publication-{at}": (f"0000-{at}", [FakeDataSet("x", "X", versions)]) for at in range(50)}
    return FakeApi(others | {SLUG: (GUID, [FakeDataSet(DATA_SET, TITLE, versions)])})


@contextmanager
def api(fake: FakeApi, **overrides: Change) -> Iterator[EesApi]:
    with server.running(overrides, instead={"ees_api": fake.answer}) as publishers:
        client = Client(publishers.origins, contact="tests", sleep=lambda _: None)
        fake.asked.clear()
        yield EesApi(client, publishers.ees_api)
        client.close()


@contextmanager
def extracting(fake: FakeApi | None = None, **overrides: Change) -> Iterator[tuple[Source, Extractor]]:
    changes = {path.replace("__", "/"): change for path, change in overrides.items()}
    declared = source(WORKFORCE)
    instead = {"ees_api": fake.answer} if fake else None
    with server.running(changes, instead) as publishers, reading(declared, publishers, partial=True) as extractor:
        yield declared, extractor


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_publication_is_found_on_any_page_by_slug_or_id(carried: FakeApi) -> None:
    with api(carried) as client:
        assert (client.publication(SLUG), client.publication(GUID)) == (client.publication(GUID),) * 2
        assert client.publication("children-in-need") is None
    assert [request.query["page"] for request in carried.asked][:2] == ["1", "2"]


def test_withdrawn_versions_are_left_out_and_each_says_its_release(carried: FakeApi) -> None:
    with api(carried) as client:
        assert [(v.version, v.release) for v in client.versions(DATA_SET)] == [("2.1", "2024"), ("2.0", "2023")]


def test_a_query_is_the_publishers_own_file_again(carried: FakeApi) -> None:
    with api(carried) as client:
        assert query_as_csv(client, DATA_SET, "2.1", {}) == published("2024")
    assert b"dataSetVersion" not in carried.asked[-1].body
    assert {request.query["dataSetVersion"] for request in carried.asked} == {"2.1"}  # meta and rows alike


def test_pages_are_asked_for_in_the_body_and_add_up(carried: FakeApi) -> None:
    with api(carried) as client:
        whole = client.query(DATA_SET, "2.1")
        carried.asked.clear()
        assert client.query(DATA_SET, "2.1", page_size=50) == whole
    asked = [json.loads(request.body) for request in carried.asked]
    assert [page["page"] for page in asked] == list(range(1, len(whole) // 50 + 2))
    assert all(request.query == {"dataSetVersion": "2.1"} for request in carried.asked)


def test_criteria_choose_rows_and_symbols_stay_text(carried: FakeApi) -> None:
    criteria = {
        "and": [
            {"geographicLevels": {"eq": "LA"}},
            {"timePeriods": {"in": [{"code": "RY", "period": "2024"}]}},
            {"not": {"locations": {"eq": {"level": "REG", "code": "E12000002"}}}},
        ]
    }
    with api(carried) as client:
        got = rows_of(query_as_csv(client, DATA_SET, "2.1", criteria))
    chosen = [
        row
        for row in rows_of(published("2024"))
        if (row["geographic_level"], row["time_period"]) == ("Local authority", "2024")
        and row["region_code"] != "E12000002"
    ]
    assert got == chosen
    assert {cell for row in got for cell in row.values()} & {"u", "x", "z", "c", "low"}


def test_academic_years_and_filters_are_written_as_in_the_files() -> None:
    lines = (
        b"time_period,time_identifier,geographic_level,country_code,country_name,age,sex,number\n"
        b"202425,Academic year,National,E92000001,England,17,Total,5\n"
        b"202324,Academic year,National,E92000001,England,18,,c\n"
    )
    fake = FakeApi({SLUG: (GUID, [FakeDataSet(DATA_SET, TITLE, [FakeVersion("1.0", "2025", lines)])])})
    # invented rows; the fake reads a column of numbers as an indicator, so the ages are words here
    fake.publications[SLUG][1][0].versions[0].csv = lines.replace(b",17,", b",Aged 17,").replace(b",18,", b",Aged 18,")
    with api(fake) as client:
        assert query_as_csv(client, DATA_SET, "1.0", {}) == fake.publications[SLUG][1][0].versions[0].csv


@pytest.mark.parametrize(
    ("criteria", "code", "place"),
    [
        ({"geographicLevel": {"eq": "LA"}}, "UnknownField", "criteria.geographicLevel"),
        ({"and": [{"filters": {"eq": ["aaaaa"]}}]}, "InvalidValue", "criteria.and[0].filters.eq"),
        ({"geographicLevels": {"eq": "LAD2"}}, "AllowedValue", "criteria.geographicLevels.eq"),
    ],
)
def test_a_refused_question_names_code_place_and_reason(carried: FakeApi, criteria: Any, code: str, place: str) -> None:
    with api(carried) as client, pytest.raises(Fault) as fault:
        client.query(DATA_SET, "2.1", criteria)
    assert fault.value.name == "query_refused"
    assert f"{code} at {place}: " in fault.value.what


def test_an_unknown_indicator_and_too_large_a_page_are_refused(carried: FakeApi) -> None:
    with api(carried) as client:
        with pytest.raises(Fault, match="IndicatorsNotFound at indicators: One or more"):
            client._json(f"{client.base}/data-sets/{DATA_SET}/query", None, {"indicators": ["zzzzz"]})
        with pytest.raises(Fault, match="InclusiveBetween at pageSize: Must be between 1 and 10000"):
            client.query(DATA_SET, "2.1", page_size=20_000)
        with pytest.raises(Fault, match="UnknownField at page: "):  # the place that the documentation gives for it
            client._json(f"{client.base}/data-sets/{DATA_SET}/query", {"page": "2"}, {})


def test_what_a_version_does_not_have_is_never_an_empty_answer(carried: FakeApi) -> None:
    unknown = {"locations": {"in": [{"level": "LA", "code": "E99999999"}]}}
    with api(carried) as client, pytest.raises(Fault, match=r"LocationsNotFound.*E99999999") as fault:
        client.query(DATA_SET, "2.1", unknown)
    assert fault.value.name == "query_unknown"
    nobody = {"timePeriods": {"eq": {"code": "RY", "period": "1066"}}}
    with api(carried) as client, pytest.raises(Fault) as fault:
        client.query(DATA_SET, "2.1", nobody)
    assert fault.value.name == "empty"


def test_fewer_rows_than_stated_are_not_taken_for_all(carried: FakeApi) -> None:
    more = misbehaving.replaced(b'"totalResults": ', b'"totalResults": 9')
    with api(carried, query=more) as client, pytest.raises(Fault, match="states 9") as fault:
        client.query(DATA_SET, "2.1")
    assert fault.value.name == "truncated"


@pytest.mark.parametrize(("version", "name", "status"), [("1.0", "refused", 403), ("9.9", "not_found", 404)])
def test_a_version_that_may_not_be_read_is_named(carried: FakeApi, version: str, name: str, status: int) -> None:
    with api(carried) as client, pytest.raises(Refusal) as fault:
        client.query(DATA_SET, version)
    assert (fault.value.name, fault.value.status) == (name, status)


def test_a_question_that_takes_too_long_is_named_and_a_page_of_the_front_door_gives_no_reason(carried: FakeApi) -> None:
    slow = FakeDataSet("slow", TITLE, carried.publications[SLUG][1][0].versions, too_slow=True)
    with api(FakeApi({SLUG: (GUID, [slow])})) as client, pytest.raises(Fault) as fault:
        client.query("slow", "2.1")
    assert (fault.value.name, fault.value.retryable) == ("publisher_slow", True)

    def front_door(reply: Reply, time: int) -> Reply:
        return Reply(b"<html>Blocked</html>", 400)

    with api(carried, query=front_door) as client, pytest.raises(Fault, match="no reason given"):
        client.query(DATA_SET, "2.1")


def test_an_address_in_capitals_is_followed_to_the_small_letters(carried: FakeApi) -> None:
    with api(carried) as client:
        assert client.meta(DATA_SET.upper(), "2.1") == client.meta(DATA_SET, "2.1")


def test_a_release_that_the_api_carries_comes_from_there_with_its_stated_rows(home: Path, carried: FakeApi) -> None:
    with extracting(carried) as (declared, extractor):
        releases = {release.release: release for release in extractor.look(declared, {})[0]}
        files = {year: extractor.files(declared, release) for year, release in releases.items()}
        by_version = {year: file.url.partition("dataSetVersion=")[2] for year, (file,) in files.items()}
        assert by_version == {"2022": "", "2023": "2.0", "2024": "2.1"}  # 2022 is among the release's files only
        fetched = extractor.fetch(files["2024"][0], {})
    assert fetched is not None
    assert fetched.content == published("2024")
    assert (fetched.name, files["2024"][0].rows) == (
        "indicators_used_in_the_summary_tables.csv",
        len(rows_of(fetched.content)),
    )


def test_between_two_data_sets_of_one_title_nothing_is_guessed(home: Path, carried: FakeApi) -> None:
    (known,) = carried.publications[SLUG][1]
    twin = FakeDataSet("0196c0de-0000-7000-8000-000000000002", TITLE, known.versions)
    with extracting(FakeApi({SLUG: (GUID, [known, twin])})) as (declared, extractor):
        files = extractor.files(declared, extractor.look(declared, {})[0][-1])
    assert "data-set-files" in files[0].url
    old = FakeDataSet(twin.id, TITLE, known.versions, status="Deprecated")
    with extracting(FakeApi({SLUG: (GUID, [old, known])})) as (declared, extractor):
        files = extractor.files(declared, extractor.look(declared, {})[0][-1])
    assert f"data-sets/{known.id}/csv" in files[0].url


def test_a_declared_query_takes_a_part_of_a_data_set(home: Path, carried: FakeApi) -> None:
    with extracting(carried) as (declared, extractor):
        assert declared.extract.family == "ees"
        part = declared.extract.model_copy(update={"queries": {"indicators": {"geographicLevels": {"eq": "NAT"}}}})
        narrow = declared.model_copy(update={"extract": part})
        fetched = extractor.fetch(extractor.files(narrow, extractor.look(narrow, {})[0][-1])[0], {})
    assert fetched is not None
    assert {row["geographic_level"] for row in rows_of(fetched.content)} == {"National"}


@pytest.mark.parametrize("trouble", [misbehaving.always_down, misbehaving.web_page, misbehaving.always(400)])
def test_an_api_in_trouble_does_not_hold_up_a_release(
    home: Path, monkeypatch: pytest.MonkeyPatch, trouble: Change
) -> None:
    monkeypatch.setattr("socialcare.extract.pace.FIRST_WAIT_SECONDS", 0.0)
    with extracting(ees_api=trouble) as (declared, extractor):
        assert extractor.note == ""
        files = extractor.files(declared, extractor.look(declared, {})[0][-1])
    assert "data-set-files" in files[0].url
    assert extractor.note.startswith("the public API was passed over: ")


@pytest.mark.parametrize(
    ("trouble", "name"),
    [
        (misbehaving.always(302, {"Location": "https://elsewhere.example.invalid/"}), "redirected_away"),
        (lambda reply, time: Reply(gzip.compress(b"0" * 300_000), 200, {"Content-Encoding": "gzip"}), "too_large"),
    ],
)
def test_an_api_that_is_not_to_be_trusted_is_not_passed_over(
    home: Path, monkeypatch: pytest.MonkeyPatch, trouble: Change, name: str
) -> None:
    monkeypatch.setattr("socialcare.extract.http.BYTE_BUDGET", 200_000)
    with extracting(ees_api=trouble) as (declared, extractor), pytest.raises(Fault) as fault:
        extractor.files(declared, extractor.look(declared, {})[0][-1])
    assert fault.value.name == name


def test_an_api_whose_data_sets_are_not_understood_is_passed_over(home: Path, carried: FakeApi) -> None:
    renamed = {"data-sets/[^/]*/versions": misbehaving.replaced(b'"release"', b'"edition"')}
    declared = source(WORKFORCE)
    instead = {"ees_api": carried.answer}
    with server.running(renamed, instead) as publishers, reading(declared, publishers, partial=True) as extractor:
        files = extractor.files(declared, extractor.look(declared, {})[0][-1])
    assert "data-set-files" in files[0].url


def page_of_guidance(request: Request) -> Reply:
    """The website: a page that carries its own data, and the catalogue's CSV."""
    if request.path.endswith("/2024/data-guidance"):
        data_sets = [{"dataSetFileId": "abc", "title": TITLE, "meta": {"numDataFileRows": 232}}]
        carried = {"props": {"pageProps": {"release": {"slug": "2024"}, "dataSets": data_sets}}}
        script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(carried)}</script>'
        return Reply(f"<!DOCTYPE html><html><body>…{script}</body></html>".encode(), 200, {"Content-Type": "text/html"})
    if request.path == "/data-catalogue/data-set/abc/csv":
        return Reply(published("2024"), 200, {"Content-Type": "text/csv"})
    return Reply(b"", 404)


def test_where_the_release_has_no_page_in_the_api_the_websites_own_data_is_read(home: Path) -> None:
    declared = source(WORKFORCE)
    missing = {"releases/2024/(data-content|version-summary)": misbehaving.always(404)}
    with (
        server.running(missing, {"ees_site": page_of_guidance}) as publishers,
        reading(declared, publishers, partial=True) as extractor,
    ):
        release = extractor.look(declared, {})[0][-1]
        whole = declared.model_copy(update={"tables": {"indicators": declared.tables["indicators"]}})
        (file,) = extractor.files(whole, release)
        fetched = extractor.fetch(file, {})
    assert fetched is not None
    assert (fetched.content, file.rows) == (published("2024"), 232)


def test_a_page_without_data_is_a_fault(home: Path) -> None:
    declared = source(WORKFORCE)
    site = {"ees_site": lambda request: Reply(b"<html>rebuilt</html>", 200, {"Content-Type": "text/html"})}
    with (
        server.running({"data-content": misbehaving.always(404)}, site) as publishers,
        reading(declared, publishers) as extractor,
        pytest.raises(Fault, match="no longer carries its own data") as fault,
    ):
        extractor.files(declared, extractor.look(declared, {})[0][-1])
    assert fault.value.name == "not_data"


def test_where_the_list_of_releases_is_gone_the_newest_is_asked_for_once_a_night(home: Path) -> None:
    newest = {"latestRelease": {"id": "r1", "slug": "2024", "title": "Reporting year 2024"}}
    asked: list[int] = []

    def only_the_publication(reply: Reply, time: int) -> Reply:
        asked.append(time)
        return Reply(json.dumps(newest).encode(), 200, {"Content-Type": "application/json"})

    declared = source(WORKFORCE)
    changes = {f"{SLUG}/releases$": misbehaving.always(404), f"{SLUG}$": only_the_publication}
    with server.running(changes) as publishers, reading(declared, publishers) as extractor:
        releases, remember = extractor.look(declared, {})
        assert [release.release for release in releases] == ["2024"]
        memory = {release.release: release.mark for release in releases} | remember
        assert extractor.look(declared, memory)[0] == []
    assert asked == [1, 2]  # the second look asked for the publication and nothing else


def test_what_the_live_publisher_lacks_is_named_table_by_table(home: Path) -> None:
    declared = source("dfe_children_in_need")
    for partial in (False, True):  # the sample's server plays a publisher that has the two core tables only
        with server.running() as publishers, reading(declared, publishers, partial=partial) as extractor:
            newest = extractor.look(declared, {})[0][-1]
            files = extractor.files(declared, newest)
            found = {table for file in files for table in file.tables}
            assert found == {n for n, t in declared.tables.items() if t.core}
            faults = lacking(declared, extractor, newest, files)
        assert {fault.name for fault in faults} == (set() if partial else {"file_missing"})
        assert len(faults) == (0 if partial else len(declared.tables) - len(found))
