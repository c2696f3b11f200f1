"""The door, end to end on a real server: planted truth, planted defects, provenance, nothing twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from socialcare import generate
from socialcare.database import connect
from socialcare.door import arrival, intake
from socialcare.door.intake import take_in
from socialcare.door.verdicts import Taken
from socialcare.errors import Fault
from socialcare.generate.deliver import AS_OF, COLLECTION_YEAR, write_delivery
from socialcare.registry.councils import council
from socialcare.settings import get_settings
from socialcare.steps.night import ingest_council


def take_all(council_id: str) -> list[Taken]:
    return [take_in(d) for d in arrival.look(council_id, settled_after=0).whole]


def rows(query: str, *values: object) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query, values).fetchall()


OPEN_CHILDREN = """
    select count(distinct child_pseudonym) from raw.ssda903__episodes e
    join raw.current_deliveries d on d.delivery_id = e._delivery_id
    where e.dec is null and e.ls not in ('V3', 'V4') and d.council_id = %s
"""


@pytest.mark.parametrize("council_id", ["durham", "south_tyneside", "redcar_and_cleveland"])
def test_the_planted_truth_comes_out_exactly(warehouse: str, council_id: str) -> None:
    truth = generate.ssda903(council_id, AS_OF, COLLECTION_YEAR)
    generate.deliver(council_id)
    (taken,) = take_all(council_id)
    assert taken.verdict == "partly_accepted"
    assert rows(OPEN_CHILDREN, council_id) == [(truth.open_children,)]
    assert taken.rows_in == sum(truth.rows.values())
    assert taken.rows_quarantined == sum(truth.quarantined.values())


def test_every_planted_defect_gets_its_verdict_and_nothing_else_is_found(warehouse: str) -> None:
    truth = generate.ssda903("south_tyneside", AS_OF, COLLECTION_YEAR)
    generate.deliver("south_tyneside")
    take_all("south_tyneside")
    found = Counter(rows("select table_name, line, rule_code, severity from door.findings"))
    assert found == Counter((p.table, p.line, p.rule_code, p.severity) for p in truth.planted)
    assert len(truth.planted) >= 40


def test_a_delivery_without_defects_is_accepted_whole(warehouse: str) -> None:
    truth = generate.ssda903("durham", AS_OF, COLLECTION_YEAR, open_children=50, defects=())
    write_delivery(truth, get_settings().inbox / "durham", "durham", AS_OF, COLLECTION_YEAR)
    (taken,) = take_all("durham")
    assert (taken.verdict, taken.rows_quarantined) == ("accepted", 0)
    assert rows("select count(*) from door.findings") == [(0,)]
    assert rows(OPEN_CHILDREN, "durham") == [(50,)]


def test_only_reduced_values_are_loaded(warehouse: str) -> None:
    generate.deliver("durham")
    take_all("durham")
    checks = {
        "births on another day than the first": ("header", "extract(day from birth_month) <> 1"),
        "sectors that are whole postcodes": ("episodes", "home_sector !~ '^[A-Z0-9]+ [0-9]$'"),
        "pupil numbers": ("header", "upn_kind <> 'present' and upn_kind !~ '^UN[1-5]$'"),
        "tokens of another form": ("header", "child_pseudonym !~ '^[0-9a-f]{32}$'"),
    }
    for what, (table, where) in checks.items():
        assert rows(f"select 1 from raw.ssda903__{table} where {where}") == [], what
    assert rows("select count(home_sector) > 1000 from raw.ssda903__episodes") == [(True,)]


def test_the_same_delivery_again_changes_nothing(warehouse: str) -> None:
    generate.deliver("durham")
    take_all("durham")
    before = rows("select count(*), sum(_line) from raw.ssda903__episodes")
    generate.deliver("durham")
    (again,) = take_all("durham")
    assert again.verdict == "unchanged"
    assert rows("select count(*), sum(_line) from raw.ssda903__episodes") == before
    assert rows("select count(*) from raw.deliveries") == [(1,)]
    assert arrival.look("durham").whole == ()


def test_an_older_extract_that_arrives_late_does_not_become_the_current_one(warehouse: str) -> None:
    from datetime import date

    inbox = get_settings().inbox / "durham"
    for day in (AS_OF, date(2026, 9, 30)):
        made = generate.ssda903("durham", day, COLLECTION_YEAR, open_children=20, defects=())
        write_delivery(made, inbox, "durham", day, COLLECTION_YEAR)
        take_all("durham")
    assert rows("select as_of_date from raw.current_deliveries") == [(AS_OF,)]


def test_a_child_has_one_token_in_every_delivery_and_another_in_every_council(warehouse: str) -> None:
    from datetime import date

    for council_id in ("durham", "south_tyneside"):
        for day in (date(2026, 9, 30), AS_OF):
            made = generate.ssda903("durham", day, COLLECTION_YEAR, open_children=20, defects=())
            write_delivery(made, get_settings().inbox / council_id, council_id, day, COLLECTION_YEAR)
        take_all(council_id)
    tokens = rows("select council_id, child_pseudonym, count(*) from raw.ssda903__header group by 1, 2")
    assert {count for *_, count in tokens} == {2}
    assert len({token for _, token, _ in tokens}) == len(tokens)


def test_the_receipt_is_in_that_councils_outbox_alone_and_only_its_owner_reads_it(warehouse: str) -> None:
    generate.deliver("durham")
    take_all("durham")
    outbox = get_settings().outbox
    assert [p.name for p in outbox.iterdir()] == ["durham"]
    receipts = sorted((outbox / "durham").iterdir())
    assert [p.name for p in receipts] == ["receipt-2026-10-31-1.html", "receipt-2026-10-31-1.xlsx"]
    assert {p.stat().st_mode & 0o777 for p in receipts} == {0o600}
    assert (outbox / "durham").stat().st_mode & 0o777 == 0o700
    page = receipts[0].read_text()
    assert "SYNTHETIC" in page
    assert "row 2" in page
    assert "DH1" not in page
    sheets = CalamineWorkbook.from_path(receipts[1])
    cells = [
        str(cell) for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python() for cell in row
    ]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    assert "'=1+1" in cells, "the planted formula is told, harmless"


def test_a_night_makes_a_synthetic_delivery_of_each_return_once(warehouse: str) -> None:
    first = ingest_council("n1", "durham")
    assert first.outcome == "partly_accepted"
    assert first.rows_loaded
    assert ingest_council("n2", "durham").outcome == "nothing_sent"
    sent = rows("select return_id, collection_year from raw.deliveries order by return_id, collection_year")
    assert sorted({name for name, _ in sent}) == sorted(council("durham").returns)
    assert len(set(sent)) == len(sent), "each return once a year"
    several = [name for name, _ in sent if [each for each, _ in sent].count(name) > 1]
    assert several == ["local_records"] * 3, "what a programme changed shows over years"


def test_with_the_inbox_setting_nothing_is_made_up(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCARE_COUNCILS", "inbox")
    get_settings.cache_clear()
    assert ingest_council("n1", "durham").outcome == "nothing_sent"
    assert not (get_settings().inbox / "durham").exists()


def test_a_folder_without_its_marker_is_left_alone(warehouse: str) -> None:
    folder: Path = generate.deliver("durham")
    (folder / "delivery.json").rename(folder / "not-yet")
    seen = arrival.look("durham")
    assert (seen.whole, seen.arriving) == ((), 1)
    assert ingest_council("n1", "durham").outcome == "nothing_sent"
    assert folder.exists()


def test_a_delivery_that_changes_while_it_is_read_is_left_for_the_next_look(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = generate.deliver("durham")
    real = intake.make_plan

    def write_meanwhile(*given: object) -> object:
        with next(folder.glob("*_ssda903_episodes_*")).open("a") as file:
            file.write("more")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "make_plan", write_meanwhile)
    with pytest.raises(Fault, match="delivery_changed"):
        take_all("durham")
    assert rows("select count(*) from raw.deliveries") == [(0,)]
    assert rows("select count(*) from raw.ssda903__episodes") == [(0,)]
    assert folder.exists()
