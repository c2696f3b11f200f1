"""One figure as it stands on a page: the number, or why there is none, and the row of `published` that it is.

Every figure carries the name of its mart, its column and its key, so that a test, or a reader's own tool, can find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from socialcare.report import words

_MEASURED = {
    "council": "council_code",
    "measure": "measure",
    "breakdown": "breakdown",
    "part": "breakdown_value",
    "kind": "period_type",
    "end": "period_end_date",
}
_OF_PROGRAMME = {"council": "council_code", "programme": "programme"}
#: Mart -> what its figures are found by: name of the attribute -> column.
KEYS: dict[str, dict[str, str]] = {
    "regional_comparison": {"indicator": "indicator_id", "council": "council_code", "period": "period"},
    "indicator_history": {
        "indicator": "indicator_id",
        "council": "area_code",
        "period": "period",
        "release": "release",
    },
    "standing_out": {"indicator": "indicator_id", "council": "council_code", "period": "period", "tried": "what"},
    "inspection_context": {"indicator": "indicator_id", "council": "council_code", "inspection": "inspection_id"},
    "rank_changes": {
        "indicator": "indicator_id",
        "council": "council_code",
        "period": "period",
        "release": "release_from",
        "later": "release_to",
    },
    "claims": {"claim": "claim_id", "release": "release"},
    "local_indicators": {
        "indicator": "indicator_id",
        "council": "council_code",
        "kind": "period_type",
        "place": "place",
    },
    "shared_local_indicators": {
        "indicator": "indicator_id",
        "council": "council_code",
        "kind": "period_type",
        "month": "month_end",
    },
    "reconciliation": {"indicator": "indicator_id", "council": "council_code", "period": "period"},
    "looked_after_now": {"council": "council_code"},
    **dict.fromkeys(
        ("practice_workforce", "practice_continuity", "practice_audits", "practice_supervision", "practice_areas"),
        _MEASURED,
    ),
    "practice_due": {"council": "council_code", "team": "team", "thing": "what"},
    "annex_a_readiness": {"council": "council_code", "list": "list", "day": "day"},
    "practice_survey": {
        "council": "council_code",
        "source": "source",
        "wave": "wave",
        "question": "question",
        "item": "item",
        "option": "option",
    },
    "practice_impact": {**_OF_PROGRAMME, "measure": "measure"},
    "practice_impact_quarters": {**_OF_PROGRAMME, "measure": "measure", "quarter": "quarters_since"},
    "practice_programmes": {**_OF_PROGRAMME, "team": "team"},
    "quality_deliveries": {
        "council": "council_code",
        "return": "return_id",
        "year": "collection_year",
        "place": "place",
    },
    "quality_defects": {
        "council": "council_code",
        "return": "return_id",
        "year": "collection_year",
        "table": "table_name",
        "rule": "rule_code",
        "column": "column_name",
        "severity": "severity",
        "place": "first_place",
    },
}
#: Every figure of a council's own records is provisional: its page says so once.
_ALWAYS_PROVISIONAL = {"local_indicators", *(mart for mart in KEYS if mart.startswith("practice_"))}
_STATUS = {
    "value": "value_status",
    "north_east_value": "north_east_status",
    "england_value": "england_status",
    "region_value": "region_status",
    "neighbour_mean": "neighbour_status",
    "then_value": "then_status",
    "latest_value": "latest_status",
    "published_value": "published_status",
    "local_value": "local_status",
    "numerator": "numerator_status",
    "denominator": "denominator_status",
    "then_england_value": "",
}


def figure(
    row: Mapping[str, Any],
    what: str = "value",
    mart: str = "regional_comparison",
    *,
    sign: bool = False,
    whole: bool = False,
) -> Markup:
    """Return the figure of column ``what``; ``sign``: a change, with its plus or minus; ``whole``: a count."""
    value, status = row[what], row.get(_STATUS.get(what, ""))
    attributes = address(row, what, mart)
    if value is None:
        short, long = words.no_number(status if what in ("value", "then_value", "latest_value") else _known(status))
        return Markup(
            f'<data class="none" {attributes} value="" data-status="{escape(status or "")}">'
            f"<b>{escape(short)}</b> <small>{escape(long)}</small></data>"
        )
    shown = words.number(value, _count_decimals(value) if whole else row.get("decimals"))
    if sign and not shown.startswith("−") and Decimal(value):
        shown = f"+{shown}"
    mark = " <small>provisional</small>" if status == "provisional" and mart not in _ALWAYS_PROVISIONAL else ""
    return Markup(f'<data {attributes} value="{words.plain(value)}">{shown}</data>{mark}')


def address(row: Mapping[str, Any], what: str, mart: str) -> str:
    """Return the attributes that say which cell of which mart this is."""
    keys = " ".join(f'data-{name}="{escape(str(row[column]))}"' for name, column in KEYS[mart].items())
    return f'data-mart="{mart}" data-what="{what}" data-value="{words.plain(row[what])}" {keys}'


def _known(status: str | None) -> str | None:
    """Return a status of the figure itself; a comparator's own reasons read as not available."""
    return status if status in words.NO_NUMBER else None


def _count_decimals(value: Any) -> int:
    """Return the decimals of a count: none, but for full-time equivalents, which are not cut off."""
    return max(0, -int(Decimal(value).normalize().as_tuple().exponent))
