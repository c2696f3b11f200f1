"""The published schema by hand: every mart as its contract declares it, with a few invented rows, for the report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from socialcare.database import ADMIN, connect
from socialcare.registry import all_councils
from socialcare.settings import PROJECT_ROOT

#: A name that would be a tag, an attribute's end and a link, if anybody forgot that it is a name.
HOSTILE = "<script>alert(1)</script>\" onload='x' &amp; Measure"
OTHERS = {"E06000001": "Hartlepool", "E06000005": "Darlington"}
ELSEWHERE = {"E06000008": "Blackburn with Darwen", "E06000009": "Blackpool"}
#: Made up, each recognisable: council code -> children looked after now, and its local figure.
LIVE = {"E06000047": 90417, "E06000003": 90423, "E08000023": 90431}
MEASURES = {
    "rereferral_pct": ("Re-referrals", "%", 1, "low", True),
    "cla_rate_per_10000": ("Children looked after", "per 10,000 aged 0-17", 0, "neutral", True),
    "hostile_pct": (HOSTILE, "%", 1, "high", False),
}


def declared() -> dict[str, dict[str, Any]]:
    """Every mart that the models declare, with its columns."""
    files = sorted((PROJECT_ROOT / "dbt_project/models/marts").glob("_*__models.yml"))
    return {model["name"]: model for file in files for model in yaml.safe_load(file.read_text())["models"]}


def make() -> None:
    """Make the schema anew, readable as the published one is, and fill it."""
    marts = declared()
    with connect(ADMIN) as connection:
        connection.execute("drop schema published cascade; create schema published authorization publisher")
        roles = ["analyst", *(council.role for council in all_councils())]
        for name, model in marts.items():
            columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"])
            connection.execute(f"create table published.{name} ({columns})")  # type: ignore[arg-type]
            if model["config"]["meta"]["access"] == "own":
                connection.execute(f"alter table published.{name} enable row level security")  # type: ignore[arg-type]
                for council in all_councils():
                    connection.execute(
                        f"create policy {council.role} on published.{name} to {council.role}"  # type: ignore[arg-type]
                        f" using (council_code = '{council.ons_code}')"
                    )
        for role in roles:
            connection.execute(
                f"grant usage on schema published to {role};"  # type: ignore[arg-type]
                f" grant select on all tables in schema published to {role}"
            )
        for mart, rows in (_rows() | _practice()).items():
            known = {column["name"] for column in marts[mart]["columns"]} if mart in marts else set()
            for row in rows if known else ():
                _insert(connection, mart, {name: value for name, value in row.items() if name in known})


def _insert(connection: Any, mart: str, row: dict[str, Any]) -> None:
    names, holes = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
    connection.execute(f"insert into published.{mart} ({names}) values ({holes})", list(row.values()))


def _councils() -> dict[str, str]:
    return {council.ons_code: council.name for council in all_councils()} | OTHERS | ELSEWHERE


def _region(code: str) -> str:
    return "E12000002" if code in ELSEWHERE else "E12000001"


def _rows() -> dict[str, list[dict[str, Any]]]:
    ids = {council.ons_code: council.id for council in all_councils()}
    compared = [row for place in enumerate(_councils().items()) for row in _compared(*place)]
    return {
        "dim_council": [
            {"council_code": code, "dfe_code": code[-3:], "council_name": name, "region_code": _region(code),
             "exists_now": True, "council_id": ids.get(code)}
            for code, name in _councils().items()
        ],
        "dim_indicator": [
            {"indicator_id": key, "indicator_name": name, "question": f"What of {name}?", "topic": "A topic",
             "unit": unit, "decimals": decimals, "polarity": polarity, "period_type": "year", "held_status": "held",
             "is_headline": headline, "caveat": HOSTILE}
            for key, (name, unit, decimals, polarity, headline) in MEASURES.items()
        ],
        "regional_comparison": compared,
        "figure_origins": [
            {"council_code": row["council_code"], "indicator_id": row["indicator_id"], "period": row["period"],
             "publication_title": "A publication", "release_id": "made_up/2024", "file_name": "b1.csv", "line": 7,
             "source_column": "rate"}
            for row in compared
        ],
        "indicator_history": [
            {"indicator_id": "rereferral_pct", "geographic_level": "la", "area_code": "E06000047", "period": "2023",
             "period_end_date": date(2023, 3, 31), "release": release, "value": value, "value_status": "final",
             "area_name": "Durham"}
            for release, value in (("2023", Decimal("18.25")), ("2024", Decimal("19.75")))
        ],
        "dim_neighbour_set": [
            {"neighbour_set": model, "applies_from": date(int(model[-4:]), 1, 1), "council_code": "E06000047",
             "council_name": "Durham", "position": place, "neighbour_code": code, "neighbour_name": name}
            for model in ("DfE 2021", "DfE 2025") for place, (code, name) in enumerate(OTHERS.items(), start=1)
        ],
        "standing_out": [
            {"council_code": "E06000047", "council_name": "Durham", "indicator_id": "rereferral_pct",
             "indicator_name": "Re-referrals", "what": "change", "period": "2024", "value": Decimal("22.5"),
             "change_on_previous": Decimal("2.5"), "unit": "%", "direction": "high", "reading": "worse", "place": 1,
             "tried": 6, "stands_out": True, "is_small_number": False}
        ],
        "ofsted_judgements": [
            {"inspection_id": "E06000047/2022-05-09", "council_code": "E06000047", "council_name": "Durham",
             "inspection_type": "ILACS Standard Inspection", "inspection_start_date": date(2022, 5, 9),
             "publication_date": date(2022, 7, 5), "overall_effectiveness": "Good", "is_current": True}
        ],
        "looked_after_now": [
            {"council_code": code, "council_name": name, "as_of_date": date(2025, 1, 31), "is_synthetic": True,
             "children_looked_after": LIVE[code], "value_status": "provisional"}
            for code, name in _councils().items() if code in LIVE
        ],
        "local_indicators": [
            {"council_code": code, "council_name": name, "indicator_id": "rereferral_pct", "place": 1,
             "indicator_name": "Re-referrals", "period_type": "rolling_12_months", "as_of_date": date(2025, 1, 31),
             "basis": "local", "value": Decimal(LIVE[code]) / 1000, "value_status": "provisional", "unit": "%",
             "decimals": 1, "numerator": LIVE[code], "denominator": 100_000, "is_synthetic": True,
             "has_rows_outside": True}
            for code, name in _councils().items() if code in LIVE
        ],
        "quality_deliveries": [
            {"council_code": "E06000047", "council_name": "Durham", "return_id": "ssda903", "collection_year": 2025,
             "place": place, "as_of_date": date(2025, place, 28), "received_on": date(2025, place, 28),
             "verdict": "partly_accepted", "rows_in": 1000, "rows_loaded": 980 + place, "rows_quarantined": 20 - place,
             "loaded_pct": Decimal(980 + place) / 10, "rules_broken": 2, "is_newest": place == 2, "is_synthetic": True}
            for place in (1, 2)
        ],
        "quality_defects": [
            {"council_code": "E06000047", "council_name": "Durham", "return_id": "ssda903", "collection_year": 2025,
             "table_name": "header", "rule_code": "102", "column_name": "DOB", "severity": "quarantine",
             "first_place": 1, "found_on": date(2025, 1, 28), "deliveries": 2, "rows_found": 3, "is_open": True,
             "is_synthetic": True}
        ],
    }  # fmt: skip


def _practice() -> dict[str, list[dict[str, Any]]]:
    """A council's own practice, of two councils, and what everybody may see of both at month ends."""
    made: dict[str, list[dict[str, Any]]] = {}
    for code, name in _councils().items():
        if code not in LIVE:
            continue
        whose = {"council_code": code, "council_name": name, "is_synthetic": True}
        for mart, measure in (("practice_audits", "audits_good_pct"), ("practice_areas", "interviews_72_hours_pct")):
            area = {"area_id": "missing_interviews", "area": "Interviews after going missing",
                    "inspection_start_date": date(2022, 5, 9)} if mart == "practice_areas" else {}  # fmt: skip
            made.setdefault(mart, []).extend(
                whose | area | {
                    "measure": measure, "measure_name": f"Measure {measure}", "breakdown": breakdown, "unit": "%",
                    "breakdown_value": part, "breakdown_name": part, "period_type": kind, "period_end_date": end,
                    "value": Decimal(LIVE[code]) / 1000, "value_status": "provisional", "numerator": LIVE[code],
                    "denominator": 100_000, "interval_low": Decimal("60.5"), "interval_high": Decimal("95.5"),
                }
                for breakdown, part, kind, end in (
                    ("council", "all", "year", date(2025, 1, 31)), ("team", "TA-1", "year", date(2025, 1, 31)),
                    ("council", "all", "quarter", date(2024, 9, 30)), ("council", "all", "quarter", date(2024, 12, 31)),
                )
            )  # fmt: skip
        made.setdefault("practice_due", []).append(
            whose | {"as_of_date": date(2025, 1, 31), "service": "SW", "team": "TA-1", "what": "supervision",
                     "what_name": "Supervision", "is_told": True, "overdue": LIVE[code], "due_this_week": 1,
                     "due_later": 0, "longest_overdue_days": 9}
        )  # fmt: skip
        made.setdefault("annex_a_readiness", []).append(
            whose | {"day": date(2025, 1, 31), "list": "contacts", "list_number": 1, "rows_in_list": LIVE[code],
                     "complete_pct": Decimal("99.25"), "errors": 2, "is_ready": False, "why_not": "It is old."}
        )  # fmt: skip
        made.setdefault("practice_survey", []).append(
            whose | {"source": "local_records", "wave": "2025", "question": "q1", "item": "", "option": "5",
                     "option_name": HOSTILE, "place": 1, "answers": 40, "base": 80, "percent": Decimal(50),
                     "interval_low": Decimal("39.3"), "interval_high": Decimal("60.7"), "has_other_base": False}
        )  # fmt: skip
        impact = whose | {"programme": "REL-1", "measure": "team_actions_pct", "measure_name": "Actions in time"}
        told = {"effect_points": Decimal("4.5"), "interval_low": Decimal("-1.5"), "interval_high": Decimal("10.5")}
        made.setdefault("practice_impact", []).extend([
            impact | told | {"verdict": "not_told_apart", "reading": "Mind the few teams.", "share_before": 80,
                             "share_after": 85, "share_not_yet": 81, "teams_begun": 12, "teams_not_yet": 11},
            impact | {"measure": "team_left_pct", "verdict": "refused", "reading": "Too few teams."},
        ])  # fmt: skip
        made.setdefault("practice_impact_quarters", []).extend(
            impact | told | {"quarters_since": n} for n in (-2, 0, 1)
        )
        made.setdefault("shared_local_indicators", []).extend(
            whose | {"indicator_id": "rereferral_pct", "indicator_name": "Re-referrals", "unit": "%", "decimals": 0,
                     "period_type": "rolling_12_months", "month_end": date(2025, month, 28),
                     "value": value, "value_status": "suppressed" if value is None else "rounded",
                     "numerator": None if value is None else 30, "numerator_status": "rounded",
                     "denominator": 75, "denominator_status": "rounded"}
            for month, value in ((1, 40), (2, None if code == "E08000023" else 40))
        )  # fmt: skip
    return made


