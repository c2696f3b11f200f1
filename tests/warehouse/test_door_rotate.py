"""Keys that are rotated: tokens follow the chain, what is held is rewritten, a kill at any point changes nothing."""

from __future__ import annotations

import hmac
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from socialcare import generate
from socialcare.credentials import secret, write_private
from socialcare.database import connect
from socialcare.door import arrival, rotate
from socialcare.door.identity import Pseudonymiser
from socialcare.door.intake import take_in
from socialcare.errors import Fault
from socialcare.generate.deliver import AS_OF, COLLECTION_YEAR, write_delivery
from socialcare.registry import councils
from socialcare.settings import get_settings

EARLIER = date(2026, 9, 30)
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


def rows(query: str) -> list[tuple]:
    with connect("loader") as connection:
        return connection.execute(query).fetchall()


def deliver(day: date, council: str = "durham") -> None:
    made = generate.ssda903(council, day, COLLECTION_YEAR, open_children=20)
    write_delivery(made, get_settings().inbox / council, council, day, COLLECTION_YEAR)
    for delivery in arrival.look(council, settled_after=0).whole:
        take_in(delivery)


HEADER = "select child_pseudonym, birth_month, sex from raw.ssda903__header where council_id = '{}' order by _line"
NUMBERED = """
    select distinct child_pseudonym, subject_token from door.findings f join raw.ssda903__header h
    on h._delivery_id = f.delivery_id and h._line = f.line where f.table_name = 'header' and h.council_id = 'durham'"""


def as_number(token: str) -> int:
    """The first 64 bits, as door.findings has them."""
    return int.from_bytes(bytes.fromhex(token)[:8], "little", signed=True)


def test_what_is_held_is_rewritten_and_nothing_of_another_council(warehouse: str) -> None:
    for council in ("durham", "south_tyneside"):
        deliver(EARLIER, council)
    durham, tyneside, findings = rows(HEADER.format("durham")), rows(HEADER.format("south_tyneside")), rows(NUMBERED)
    assert rotate.rotate("durham")["ssda903__header"] == len(durham)
    expected = hashed_again([token for token, *_ in durham], secret("council-durham.1"))
    assert rows(HEADER.format("durham")) == [(new, *rest) for new, (_, *rest) in zip(expected, durham, strict=True)]
    assert rows(HEADER.format("south_tyneside")) == tyneside
    assert len(rows(NUMBERED)) == len(findings) > 0
    assert all(number == as_number(token) for token, number in rows(NUMBERED)), "a receipt still knows what is open"


def test_a_child_of_the_next_delivery_is_the_same_child(warehouse: str) -> None:
    deliver(EARLIER)
    first = rows("select _delivery_id, _line from raw.ssda903__header")
    rotate.rotate("durham")
    rotate.rotate("durham")
    deliver(AS_OF)
    twice = rows("select from raw.ssda903__header group by child_pseudonym having count(*) = 2")
    assert len(twice) == len(first) > 0
    assert rows("select number from door.key_rotations order by 1") == [(1,), (2,)]


@pytest.mark.parametrize("name", ["council-durham", "region-staff"])
def test_a_first_key_that_is_lost_is_named_and_makes_no_new_children(warehouse: str, name: str) -> None:
    deliver(EARLIER)
    (get_settings().secrets / name).unlink()
    with pytest.raises(Fault, match="key_missing"):
        deliver(AS_OF)
    assert not (get_settings().secrets / name).exists()
    assert rows("select count(*) from raw.deliveries") == [(1,)]


KILLED = """
import os, sys
from socialcare.door import rotate
name = sys.argv[1]
real = getattr(rotate, name)
def killed(*given):
    real(*given)
    os.kill(os.getpid(), 9)
setattr(rotate, name, killed)
rotate.rotate("durham")
"""


def test_killed_between_the_key_and_what_it_rewrites_nothing_has_happened(warehouse: str) -> None:
    deliver(EARLIER)
    before = rows(HEADER.format("durham"))
    done = subprocess.run([sys.executable, "-c", KILLED, "_renumber_findings"], env=dict(os.environ), check=False)
    assert done.returncode == -9
    waiting = (get_settings().secrets / "council-durham.1").read_text()
    assert rows(HEADER.format("durham")) == before
    deliver(AS_OF)
    assert {token for token, *_ in before} <= {token for token, *_ in rows(HEADER.format("durham"))}
    assert rows("select count(distinct child_pseudonym) = count(*) from raw.ssda903__header group by _delivery_id") == [
        (True,),
        (True,),
    ]
    rotate.rotate("durham")
    assert (get_settings().secrets / "council-durham.1").read_text() == waiting
    now = {token for token, *_ in rows(HEADER.format("durham"))}
    assert set(hashed_again([token for token, *_ in before], waiting)) <= now


def test_the_key_of_the_regions_workers_is_rotated_for_all_councils_at_once(warehouse: str) -> None:
    columns = "(council_id, worker_pseudonym, _delivery_id, _line)"
    tokens = {
        council: Pseudonymiser(council).tokens(pa.array(["SW1"]), "worker").text[0].as_py()
        for council in ("durham", "south_tyneside")
    }
    with connect("loader") as connection:
        for council, token in tokens.items():
            connection.execute(f"insert into raw.csww__workers {columns} values (%s, %s, 1, 2)", [council, token])
    rotate.rotate("region-staff")
    ((after,),) = rows("select distinct worker_pseudonym from raw.csww__workers")
    assert [after] == hashed_again([tokens["durham"]], secret("region-staff.1"))


def test_a_column_of_tokens_that_nobody_declares_stops_the_rotation_by_name(warehouse: str) -> None:
    with connect("loader") as connection:
        connection.execute("alter table raw.ssda903__header add column former_pseudonym text")
    with pytest.raises(Fault, match="pseudonym_undeclared"):
        rotate.rotate("durham")
    assert rows("select count(*) from door.key_rotations") == [(0,)]


def test_a_declaration_that_wants_children_linked_across_councils_is_refused_by_name(tmp_path: Path) -> None:
    declared = (councils.FOLDER / "durham.yml").read_text()
    (tmp_path / "durham.yml").write_text(f"{declared}link_children: true\n")
    with pytest.raises(Fault, match="council_declaration_wrong") as refused:
        councils.all_councils(tmp_path)
    assert "children are not linked across councils" in refused.value.what
