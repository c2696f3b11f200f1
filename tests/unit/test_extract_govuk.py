"""GOV.UK: from a collection to the newest file, whatever moved, vanished or was corrected on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.govuk import FakeGovuk, attachment, collection, document, publication, redirect

from socialcare.errors import Fault
from socialcare.extract import Extractor, reading
from socialcare.publishers import server
from socialcare.publishers.reply import Reply
from socialcare.registry import Source, source
from socialcare.registry.publishers import Publishers

COLLECTION = "government/collections/childrens-social-care-statistics"
TITLE = "Local authority inspection outcomes as at 31 March"
SLUG = "government/statistics/local-authority-inspection-outcomes-as-at-31-march"
NAME = "LA_Inspection_Outcomes_as_at_31_March_2025.ods"
#: The real address of the 2025 file has this shape: 24 hexadecimal digits, the first 8 the second of the upload.
MEDIA = "/media/68d4b1000000000000000001"
BYTES = b"PK a workbook"


@contextmanager
def ofsted(fake: FakeGovuk, **declared: Any) -> Iterator[tuple[Source, Extractor, Publishers]]:
    """Ofsted's outcomes, read from ``fake``; ``declared`` changes how they are found."""
    known = source("ofsted_inspection_outcomes")
    options = known.extract.model_copy(update={"older_pages": {}, "page_of_release": "", "search": {}} | declared)
    with server.running(instead=fake.instead) as publishers:
        for page in fake.pages.values():
            for item in page.get("details", {}).get("attachments", ()) if isinstance(page, dict) else ():
                if item["url"].startswith("/media/"):
                    item["url"] = publishers.assets + item["url"]
        with reading(known, publishers) as extractor:
            yield known.model_copy(update={"extract": options}), extractor, publishers


def whole(**pages: Any) -> FakeGovuk:
    """The collection, the page of 2025 and its file."""
    usual = {
        COLLECTION: collection(document(f"{SLUG}-2025", f"{TITLE} 2025"), document(f"{SLUG}-2024", f"{TITLE} 2024")),
        f"{SLUG}-2025": publication(attachment(f"{MEDIA}/{NAME}", size=len(BYTES))),
    }
    return FakeGovuk(usual | pages, files={f"{MEDIA}/{NAME}": BYTES})


def newest(declared: Source, extractor: Extractor) -> bytes:
    release = extractor.look(declared, {})[0][-1]
    assert release.release == "2025"
    (file,) = extractor.files(declared, release)
    fetched = extractor.fetch(file, {})
    assert fetched is not None
    return fetched.content


def test_the_greatest_year_is_the_newest_whatever_the_order_and_the_dates(home: Path) -> None:
    with ofsted(whole()) as (declared, extractor, _):
        assert [release.release for release in extractor.look(declared, {})[0]] == ["2024", "2025"]
        assert newest(declared, extractor) == BYTES


def test_withdrawn_pages_of_a_collection_are_left_out(home: Path) -> None:
    fake = whole()
    fake.pages[COLLECTION]["links"]["documents"][1]["withdrawn"] = True
    with ofsted(fake) as (declared, extractor, _):
        assert [release.release for release in extractor.look(declared, {})[0]] == ["2025"]


def test_a_collection_that_moved_is_followed_and_the_move_remembered(home: Path) -> None:
    fake = whole()
    fake.pages["government/collections/new"] = fake.pages[COLLECTION]
    fake.pages[COLLECTION] = redirect(COLLECTION, "/government/collections/new")
    with ofsted(fake) as (declared, extractor, publishers):
        assert newest(declared, extractor) == BYTES
        base = f"{publishers.govuk}/api/content"
        assert extractor.moved == {f"{base}/{COLLECTION}": f"{base}/government/collections/new"}


@pytest.mark.parametrize(
    ("page", "name", "said"),
    [
        (410, "gone", "410"),
        (404, "not_found", "404"),
        ({"schema_name": "gone", "updated_at": "x"}, "gone", "took the page away"),
        (redirect(COLLECTION, "https://www.ofsted.example/data"), "redirected_away", "outside GOV.UK"),
        (redirect(COLLECTION, f"/{COLLECTION}"), "redirected_away", "in a circle"),
        (
            collection()
            | {"withdrawn_notice": {"explanation": "<p>No longer kept.</p>", "withdrawn_at": "2026-01-01"}},
            "withdrawn",
            "saying: No longer kept",
        ),
        (collection(document("x", "Something else 2025")), "release_missing", "offers no release"),
    ],
)
def test_a_collection_that_is_no_more_has_a_name(home: Path, page: Any, name: str, said: str) -> None:
    fake = whole(**{COLLECTION: page})
    with ofsted(fake) as (declared, extractor, _), pytest.raises(Fault, match=said) as fault:
        extractor.look(declared, {})
    assert fault.value.name == name


