"""Each family of publishers: what it finds, what "nothing new" costs, what it does when things move."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.fakes import mirror, misbehaving
from tests.fakes.misbehaving import Change

from socialcare.errors import Fault
from socialcare.extract import Extractor, reading
from socialcare.extract.folder import Folder
from socialcare.publishers import nomis, sample, server
from socialcare.publishers.reply import Reply
from socialcare.registry import Source, all_sources, source


@contextmanager
def reader(source_id: str, **overrides: Change) -> Iterator[tuple[Source, Extractor]]:
    """A source and what reads it; ``overrides`` are changes by path (``_`` stands for anything)."""
    changes = {path.replace("_", ".*"): change for path, change in overrides.items()}
    declared = source(source_id)
    with server.running(changes) as publishers, reading(declared, publishers, partial=True) as extractor:
        yield declared, extractor


def fetched(declared: Source, extractor: Extractor) -> dict[str, bytes]:
    """Release/file name -> bytes of everything that a first look brings."""
    found = {}
    for release in extractor.look(declared, {})[0]:
        for file in extractor.files(declared, release):
            got = extractor.fetch(file, {})
            assert got is not None
            found[f"{release.release}/{got.name}"] = got.content
    return found


IN_THE_SAMPLE = [s.id for s in all_sources() if sample.holds(s.id)]


@pytest.mark.parametrize("source_id", IN_THE_SAMPLE)
def test_nothing_new_costs_one_request(home: Path, source_id: str) -> None:
    asked: list[int] = []

    def count(reply: Reply, time: int) -> Reply:
        asked.append(time)
        return reply

    with reader(source_id) as (declared, extractor):
        releases, remember = extractor.look(declared, {})
    memory = {release.release: release.mark for release in releases} | remember
    with reader(source_id, _=count) as (declared, extractor):
        assert releases
        assert extractor.look(declared, memory)[0] == []
    assert asked == [1]


@pytest.mark.parametrize("source_id", ["dfe_social_work_workforce", "ofsted_inspection_outcomes"])
def test_an_unchanged_file_is_not_sent_again(home: Path, source_id: str) -> None:
    with reader(source_id) as (declared, extractor):
        release = extractor.look(declared, {})[0][-1]
        file = extractor.files(declared, release)[0]
        first = extractor.fetch(file, {})
        assert first is not None
        assert first.validators
        assert extractor.fetch(file, first.validators) is None


def test_files_are_the_same_bytes_every_time(home: Path) -> None:
    for source_id in IN_THE_SAMPLE:
        with reader(source_id) as pair:
            first = fetched(*pair)
        with reader(source_id) as pair:
            assert fetched(*pair) == first


def test_a_data_set_whose_title_changed_is_found_in_the_releases_zip(home: Path) -> None:
    renamed = misbehaving.replaced(b"Indicators used in the summary tables", b"All indicators")
    with reader("dfe_social_work_workforce") as pair:
        by_title = fetched(*pair)
    with reader("dfe_social_work_workforce", **{"releases/202[34]/data-content": renamed}) as pair:
        assert fetched(*pair) == by_title


@pytest.mark.parametrize(("stated", "name"), [(2_000_000, "too_large"), (10, "not_data")])
def test_a_member_of_a_zip_is_unpacked_within_the_budget_only(
    home: Path, monkeypatch: pytest.MonkeyPatch, stated: int, name: str
) -> None:
    """2 MB of zeros in 2 KB, and the same where the ZIP's list of contents says that they are ten bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/csww_indicators_2017_to_2024.csv", b"0" * 2_000_000)
    start, mark, listed = packed.getvalue().rpartition(b"PK\x01\x02")
    content = start + mark + listed.replace((2_000_000).to_bytes(4, "little"), stated.to_bytes(4, "little"))
    changes = {
        "releases/2024/data-content": misbehaving.replaced(b"Indicators used in the summary tables", b"All of them"),
        "/files$": lambda reply, time: Reply(content, 200, {"Content-Type": "application/zip"}),
    }
    monkeypatch.setattr("socialcare.extract.http.BYTE_BUDGET", 1_000_000)
    with reader("dfe_social_work_workforce", **changes) as pair, pytest.raises(Fault) as fault:
        fetched(*pair)
    assert fault.value.name == name


