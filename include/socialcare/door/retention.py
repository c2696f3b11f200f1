"""What names somebody goes when its agreed time is over: originals, receipts, and what killed or failed runs left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from socialcare.database import connect
from socialcare.door import left_over, originals, records
from socialcare.registry.councils import all_councils
from socialcare.settings import get_settings

_AGAIN = "-judged-again-"


def destroy_expired(now: datetime) -> dict[str, int]:
    """Destroy what is past each council's ``retention_days``; return how many ``originals`` and ``receipts`` went."""
    gone = {"originals": originals.destroy_expired(now.date()), "receipts": 0}
    for council in all_councils():
        with connect("loader") as connection:
            records.lock(connection, council.id)
            left_over.remove(council.id)
            before = now - timedelta(days=council.retention_days)
            gone["originals"] += originals.destroy_orphans(connection, council.id, before)
            gone["receipts"] += _remove_receipts(council.id, before)
    return gone


def _remove_receipts(council_id: str, before: datetime) -> int:
    """Remove what was told to a council before that time. What was told again goes with what was told first."""
    told = [path for path in (get_settings().outbox / council_id).glob("*") if path.is_file()]
    old = [path for path in told if datetime.fromtimestamp(_first(path).lstat().st_mtime, UTC) < before]
    for path in old:
        path.unlink()
    return len(old)


def _first(path: Path) -> Path:
    first = path.with_name(path.name.split(_AGAIN)[0] + path.suffix) if _AGAIN in path.name else path
    return first if first.exists() else path
