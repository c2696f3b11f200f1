"""The report from a real database: every figure is the published one, nobody else's is there, every link leads on."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import defaultdict
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from psycopg import sql

from socialcare.database import ADMIN, connect
from socialcare.errors import Fault
from socialcare.registry import Council, all_councils
from socialcare.report import charts, site
from socialcare.report import page as pages_of
from socialcare.report.figures import KEYS

from . import report_marts
from .report_marts import HOSTILE, LIVE

CHROMIUM = Path("/usr/bin/chromium")
ABOUT = {
    "version_id": 7,
    "built_at": datetime(2025, 2, 3, 2, 10, tzinfo=UTC),
    "data_mode": "sample",
    "changes": {"since_version": 6, "tables": {"regional_comparison": {"added": 12, "removed": 0, "changed": 1}}},
}
SOURCES = [
    {"source_id": "durham", "kind": "council", "title": "Durham", "newest_release": "ssda903/2025", "state": "ok",
     "message": "", "as_of_date": None, "is_synthetic": True},
    {"source_id": "dfe", "kind": "source", "title": "Children looked after", "newest_release": "dfe/2024",
     "state": "kept_last_good", "message": f"The file lacks a column {HOSTILE}.", "as_of_date": None,
     "is_synthetic": None},
]  # fmt: skip


def fill(folder: Path, council: Council | None, before: Path | None = None, version: int = 7) -> None:
    about = ABOUT | {"version_id": version}
    with connect(council.role if council else "analyst") as connection:
        site.fill(folder, connection, council=council, about=about, sources=SOURCES, before=before)


def durham() -> Council:
    return next(council for council in all_councils() if council.id == "durham")


@pytest.fixture(scope="module")
def editions(module_warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The shared edition and Durham's own, of marts made by hand."""
    report_marts.make()
    root = tmp_path_factory.mktemp("report")
    made = {"shared": root / "shared", "durham": root / "durham"}
    fill(made["shared"], None)
    fill(made["durham"], durham())
    return made


def pages(folder: Path) -> dict[str, Any]:
    return {path.name: html.fromstring(path.read_bytes()) for path in sorted(folder.iterdir())}


def figures(folder: Path) -> list[tuple[str, dict[str, str], str]]:
    """Every figure of every page: the page, its attributes, what a person reads."""
    return [
        (name, {key.removeprefix("data-"): value for key, value in found.attrib.items()}, found.text_content())
        for name, page in pages(folder).items()
        for found in page.xpath("//*[@data-mart]")
    ]


def published(role: str, cells: set[tuple[str, str, tuple[str, ...]]]) -> dict[tuple[str, str, tuple[str, ...]], Any]:
    """Ask the database for each cell by its key, as a reader would."""
    wanted = defaultdict(set)
    for mart, column, _ in cells:
        wanted[mart].add(column)
    found: dict[tuple[str, str, tuple[str, ...]], Any] = {}
    with connect(role) as connection:
        for mart, columns in wanted.items():
            keys = list(KEYS[mart].values())
            query = sql.SQL("select {} from {}").format(
                sql.SQL(", ").join(map(sql.Identifier, [*keys, *columns])), sql.Identifier("published", mart)
            )
            for row in connection.execute(query).fetchall():
                key = tuple(str(cell) for cell in row[: len(keys)])
                for column, value in zip(columns, row[len(keys) :], strict=True):
                    assert (mart, column, key) not in found, f"{mart} has two rows of {key}"
                    found[mart, column, key] = value
    return found


@pytest.mark.parametrize(("edition", "role"), [("shared", "analyst"), ("durham", "council_durham")])
def test_every_figure_on_every_page_is_the_published_one(editions: dict[str, Path], edition: str, role: str) -> None:
    there = figures(editions[edition])
    cells = [(a["mart"], a["what"], tuple(a[name] for name in KEYS[a["mart"]])) for _, a, _ in there]
    said = published(role, set(cells))
    assert len(there) > 250
    for cell, (name, a, text) in zip(cells, there, strict=True):
        value, machine = said[cell], a["value"]
        if value is None:
            assert machine == "", f"{name}: {cell}"
            assert not re.search(r"\d", text), f"{name}: {cell} is not published and reads {text}"
        else:
            assert Decimal(machine) == value, f"{name}: {cell}"
            shown = text.replace(",", "").replace("−", "-").replace("+", "").split()[0]
            places = len(shown.partition(".")[2])
            rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            assert Decimal(shown) == rounded, f"{name}: {cell} reads {text}"


def test_no_number_stands_in_a_figures_place_without_its_address(editions: dict[str, Path]) -> None:
    for name, page in pages(editions["shared"]).items():
        bare = page.xpath("//td//*[contains(@class, 'big')][not(@data-mart) and not(.//*[@data-mart])]")
        assert not bare, name
        assert not page.xpath("//data[not(@data-mart)]"), name


