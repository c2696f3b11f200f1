"""A zip is unpacked whole into a private folder, or refused by name; a workbook is no zip."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialcare.door import unpack
from socialcare.door.arrival import Delivery, Statement
from socialcare.door.reasons import REASONS
from socialcare.errors import Fault

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
FILES = {"h.csv": HEADER + "A1,F,01/05/2015,WBRI,UN1,0,\n"}


def zipped(files: dict[str, str | bytes], change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, content)
    return made.getvalue()


def opened(tmp_path: Path, *contents: bytes, statement: Statement | None = None) -> tuple[Delivery, list[str]]:
    """Return the delivery and, of each file in it, the reason or the table."""
    paths = []
    for number, content in enumerate(contents):
        paths.append(tmp_path / f"{number}.zip")
        paths[-1].write_bytes(content)
    delivery = Delivery("durham", tmp_path, tuple(paths), statement)
    with ExitStack() as stores:
        delivery, found = unpack.opened(delivery, None, stores, tmp_path / "private")
        assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700
        assert all(stat.S_IMODE(f.path.stat().st_mode) == 0o600 for f in found if f.table)
        said = [f.problem or f.table for f in found]
    assert not (tmp_path / "private").exists()
    assert {reason for reason in said if "zip" in reason} <= set(REASONS)
    return delivery, said


def as_link(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def by_method(method: int) -> Callable[[zipfile.ZipInfo], None]:
    return lambda info: setattr(info, "compress_type", method)


def with_password() -> bytes:
    """Set the bit that says so, in the list of members and before the member."""
    content = bytearray(zipped(FILES))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def overlapping() -> bytes:
    """Ten members that are the same bytes: what is packed once counts ten times."""
    one = zipped({"a.csv": os.urandom(100_000)})
    place = one.index(b"PK\x01\x02")
    entry, end = one[place:-22], bytearray(one[-22:])
    entries = b"".join(entry.replace(b"a.csv", f"{n}.csv".encode()) for n in range(10))
    end[8:16] = struct.pack("<HHI", 10, 10, len(entries))
    return one[:place] + entries + bytes(end)


def with_a_long_list() -> bytes:
    return zipped({f"{'x' * 60_000}{n}.csv": "" for n in range(20)})


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "holds nothing": (lambda: zipped({}), "zip_empty"),
    "holds only what a desktop adds": (lambda: zipped({"__MACOSX/._h.csv": "x", ".DS_Store": "x"}), "zip_empty"),
    "101 files": (lambda: zipped({f"{n}.csv": HEADER for n in range(101)}), "zip_too_many_files"),
    "a list of members beyond reason": (with_a_long_list, "zip_too_many_files"),
    "a thousand times larger inside": (lambda: zipped({"h.csv": bytes(65 << 20)}), "zip_bomb"),
    "members that overlap": (overlapping, "zip_bomb"),
    "a path that climbs": (lambda: zipped({"../../h.csv": HEADER}), "zip_path_climbs"),
    "a path that climbs the Windows way": (lambda: zipped({"a\\..\\..\\h.csv": HEADER}), "zip_path_climbs"),
    "a folder that climbs": (lambda: zipped({"../x/": "", "h.csv": HEADER}), "zip_path_climbs"),
    "an absolute path": (lambda: zipped({"/etc/cron.d/h.csv": HEADER}), "zip_path_absolute"),
    "a drive": (lambda: zipped({"C:\\h.csv": HEADER}), "zip_path_absolute"),
    "a share": (lambda: zipped({"\\\\server\\h.csv": HEADER}), "zip_path_absolute"),
    "a name twice": (lambda: zipped({"h.csv": HEADER, "H.CSV": HEADER}), "zip_name_twice"),
    "a link": (lambda: zipped({"h.csv": "/etc/passwd"}, as_link), "zip_link"),
    "a password": (with_password, "zip_encrypted"),
    "bzip2": (lambda: zipped(FILES, by_method(zipfile.ZIP_BZIP2)), "zip_method"),
    "LZMA": (lambda: zipped(FILES, by_method(zipfile.ZIP_LZMA)), "zip_method"),
    "a zip inside": (lambda: zipped({"inner.zip": zipped(FILES)}), "zip_in_zip"),
    "cut short": (lambda: zipped(FILES)[:-30], "zip_damaged"),
    "only its first bytes": (lambda: b"PK\x03\x04whatever", "zip_damaged"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(50), "other_archive"),
    "gzip": (lambda: b"\x1f\x8b\x08" + bytes(50), "other_archive"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_zip_that_breaks_a_limit_is_refused_by_name(tmp_path: Path, what: str) -> None:
    make, reason = REFUSED[what]
    assert opened(tmp_path, make())[1] == [reason]


def test_a_damaged_member_refuses_the_zip(tmp_path: Path) -> None:
    content = bytearray(zipped({"h.csv": HEADER * 10}))
    content[45] ^= 0xFF
    assert opened(tmp_path, bytes(content))[1] == ["zip_damaged"]


def test_a_lie_about_the_size_is_found_when_the_bytes_are_read(tmp_path: Path) -> None:
    content = bytearray(zipped({"h.csv": bytes(65 << 20)}))
    for place in (22, content.index(b"PK\x01\x02") + 24):
        content[place : place + 4] = struct.pack("<I", 100)
    assert opened(tmp_path, bytes(content))[1] == ["zip_damaged"]


def test_a_zip_may_hold_folders_and_several_zips_are_one_delivery(tmp_path: Path) -> None:
    first = zipped({"out/": "", "out/h.csv": FILES["h.csv"], "__MACOSX/out/._h.csv": "x"})
    _, said = opened(tmp_path, first, zipped({"note.csv": "nothing,known\n"}))
    assert said == ["header", "heading_unknown"]


def test_all_zips_together_stay_within_the_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_BYTES", 150)
    one = zipped({"h.csv": "x" * 100})
    assert opened(tmp_path, one, one)[1] == ["heading_unknown", "zip_too_large"]


def test_a_loose_zip_may_state_its_day_and_year(tmp_path: Path) -> None:
    stated = '{"as_of_date": "2026-10-31", "collection_year": 2027, "synthetic": true}'
    delivery, said = opened(tmp_path, zipped({**FILES, "delivery.json": stated}))
    assert delivery.statement == Statement(as_of_date=date(2026, 10, 31), collection_year=2027, synthetic=True)
    assert said == ["header"]
    assert opened(tmp_path, zipped({**FILES, "delivery.json": "{}"}))[0].problem == "marker_invalid"
    other = stated.replace("2027", "2026")
    assert (
        opened(tmp_path, *(zipped({**FILES, "delivery.json": s}) for s in (stated, other)))[0].problem == "marker_twice"
    )


def test_what_the_delivery_states_itself_comes_before_what_a_zip_states(tmp_path: Path) -> None:
    own = Statement(as_of_date=date(2026, 9, 30), collection_year=2027)
    delivery, _ = opened(tmp_path, zipped({**FILES, "delivery.json": "{}"}), statement=own)
    assert (delivery.statement, delivery.problem) == (own, "")


def test_a_workbook_is_left_to_who_reads_workbooks(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "sent.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("List 1").write(0, 0, "nothing")
    assert not unpack._is_zip(path)
    assert not [reason for reason in opened(tmp_path, path.read_bytes())[1] if reason.startswith("zip_in")]


def test_a_name_too_long_for_any_file_system_is_cut(tmp_path: Path) -> None:
    assert opened(tmp_path, zipped({"é" * 3000 + ".csv": FILES["h.csv"]}))[1] == ["header"]


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "private" / "1" / "0"
    left.mkdir(parents=True)
    (left / "h.csv").write_text(HEADER)
    assert opened(tmp_path, zipped(FILES))[1] == ["header"]


def test_without_room_on_the_machine_the_delivery_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(unpack.shutil.disk_usage(tmp_path))
    monkeypatch.setattr(unpack.shutil, "disk_usage", lambda _: usage(10, 10, 0))
    with pytest.raises(Fault, match="door_no_room"):
        opened(tmp_path, zipped(FILES))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4))
def test_whatever_is_damaged_ends_in_a_named_outcome(tmp_path: Path, places: list[tuple[float, bytes]]) -> None:
    content = bytearray(zipped({**FILES, "e.csv": "x" * 50}))
    for place, junk in places:
        at = int(place * (len(content) - 1))
        content[at : at + len(junk)] = junk
    _, said = opened(tmp_path, bytes(content))
    assert said
    assert all(reason in REASONS or reason == "header" for reason in said)
