"""What dbt reads of councils' returns: a staging model of every table, made from the declaration alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from socialcare.database import ADMIN, connect
from socialcare.registry import returns
from socialcare.registry.returns import Return, all_returns
from socialcare.settings import PROJECT_ROOT
from socialcare.warehouse import generate_returns, history, raw_returns

from .delivered import deliver, empty, rows, token

MODELS = PROJECT_ROOT / "dbt_project" / "models"
DELIVERIES = (MODELS / "staging" / "returns" / "stg_returns__deliveries.sql").read_text()

#: A return that nobody sends, as one declares it: this text is all there is of it.
MADE_UP = """
id: foster_homes
name: Foster homes
base_year: 2020
last_year: 2027
year_ends: "03-31"
rolling: true
code_lists:
  kind: {F: Family, R: Respite}
tables:
  homes:
    label: Homes
    means: One row for each home.
    key: [HOME]
    required: true
    history: {key: [FAMILY, OPENED], ends: [CLOSED]}
    columns:
      HOME: {type: identifier, identifies: record, mandatory: true, privacy: direct-id, because: It opens the file.,
             becomes: pseudonym, as: home_pseudonym, meaning: Number of the record.}
      FAMILY: {type: identifier, identifies: family, mandatory: true, privacy: direct-id, because: It opens the file.,
               becomes: pseudonym, as: family_pseudonym, meaning: Keyed token of the family.}
      OPENED: {type: date, mandatory: true, privacy: plain, because: The measure., becomes: kept, as: opened,
               meaning: The day it opened.}
      CLOSED: {type: date, privacy: plain, because: The measure., becomes: kept, as: closed,
               meaning: "The day it closed; empty while it is open."}
      KIND: {type: code, codes: kind, privacy: plain, because: A short list., becomes: kept, as: kind,
             meaning: What kind of home it is.}
rules: []
"""


def as_sql(model: str) -> str:
    """A model as PostgreSQL runs it, with what dbt puts in its place."""
    deliveries = re.sub(r"\{\{ source\('returns', 'deliveries'\) \}\}", "raw.deliveries", DELIVERIES)
    model = model.replace("{{ ref('stg_returns__deliveries') }}", f"({deliveries})")
    model = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"raw.\1__\2", model)
    assert "{{" not in model
    return model


def staged(declared: Return) -> dict[str, str]:
    """The staging models of a return, by table."""
    prefix = f"stg_{declared.id}__"
    files = generate_returns.files(declared, MODELS)
    return {path.stem.removeprefix(prefix): text for path, text in files.items() if path.suffix == ".sql"}


@pytest.mark.usefixtures("module_warehouse")
@pytest.mark.parametrize("declared", all_returns(), ids=lambda declared: declared.id)
def test_every_table_is_staged_and_every_column_described(declared: Return) -> None:
    models = staged(declared)
    assert set(models) == set(declared.tables)
    file = MODELS / "staging" / declared.id / f"_{declared.id}__sources.yml"
    described = {m["name"]: m["columns"] for m in yaml.safe_load(file.read_text())["models"]}
    with connect("transformer") as connection:
        for name, model in models.items():
            found = connection.execute(f"select * from ({as_sql(model)}) as staged limit 0")
            assert found.description is not None
            columns = [column.name for column in found.description]
            assert columns == [c["name"] for c in described[f"stg_{declared.id}__{name}"]]
            assert all(c["description"] for c in described[f"stg_{declared.id}__{name}"]), name


def test_the_newest_delivery_of_each_year_counts_and_a_list_of_no_year_is_its_newest(module_warehouse: str) -> None:
    def episodes(day: str, year: int, child: str, *, is_synthetic: bool = False) -> None:
        row = {"child_pseudonym": token(child), "decom": "2026-01-01", "ls": "C2"}
        deliver(day, {"episodes": [row]}, year=year, is_synthetic=is_synthetic)

    episodes("2026-03-31", 2026, "first of last year")
    episodes("2026-06-10", 2026, "last year corrected")
    episodes("2026-06-01", 2027, "this year")
    episodes("2026-06-09", 2027, "made up", is_synthetic=True)
    deliver("2026-06-10", {"episodes": []}, verdict="rejected")
    for day, year in (("2026-03-31", 2026), ("2026-04-01", 2027)):
        contact = {"child_pseudonym": token(day), "contact_date": day}
        deliver(day, {"contacts": [contact]}, return_id="annex_a", year=year)
    ssda903, annex_a = (staged(next(d for d in all_returns() if d.id == name)) for name in ("ssda903", "annex_a"))
    found = rows(
        f"select collection_year, child_pseudonym, is_newest from ({as_sql(ssda903['episodes'])}) as staged order by 1"
    )
    assert found == [(2026, token("last year corrected"), False), (2027, token("this year"), True)]
    assert rows(f"select child_pseudonym from ({as_sql(annex_a['contacts'])}) as staged") == [(token("2026-04-01"),)]
    empty()


def test_a_new_return_is_one_declaration(
    module_warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "foster_homes.yml").write_text(MADE_UP)
    (declared,) = all_returns(tmp_path)
    for module in (returns, raw_returns, history):
        monkeypatch.setattr(module, "all_returns", lambda: (declared,))
    with connect(ADMIN) as connection:
        raw_returns.ensure_all(connection)

    def told(day: str, record: str, kind: str) -> int:
        home = {"home_pseudonym": record, "family_pseudonym": token("family"), "opened": "2026-01-01", "kind": kind}
        return deliver(day, {"homes": [home]}, return_id="foster_homes")

    told("2026-06-01", "number of tonight", "F")
    told("2026-06-02", "given anew", "F")
    told("2026-06-03", "given anew again", "R")
    history.follow()
    assert rows(
        "select kind, known_from::text, known_to::text from intermediate.int_history__foster_homes__homes order by 2"
    ) == [("F", "2026-06-01", "2026-06-03"), ("R", "2026-06-03", None)]
    assert rows(f"select kind, closed, is_newest from ({as_sql(staged(declared)['homes'])}) as staged") == [
        ("R", None, True)
    ]
    empty()
