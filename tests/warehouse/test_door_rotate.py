"""Keys that are rotated: tokens follow the chain, what is held is rewritten, a kill at any point changes nothing."""

from __future__ import annotations

import hmac
from pathlib import Path

import pyarrow as pa
import pytest

from socialcare.credentials import secret, write_private
from socialcare.door.identity import Pseudonymiser
from socialcare.errors import Fault
from socialcare.settings import get_settings

CHILDREN = pa.array(["A1", "A2"])


def hashed_again(pseudonyms: list[str], *keys: str) -> list[str]:
    """The definition: new = HMAC-SHA256(new key, old pseudonym), to 128 bits, once for each later key."""
    for key in keys:
        pseudonyms = [hmac.digest(bytes.fromhex(key), old.encode(), "sha256").hex()[:32] for old in pseudonyms]
    return pseudonyms


def test_a_token_is_hashed_again_under_each_later_key(home: Path) -> None:
    first = Pseudonymiser("durham").tokens(CHILDREN).text.to_pylist()
    keys = [secret(f"council-durham.{number}") for number in (1, 2)]
    now = Pseudonymiser("durham", {"council-durham": 2}).tokens(CHILDREN)
    assert now.text.to_pylist() == hashed_again(first, *keys)
    assert [int(n) for n in now.number] == [
        int.from_bytes(bytes.fromhex(t)[:8], "little") for t in now.text.to_pylist()
    ]


def test_rotating_one_key_leaves_tokens_under_the_others(home: Path) -> None:
    before, after = Pseudonymiser("durham"), Pseudonymiser("durham", {"council-durham": 1})
    write_private(get_settings().secrets / "council-durham.1", "ab" * 32)
    for kind, same in (("worker", True), ("child", False), ("family", False), ("record", False), ("staff", False)):
        assert (before.tokens(CHILDREN, kind).text == after.tokens(CHILDREN, kind).text) is same, kind


def test_a_later_key_that_is_lost_is_named_and_not_made_anew(home: Path) -> None:
    with pytest.raises(Fault, match="key_missing"):
        Pseudonymiser("durham", {"council-durham": 1}).tokens(CHILDREN)
    assert not (get_settings().secrets / "council-durham.1").exists()