def test_a_councils_live_figures_are_in_its_own_edition_alone(editions: dict[str, Path]) -> None:
    text = {name: "".join(path.read_text() for path in folder.iterdir()) for name, folder in editions.items()}
    live = {code: (f"{figure:,}", str(figure)) for code, figure in LIVE.items()}
    assert live["E06000047"][0] in text["durham"]
    for code, shapes in live.items():
        for shape in shapes:
            assert shape not in text["shared"], code
            assert code == "E06000047" or shape not in text["durham"], code
    own = {"own.html", "quality.html", "practice.html", "practice-audits.html"}
    assert not own & set(pages(editions["shared"]))
    assert own <= set(pages(editions["durham"]))
    assert "For Durham alone" in text["durham"]


def test_nothing_is_made_when_row_level_security_was_lost(editions: dict[str, Path], tmp_path: Path) -> None:
    with connect(ADMIN) as connection:
        connection.execute("alter table published.local_indicators disable row level security")
    try:
        with pytest.raises(Fault, match="foreign_rows"):
            fill(tmp_path, durham())
    finally:
        with connect(ADMIN) as connection:
            connection.execute("alter table published.local_indicators enable row level security")


def test_a_suppressed_value_is_a_sign_with_words(editions: dict[str, Path]) -> None:
    hidden = [
        text
        for _, a, text in figures(editions["shared"])
        if (a["mart"], a["what"]) == ("regional_comparison", "value")
        and (a["council"], a["indicator"], a["period"]) == ("E08000023", "cla_rate_per_10000", "2024")
    ]
    assert hidden
    assert set(hidden) == {"c suppressed to protect people"}


def test_at_a_month_end_what_is_hidden_is_neither_told_nor_drawn(editions: dict[str, Path]) -> None:
    page = pages(editions["shared"])["month-ends.html"]
    cells = {cell.get("data-label"): cell for cell in page.xpath("//table//td")}
    assert " ".join(cells["Durham"].text_content().split()).startswith("40% 30 of 75 28 February 2025, SYNTHETIC")
    hidden = cells["South Tyneside"]
    assert " ".join(hidden.text_content().split()) == (
        "c suppressed to protect people 28 February 2025, SYNTHETIC no line: 1 figure"
    )
    assert not hidden.xpath(".//*[@data-what='numerator' or @data-what='denominator'] | .//*[local-name()='svg']")


def test_practice_stands_beside_the_inspection_that_asked_and_in_quarters(editions: dict[str, Path]) -> None:
    found = pages(editions["durham"])
    areas = found["practice-areas.html"]
    assert areas.xpath("//h2/text()") == ["Interviews after going missing"]
    assert areas.xpath("//a[@href='ofsted.html'][contains(., '9 May 2022')]")
    audits = found["practice-audits.html"]
    assert audits.xpath("//*[@aria-label='Line from 30 September 2024 to 31 December 2024.']")
    assert "by team" in audits.xpath("string(//summary)")


def test_a_return_and_its_tables_have_the_names_that_people_know(editions: dict[str, Path]) -> None:
    page = (editions["durham"] / "quality.html").read_text()
    assert "<b>SSDA903, children looked after</b>: its deliveries" in page
    assert "SSDA903 2025: Header" in page
    assert "no line" not in page, "one delivery is no line, and its figure stands below"


def test_the_answer_says_since_when(editions: dict[str, Path]) -> None:
    (answer,) = pages(editions["shared"])["measure-rereferral-pct.html"].xpath("//section[@aria-label='Durham']")
    words = " ".join(answer.text_content().split())
    assert "worse than its neighbours" in words
    assert "in each period since the year to 31 March 2023 (2 periods)" in words


def test_the_marks_cannot_be_missed(editions: dict[str, Path]) -> None:
    for name, page in pages(editions["shared"]).items():
        marks = " ".join(mark.text_content() for mark in page.xpath("//header//*[@class='mark']"))
        assert "SYNTHETIC" in marks, name
        assert "STALE in part: Children looked after" in marks, name


def test_what_changed_since_the_version_before_is_told(editions: dict[str, Path]) -> None:
    words = " ".join(pages(editions["shared"])["index.html"].text_content().split())
    assert "Since version 6, the one before" in words
    assert "regional comparison: 12 rows new, 1 row changed, 0 rows gone" in words


def test_one_version_has_the_same_bytes(editions: dict[str, Path], tmp_path: Path) -> None:
    fill(tmp_path, None)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in editions["shared"].iterdir()
    }


def delivered(report: Path, folder: Path) -> Path:
    """Lay a report into a folder as a delivery does, beside its manifest."""
    shutil.copytree(report, folder / "report")
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(report.iterdir())}
    files = [{"name": f"report/{name}", "sha256": told} for name, told in sums.items()]
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    return folder / "report"