def test_search_is_the_second_way_to_the_releases(home: Path) -> None:
    fake = whole(**{COLLECTION: 410})
    fake.found = [{"title": f"{TITLE} 2025", "link": f"/{SLUG}-2025", "public_timestamp": "2025-09-25T09:30:00+01:00"}]
    search = {"q": "local authority inspection outcomes", "filter_organisations": "ofsted"}
    with ofsted(fake, search=search) as (declared, extractor, publishers):
        assert newest(declared, extractor) == BYTES
        assert "found another way" in extractor.note
        assert extractor.moved == {f"{publishers.govuk}/api/content/{COLLECTION}": ""}, "it leads nowhere now"
        memory = {release.release: release.mark for release in extractor.look(declared, {})[0]}
        assert extractor.look(declared, memory)[0] == []


def test_where_the_second_way_fails_too_the_vanished_page_is_what_is_told(home: Path) -> None:
    fake = whole(**{COLLECTION: 410})
    wrong = {"organisation": "ofsted"}
    with ofsted(fake, search=wrong) as (declared, extractor, _), pytest.raises(Fault, match="410") as fault:
        extractor.look(declared, {})
    assert fault.value.name == "gone"
    assert isinstance(fault.value.__cause__, Fault)
    assert "422" in fault.value.__cause__.what
    assert extractor.moved == {}


def test_the_series_own_pattern_of_addresses_is_the_last_way(home: Path) -> None:
    fake = whole(**{COLLECTION: 404})
    with ofsted(fake, page_of_release=f"{SLUG}-{{release}}") as (declared, extractor, _):
        assert newest(declared, extractor) == BYTES
    assert f"/api/content/{SLUG}-2023" in fake.asked  # every year since the first release is tried


def test_a_page_of_a_release_that_vanished_is_looked_for_elsewhere(home: Path) -> None:
    moved_away = {COLLECTION: collection(document("government/statistics/old-slug", f"{TITLE} 2025"))}
    with ofsted(whole(**moved_away)) as (declared, extractor, _), pytest.raises(Fault) as fault:
        newest(declared, extractor)
    assert fault.value.name == "not_found"
    with ofsted(whole(**moved_away), page_of_release=f"{SLUG}-{{release}}") as (declared, extractor, _):
        assert newest(declared, extractor) == BYTES


def test_of_two_files_with_one_name_the_later_upload_counts(home: Path) -> None:
    corrected = f"/media/6a6c6b2a8319ab05f7caa29d/{NAME}"
    page = publication(attachment(f"{MEDIA}/{NAME}"), attachment(corrected), attachment(f"{MEDIA}/{NAME}"))
    fake = whole(**{f"{SLUG}-2025": page})
    fake.files[corrected] = b"PK corrected"
    with ofsted(fake) as (declared, extractor, _):
        assert newest(declared, extractor) == b"PK corrected"


def test_a_replaced_file_is_followed_to_its_replacement(home: Path) -> None:
    fake = whole()
    fake.files[f"{MEDIA}/{NAME}"] = Reply(b"", 301, {"Location": f"/assets/media/6a6c6b2a8319ab05f7caa29d/{NAME}"})
    fake.files[f"/media/6a6c6b2a8319ab05f7caa29d/{NAME}"] = b"PK corrected, and of another size"
    with ofsted(fake) as (declared, extractor, _):
        assert newest(declared, extractor).startswith(b"PK corrected")
        assert extractor.moved == {}  # the series is where it was


def test_a_doubled_suffix_is_one_file(home: Path) -> None:
    fake = whole(**{f"{SLUG}-2025": publication(attachment(f"{MEDIA}/{NAME}.ods"))})
    fake.files[f"{MEDIA}/{NAME}.ods"] = BYTES
    with ofsted(fake) as (declared, extractor, _):
        assert extractor.files(declared, extractor.look(declared, {})[0][-1])[0].name == NAME
        assert newest(declared, extractor) == BYTES


def test_files_that_the_text_links_to_are_found(home: Path) -> None:
    old = f"/government/uploads/system/uploads/attachment_data/file/35757/{NAME}"
    body = f'<p><a href="{old}">Outcomes</a> <a href="/government/x.pdf">Guide</a> <a href="/y">more</a></p>'
    fake = whole(**{f"{SLUG}-2025": publication(body=body) | {"schema_name": "statistical_data_set"}})
    fake.files[old] = BYTES
    with ofsted(fake) as (declared, extractor, _):
        assert newest(declared, extractor) == BYTES


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (Reply(b'{"_response_info":{"status":"gone"}}', 410), "gone"),
        (Reply(b"<!DOCTYPE html>", 200, {"Content-Type": "text/html"}), "not_data"),
        (Reply(b"", 302, {"Location": "/govuk/api/content/" + COLLECTION}), "not_data"),
        (b"PK another size", "size_wrong"),
    ],
)
def test_a_file_that_is_no_longer_there_has_a_name(home: Path, file: bytes | Reply, name: str) -> None:
    fake = whole()
    fake.files[f"{MEDIA}/{NAME}"] = file
    with ofsted(fake) as (declared, extractor, _), pytest.raises(Fault) as fault:
        newest(declared, extractor)
    assert fault.value.name == name


def test_a_page_without_the_file_says_what_it_has(home: Path) -> None:
    fake = whole(**{f"{SLUG}-2025": publication(attachment("/media/x/Guidance.ods"))})
    with ofsted(fake) as (declared, extractor, _), pytest.raises(Fault, match=r"Guidance\.ods") as fault:
        newest(declared, extractor)
    assert fault.value.name == "file_missing"
