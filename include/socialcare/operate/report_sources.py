"""What an engineer asks of the published sources: what is held, how old it is, and how each source stands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from socialcare.database import connect
from socialcare.operate.source_health import Held, conditions, due, health, held


def rows(now: datetime | None = None) -> list[dict[str, Any]]:
    """Return one row per declared source, in words and ISO dates."""
    now = now or datetime.now(UTC)
    return [_row(source, now) for source in held()]


def last_place(source_id: str) -> str:
    """Return where the source was last looked at (sample, live, or mirror and its folder), or ''."""
    with connect("loader") as connection:
        row = connection.execute(
            "select validators ->> 'where' from raw.looks where source_id = %s", [source_id]
        ).fetchone()
    return str(row[0] or "") if row else ""


def holds(source_id: str, release: str) -> bool:
    """Return whether anything of the release counts now."""
    with connect("loader") as connection:
        query = "select 1 from raw.current_landings where source_id = %s and release = %s limit 1"
        return connection.execute(query, [source_id, release]).fetchone() is not None


def _row(held: Held, now: datetime) -> dict[str, Any]:
    look, last = held.look, due(held)
    return {
        "source": held.source.id,
        "title": held.source.title,
        "release": held.release,
        "published_on": held.published_on.isoformat() if held.published_on else None,
        "age": age(held, now.date()),
        "cadence": months(held.source.cadence_months),
        "next_due_by": last.isoformat() if last else None,
        "by_hand": held.is_by_hand,
        "looked_at": f"{look.at.astimezone(UTC):%Y-%m-%d %H:%M}" if look else None,
        "outcome": look.outcome + (f" ({look.fault})" if look.fault else "") if look else None,
        "health": health(held, now),
        **_last_word(held),
        "wrong": [
            {"condition": c.condition, "since": f"{c.since:%Y-%m-%d}", "detail": c.detail, "remedy": c.remedy}
            for c in conditions(held, now)
        ],
    }


def _last_word(held: Held) -> dict[str, str]:
    """Return what the last look said and what to do, where it failed or has nothing to show."""
    look = held.look
    if look is None or (held.release and not look.fault):
        return {"said": "", "remedy": ""}
    return {"said": look.detail, "remedy": look.remedy}


def age(held: Held, today: date) -> str:
    """Say how old the newest release is; 'about' where only its year is known."""
    if held.is_sample:
        return "bundled sample"
    if held.dated is None:
        return ""
    days = (today - held.dated).days
    return ("" if held.published_on else "about ") + (months(days * 12 // 365) if days >= 60 else _days(days))


def months(count: int) -> str:
    """Say a number of months in words: 12 months, 2 years, 2 years 3 months."""
    years, rest = divmod(count, 12)
    if count < 24:
        return f"{count} months" if count != 1 else "1 month"
    return f"{years} years" + (f" {rest} {'month' if rest == 1 else 'months'}" if rest else "")


def _days(days: int) -> str:
    return "today" if days <= 0 else "1 day" if days == 1 else f"{days} days"