def made(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was written or drawn anew: names of templates, and ``chart`` for each drawing."""
    done: list[str] = []
    lines, drawing = pages_of._lines, charts._svg.__wrapped__

    def write(template: str, **values: Any) -> str:
        done.append(template)
        return lines(template, **values)

    def draw(asked: str) -> str:
        done.append("chart")
        return drawing(asked)

    monkeypatch.setattr(pages_of, "_lines", write)
    monkeypatch.setattr(charts, "_svg", draw)
    return done


@pytest.mark.parametrize("edition", ["shared", "durham"])
def test_a_version_with_the_same_figures_is_written_from_last_times_pages(
    editions: dict[str, Path], edition: str, tmp_path: Path, work: list[str]
) -> None:
    council = durham() if edition == "durham" else None
    before = delivered(editions[edition], tmp_path / "before")
    fill(tmp_path / "warm", council, before, version=8)
    assert set(work) == {"base"}, "heads and feet, which name the version"
    fill(tmp_path / "cold", council, version=8)
    assert made(tmp_path / "warm") == made(tmp_path / "cold")
    assert made(tmp_path / "cold").keys() == made(before).keys()
    assert made(tmp_path / "cold") != made(before)


def test_one_changed_figure_makes_only_its_own_pages_and_its_chart_anew(
    editions: dict[str, Path], tmp_path: Path, work: list[str]
) -> None:
    before = delivered(editions["shared"], tmp_path / "before")
    with connect(ADMIN) as connection:
        change = (
            "update published.regional_comparison set value = value + %s where council_code = 'E06000001'"
            " and indicator_id = 'rereferral_pct' and period = '2024'"
        )
        connection.execute(change, [1])
        try:
            connection.commit()
            fill(tmp_path / "warm", None, before)
            assert sorted(name for name in work if name != "base") == ["chart", "council", "measure"]
            fill(tmp_path / "cold", None)
        finally:
            connection.execute(change, [-1])
    assert made(tmp_path / "warm") == made(tmp_path / "cold")


def test_a_page_that_was_changed_where_it_lay_is_made_anew(
    editions: dict[str, Path], tmp_path: Path, work: list[str]
) -> None:
    before = delivered(editions["shared"], tmp_path / "before")
    page_there = before / "measure-rereferral-pct.html"
    page_there.write_bytes(page_there.read_bytes().replace(b"Re-referrals", b"Something else"))
    (before / "measures.html").unlink()
    fill(tmp_path / "warm", None, before)
    assert sorted(name for name in work if name != "base") == ["chart", "measure", "measures"]
    assert made(tmp_path / "warm") == made(editions["shared"])


@pytest.mark.parametrize("edition", ["shared", "durham"])
def test_every_link_leads_somewhere_and_nothing_is_fetched(editions: dict[str, Path], edition: str) -> None:
    found = pages(editions[edition])
    ids = {name: set(page.xpath("//@id")) for name, page in found.items()}
    for name, page in found.items():
        assert len(page.xpath("//@id")) == len(ids[name]), f"{name}: one id, one place"
        for target in page.xpath("//a/@href"):
            file, _, anchor = target.partition("#")
            assert (file or name) in found, f"{name}: {target}"
            assert not anchor or anchor in ids[file or name], f"{name}: {target}"
        assert not page.xpath("//script | //link | //img | //iframe | //object | //*[@src] | //@onload"), name
        policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy == ["default-src 'none'; style-src 'unsafe-inline'"], name
        assert "url(" not in (page.xpath("string(//style)")), name


def test_a_hostile_name_is_words_on_the_page(editions: dict[str, Path]) -> None:
    page = pages(editions["shared"])["measure-hostile-pct.html"]
    assert page.xpath("string(//h1)") == HOSTILE


@pytest.mark.parametrize("edition", ["shared", "durham"])
def test_pages_can_be_read_without_seeing_them(editions: dict[str, Path], edition: str) -> None:
    for name, page in pages(editions[edition]).items():
        assert page.xpath("/html/@lang") == ["en-GB"], name
        assert len(page.xpath("//h1")) == len(page.xpath("//main")) == 1, name
        assert page.xpath("string(//a[1]/@href)") == "#main", f"{name}: the first link skips to the page"
        assert not page.xpath("//th[not(@scope)]"), name
        assert not page.xpath("//table[not(caption)]"), name
        for drawing in page.xpath("//*[local-name()='svg']"):
            assert drawing.get("role") == "img", name
            assert drawing.get("aria-label") or drawing.get("aria-labelledby"), name


@pytest.mark.parametrize(
    ("scheme", "kinds"),
    [
        (
            "light",
            "index measures council-durham measure-rereferral-pct ofsted own quality workforce month-ends practice"
            " practice-audits",
        ),
        ("dark", "index measure-rereferral-pct practice-impact practice-survey"),
    ],
)
def test_a_browser_without_a_network_finds_nothing_wrong(editions: dict[str, Path], scheme: Any, kinds: str) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium: pages were read without a browser only")
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        # The pages forbid scripts of their own: the examiner's has to be let past.
        context = browser.new_context(offline=True, color_scheme=scheme, bypass_csp=True)
        page, said = context.new_page(), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
        for kind in kinds.split():
            place = editions["durham"] / f"{kind}.html"
            page.goto(place.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            for width in (400, 1366):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{kind} at {width}"
            serious = [
                (one["id"], one["nodes"][0]["html"][:200])
                for one in Axe().run(page).response["violations"]
                if one["impact"] in ("serious", "critical")
            ]
            assert not serious, kind
        browser.close()
    assert not said
