"""Notices to the people who operate the platform: always written down, and posted where that is set.

A notice must never be the reason that a night fails, and must never carry what could identify a child.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import requests

from socialcare.database import connect
from socialcare.settings import get_settings

Level = Literal["info", "warning", "error"]

#: (connect, read) seconds: a slow webhook may not hold up a night.
_TIMEOUT = (3.05, 10)
_UPN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]\d{11}[A-Za-z0-9](?![A-Za-z0-9])")
_BIRTH_DATE = re.compile(r"(?<!\d)\d{1,2}/\d{1,2}/\d{4}(?!\d)")
_NHS_NUMBER = re.compile(r"(?<![\w.])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?![\w.])")
WITHHELD = (
    "The text of this notice was withheld: it held something that looks like a pupil number, an NHS number "
    "or a date of birth. Read the task's own log, and report this as a defect: no message may hold these."
)


@dataclass(frozen=True)
class Notice:
    """What was said, when (UTC), how loudly, and what became of the post: posted, not_set or failed: why."""

    at: str
    level: Level
    subject: str
    text: str
    webhook: str
    withheld: bool = False


def notice(subject: str, text: str, *, level: Level = "info") -> Notice:
    """Append a notice to ``<home>/logs/notices.jsonl`` and post it to the webhook, if one is set.

    The text passes unchanged, unless it looks as if it could identify a child: then fixed words take its
    place. A webhook that fails is written down in the same line; nothing is raised for it.
    """
    unsafe = [looks_identifying(subject), looks_identifying(text)]
    said_subject = "a notice" if unsafe[0] else subject
    said_text = WITHHELD if any(unsafe) else text
    at = datetime.now(UTC).isoformat(timespec="seconds")
    posted = _post({"at": at, "level": level, "subject": said_subject, "text": said_text})
    told = Notice(at, level, said_subject, said_text, posted, withheld=any(unsafe))
    _append(told)
    return told


def looks_identifying(text: str) -> bool:
    """Return whether ``text`` holds what looks like a UPN, an NHS number or a day/month/year date.

    Our own dates are ISO (2024-03-31) or in words (31 March 2024), so that a date of birth stands out.
    """
    if _UPN.search(text) or _BIRTH_DATE.search(text):
        return True
    return any(_is_nhs_number("".join(found.groups())) for found in _NHS_NUMBER.finditer(text))


def late(night_id: str, *, now: datetime | None = None) -> Notice | None:
    """Send a notice if the night has not ended ``night_deadline_minutes`` after its start; else None."""
    minutes = get_settings().night_deadline_minutes
    with connect("loader") as connection:
        row = connection.execute(
            "select started_at, ended_at from ops.nights where night_id = %s", [night_id]
        ).fetchone()
        done = connection.execute(
            "select step, subject from ops.outcomes where night_id = %s order by finished_at desc limit 1",
            [night_id],
        ).fetchone()
    if row is None or row[1] is not None or (now or datetime.now(UTC)) < row[0] + timedelta(minutes=minutes):
        return None
    last = f"The last step that ended was {done[0]} {done[1]}." if done else "No step has ended."
    return notice(
        "the night is late",
        f"Night {night_id} has not ended {minutes} minutes after its start. {last} The version published "
        "before stays in place. Open the Airflow page and read the log of the task that runs or waits.",
        level="error",
    )


def _is_nhs_number(digits: str) -> bool:
    """Return whether ten digits carry the NHS check digit (modulus 11): counts and ids mostly do not."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return rest != 10 and (0 if rest == 11 else rest) == int(digits[9])


def _post(body: dict[str, str]) -> str:
    address = get_settings().alert_webhook
    if not address:
        return "not_set"
    try:
        answer = requests.post(address, json=body, timeout=_TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        return f"failed: {type(error).__name__}"  # its message would repeat the address, which is a secret
    return "posted" if answer.status_code < 300 else f"failed: HTTP {answer.status_code}"


def _append(told: Notice) -> None:
    path: Path = get_settings().logs / "notices.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:  # one write below a page: lines of two tasks do not mix
        file.write(json.dumps(asdict(told), ensure_ascii=False) + "\n")
