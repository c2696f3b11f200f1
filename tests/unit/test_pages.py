"""The landing page's server: only below the secret, only what is for everybody, and nothing outside its folders."""

from __future__ import annotations

import json
import os
import threading
import tracemalloc
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import requests
from lxml import html

from socialcare.operate import handbook, landing, pages
from socialcare.settings import PROJECT_ROOT, get_settings

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def base(home: Path) -> Iterator[str]:
    """The address of a server over a home with a few files; its database was never started."""
    made = {
        "extracts/v1/regional/report/index.html": "<h1>The report</h1>",
        "extracts/v1/regional/comparison.csv": "a,b",
        "extracts/v1/durham/durham.csv": "OWN",
        "extracts/v1/manifest.json": "{}",
        "data_docs/index.html": "checks",
        "secrets/postgres-analyst": "PASSWORD",
    }
    for name, text in made.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (home / "extracts/current").symlink_to("v1")
    server = pages.make(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{pages._token()}/"
    server.shutdown()
    server.server_close()


def got(address: str) -> requests.Response:
    """Ask as a browser would not: dots stay in the path."""
    request = requests.Request("GET", address).prepare()
    request.url = address
    return requests.Session().send(request, timeout=5)


def test_it_listens_on_loopback_alone(home: Path) -> None:
    with pages.make(0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_what_all_share_is_served(base: str) -> None:
    assert got(base + "report/index.html").text == "<h1>The report</h1>"
    assert got(base + "extracts/comparison.csv").text == "a,b"
    assert got(base + "checks/index.html").text == "checks"


@pytest.mark.parametrize(
    "asked",
    [
        "durham/durham.csv",
        "extracts/../durham/durham.csv",
        "extracts/%2e%2e/durham/durham.csv",
        "extracts//etc/passwd",
        "report/../../../../secrets/postgres-analyst",
        "checks/../secrets/postgres-analyst",
        "handbook/include/socialcare/settings.py",
        "handbook/docs/../../../etc/passwd",
        "handbook/pyproject.toml",
        "extracts/",
        "nothing",
        "report/%00",
        "report/" + "a" * 256,
        "handbook/docs/" + "a" * 256 + ".md",
    ],
)
def test_nothing_else_is(base: str, asked: str) -> None:
    answer = got(base + asked)
    assert answer.status_code == 404
    assert answer.text == "Not found.\n"


def test_a_large_file_is_never_whole_in_memory(base: str, home: Path) -> None:
    size = 64 * 1024 * 1024
    with (home / "extracts/v1/regional/large.parquet").open("wb") as large:
        large.truncate(size)
    tracemalloc.start()
    try:
        for method in ("HEAD", "GET"):
            with requests.request(method, base + "extracts/large.parquet", stream=True, timeout=5) as answer:
                assert answer.headers["Content-Length"] == str(size)
                read = sum(len(piece) for piece in answer.iter_content(1 << 20))
                assert read == (size if method == "GET" else 0)
        assert tracemalloc.get_traced_memory()[1] < size / 4
    finally:
        tracemalloc.stop()


def test_without_the_secret_there_is_nothing(base: str) -> None:
    root = base.rsplit("/", 2)[0]
    for asked in ("/", "/report/index.html", "/wrong/", "/wrong/report/index.html"):
        assert got(root + asked).status_code == 404


def test_pages_may_reach_nothing_beyond_this_address(base: str) -> None:
    headers = got(base).headers
    assert headers["Referrer-Policy"] == "no-referrer", "the address holds the secret"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "http" not in headers["Content-Security-Policy"]


def test_it_says_what_is_wrong_while_the_database_is_away(base: str) -> None:
    answer = got(base)
    assert answer.status_code == 200
    assert "The database does not answer" in answer.text
    links = html.fromstring(answer.text).xpath("//main//a/@href")
    assert {"report/index.html", "checks/index.html", "extracts/comparison.csv"} <= set(links)
    assert "tables/index.html" not in links, "dbt's pages were not made here"
    for link in links:
        assert got(base + link).status_code == 200, link


def test_every_document_is_a_page_whose_links_lead_on(base: str) -> None:
    for name in ("docs/adr/README.md", "docs/data-model.md", "README.md", "docs/sources.md"):
        page = html.fromstring(got(f"{base}handbook/{name}").content)
        assert page.xpath("//main//h1")
        assert not page.xpath("//script")
        page.make_links_absolute(f"{base}handbook/{name}")
        below = [link for link in page.xpath("//a/@href") if link.startswith(base) and "#" not in link]
        assert below
        for link in below:
            if link.endswith((".md", "/")):
                assert got(link).status_code == 200, link


def test_tags_in_a_document_are_words(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# A\n\n<script>alert(1)</script>\n")
    monkeypatch.setenv("SOCIALCARE_PROJECT_ROOT", str(tmp_path))
    get_settings.cache_clear()
    found = handbook.find("docs/a.md")
    assert found is not None
    assert "<script>" not in handbook.rendered(found)


def test_stale_held_and_synthetic_are_marks_at_the_top() -> None:
    said = landing.page(
        "x", text="", stale="the last night ended held for a person", synthetic=True, held=[(7, "1 May 2025 02:10")]
    )
    marks = " ".join(mark.text_content() for mark in html.fromstring(said).xpath("//header//*[@class='mark']"))
    assert "SYNTHETIC" in marks
    assert "STALE: the last night ended held for a person." in marks
    assert "HELD: version 7 waits for a person since 1 May 2025 02:10" in marks


def test_no_address_is_told_where_nothing_serves(home: Path) -> None:
    assert pages.address() is None
    (home / "run").mkdir()
    (home / "run/pages.json").write_text(json.dumps({"port": 1, "pid": os.getpid()}))
    assert pages.address() is None, "that process is another"
    assert PROJECT_ROOT.exists()


def test_what_is_served_asks_nobody_else_for_anything(base: str, home: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    from playwright.sync_api import sync_playwright

    page_of_dbt = files("dbt.task.docs").joinpath("index.html").read_bytes()  # the page that `make docs` fills in
    (home / "docs/dbt").mkdir(parents=True)
    (home / "docs/dbt/index.html").write_bytes(page_of_dbt)
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        for name in ("", "tables/index.html", "handbook/README.md", "handbook/docs/report.md"):
            page.goto(base + name, wait_until="networkidle")
        browser.close()
    assert len(asked) >= 4
    assert not [url for url in asked if not url.startswith((base, "data:", "blob:"))]