def test_an_answer_of_another_shape_is_a_fault(home: Path) -> None:
    renamed = misbehaving.replaced(b'"dataSets"', b'"files"')
    with reader("dfe_social_work_workforce", data_content=renamed) as pair, pytest.raises(Fault) as fault:
        fetched(*pair)
    assert fault.value.name == "answer_unexpected"


def test_nomis_pages_add_up_to_the_whole_answer(home: Path) -> None:
    with reader("ons_population") as pair:
        whole = fetched(*pair)
    with reader("ons_population") as (declared, extractor):
        assert declared.extract.family == "nomis"
        small = declared.model_copy(update={"extract": declared.extract.model_copy(update={"page_size": 100})})
        assert fetched(small, extractor) == whole
        exact = declared.model_copy(update={"extract": declared.extract.model_copy(update={"page_size": 261})})
        assert fetched(exact, extractor) == whole  # 522 rows: the last page is empty


def test_nomis_caps_an_answer_and_does_not_say_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with reader("ons_population") as pair:
        whole = fetched(*pair)
    monkeypatch.setattr(nomis, "GUEST_ROWS", 200)  # 25,000 for the real guests: fewer than we ask for
    with reader("ons_population") as pair:
        assert fetched(*pair) == whole


def test_nomis_refuses_by_answering_nothing(home: Path) -> None:
    with reader("ons_population") as (declared, extractor):
        options = declared.extract.model_copy(update={"parameters": {"geography": "TYPE999", "select": "x"}})
        wrong = declared.model_copy(update={"extract": options})
        with pytest.raises(Fault, match="does not understand") as fault:
            fetched(wrong, extractor)
    assert fault.value.name == "empty"


def test_a_file_moved_within_gov_uk_is_followed(home: Path) -> None:
    with reader("ofsted_inspection_outcomes") as pair:
        before = fetched(*pair)
        url = pair[1].files(pair[0], pair[1].look(pair[0], {})[0][-1])[0].url
    path = "/" + url.split("/", 3)[3]
    with reader("ofsted_inspection_outcomes", **{"media/[^/]*/LA.Inspection": misbehaving.moved_to(path)}) as pair:
        assert fetched(*pair) == before


def test_a_mirror_without_the_folder_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"dfe/childrens_social_work_workforce"):
        Folder(tmp_path).look(source("dfe_social_work_workforce"), {})


def test_a_release_without_a_declared_file_names_the_pattern_and_the_declaration(tmp_path: Path) -> None:
    folder = tmp_path / "dfe" / "children_looked_after" / "2024"
    folder.mkdir(parents=True)
    (folder / "numbers.csv").write_text("x\n")
    declared = source("dfe_children_looked_after")
    extractor = Folder(tmp_path)
    (release,), _ = extractor.look(declared, {})
    with pytest.raises(Fault, match=r"numbers\.csv.*dfe_children_looked_after\.yml") as fault:
        extractor.files(declared, release)
    assert fault.value.name == "file_missing"


def test_two_files_for_one_table_are_not_guessed_between(tmp_path: Path) -> None:
    mirror.write(tmp_path, "dfe_social_work_workforce")
    path = mirror.only_file(tmp_path, "csww_indicators_2017_to_2024.csv")
    path.with_name("csww_indicators_2016_to_2024.csv").write_bytes(path.read_bytes())
    declared = source("dfe_social_work_workforce")
    extractor = Folder(tmp_path)
    release = extractor.look(declared, {})[0][-1]
    with pytest.raises(Fault) as fault:
        extractor.files(declared, release)
    assert fault.value.name == "file_ambiguous"


def test_a_mirror_shows_only_releases_whose_files_changed(tmp_path: Path) -> None:
    mirror.write(tmp_path, "dfe_social_work_workforce")
    declared = source("dfe_social_work_workforce")
    releases, _ = Folder(tmp_path).look(declared, {})
    memory = {release.release: release.mark for release in releases}
    path = mirror.only_file(tmp_path, "csww_indicators_2017_to_2023.csv")
    path.write_bytes(path.read_bytes() + b"\n")
    changed, _ = Folder(tmp_path).look(declared, memory)
    assert [release.release for release in changed] == ["2023"]
