"""What judged a delivery, as one word. Where it is another word now, the delivery may be judged otherwise now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from socialcare.errors import Fault
from socialcare.registry.bank_holidays import BANK_HOLIDAYS
from socialcare.registry.councils import council
from socialcare.registry.returns import all_returns, return_spec

#: Raise it when the door's own checks (cells, relations, births) find something else in the same file.
DOOR_RULES = 2


def spec_digest(council_id: str, verdict: str, return_id: str, collection_year: int | None) -> str:
    """Return the sha256 over what judges such a delivery now; nothing when its council, return or year is not declared.

    A rejected delivery was judged by everything that could have known it.
    """
    try:
        sender = council(council_id)
        area = [sender.ons_code, sender.dfe_code]
        if verdict == "rejected":
            return _sha256([_every_return(), *area, *sorted(sender.returns)])
        return _sha256([_year(return_id, collection_year or 0), *area])
    except Fault:
        return ""


@lru_cache(maxsize=32)
def _year(return_id: str, year: int) -> str:
    return _sha256(return_spec(return_id).for_year(year).model_dump())


@lru_cache(maxsize=1)
def _every_return() -> str:
    return _sha256([declared.model_dump() for declared in all_returns()])


def _sha256(what: Any) -> str:
    text = json.dumps([DOOR_RULES, BANK_HOLIDAYS, what], default=_plain, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: date | Iterable[Any]) -> Any:
    """Return what JSON has no word for; sets in an order that does not change from one process to the next."""
    return value.isoformat() if isinstance(value, date) else sorted(value)