def _compared(number: int, council: tuple[str, str]) -> list[dict[str, Any]]:
    code, name = council
    made = []
    for key, (title, unit, decimals, polarity, _) in MEASURES.items():
        for year in (2022, 2023, 2024):
            hidden = key == "cla_rate_per_10000" and code == "E08000023" and year > 2022
            value = None if hidden else Decimal(15 + 3 * number + year % 10) + Decimal("0.25")
            made.append(
                {"council_code": code, "council_name": name, "region_code": _region(code), "indicator_id": key,
                 "indicator_name": title, "period": str(year), "period_end_date": date(year, 3, 31),
                 "period_type": "year", "value": value, "value_status": "suppressed" if hidden else "final",
                 "value_text": "c" if hidden else str(value), "unit": unit, "decimals": decimals, "polarity": polarity,
                 "england_value": Decimal(21), "england_status": "final", "region_value": Decimal("20.5"),
                 "region_status": "final", "neighbour_set": "DfE 2021", "neighbour_set_now": "DfE 2025",
                 "neighbour_mean": Decimal("19.125"), "neighbour_mean_now": Decimal("18.875"),
                 "neighbour_status": "given", "rank_england": number + 1, "ranked_in_england": 7,
                 "quartile_band": "A", "rank_status": "ranked", "change_on_previous": Decimal("-0.5"),
                 "change_status": "given", "interval_low": None if hidden else value - 2,
                 "interval_high": None if hidden else value + 2, "interval_status": "given",
                 "trend": "fewer_than_five_periods", "significance_vs_england": "similar",
                 "significance_vs_region": "lower", "significance_vs_previous": "not_tested",
                 "significance_vs_neighbours": "similar" if year == 2022 else "higher",
                 "release_id": "made_up/2024"}
            )  # fmt: skip
    return made
