"""Talking to publishers on a bad day. Every server here is real, on loopback; only waiting is pretended."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from tests.fakes import certificates, misbehaving
from tests.fakes.misbehaving import Change

from socialcare.errors import Fault
from socialcare.extract import body, http, pace
from socialcare.extract.answer import Answer, Refusal, check_kind
from socialcare.extract.http import Client
from socialcare.publishers import server
from socialcare.publishers.reply import Reply, Request, as_file
from socialcare.registry.publishers import Publishers, origin

PATH = "/publications/children-s-social-work-workforce/releases"


@contextmanager
def asking(change: Change | None = None, **options: int) -> Iterator[tuple[Client, str, list[float]]]:
    """A client, the address of a list of releases, and the waits that the client took."""
    waits: list[float] = []
    with server.running({PATH: change} if change else None) as publishers:
        client = Client(publishers.origins, contact="tests", sleep=waits.append, **options)
        yield client, publishers.ees_content + PATH, waits
        client.close()


@contextmanager
def file_of(content: bytes, change: Change | None = None) -> Iterator[tuple[Client, str, list[Request]]]:
    """A client, the address of a file that can be continued, and what the server was asked."""
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        return as_file(content, "a.csv", "text/csv", modified="Thu, 27 Feb 2025 09:30:00 GMT")

    changes = {"a.csv": change} if change else None
    with server.running(changes, instead={"assets": answer}) as publishers:
        client = Client(publishers.origins, contact="tests", sleep=lambda _: None)
        yield client, f"{publishers.assets}/a.csv", asked
        client.close()


def content_of(client: Client, url: str) -> bytes:
    answer = client.get(url)
    assert answer is not None
    return answer.content


def test_a_busy_publisher_is_asked_again_after_the_seconds_it_named() -> None:
    with asking(misbehaving.busy_once) as (client, url, waits):
        assert client.json(url)[0]["slug"] == "2024"
    assert waits == [7.0]


def test_a_busy_publisher_is_asked_again_at_the_date_it_named_by_its_own_clock() -> None:
    now = datetime(2020, 2, 3, 9, 0, tzinfo=UTC)  # a clock years behind ours
    later = format_datetime(now + timedelta(seconds=12), usegmt=True)
    busy = misbehaving.first_time(503, {"Retry-After": later, "Date": format_datetime(now, usegmt=True)})
    with asking(busy) as (client, url, waits):
        assert client.json(url)
    assert waits == [12.0]


@pytest.mark.parametrize("said", ["soon", "", "-3", "Thu, 99 Foo"])
def test_a_time_to_wait_that_makes_no_sense_is_taken_for_none(said: str) -> None:
    assert pace.asked_to_wait({"Retry-After": said}) is None


def test_a_publisher_that_asks_for_hours_is_left_alone_until_the_next_run() -> None:
    busy = misbehaving.first_time(429, {"Retry-After": "7200"})
    with asking(busy) as (client, url, waits), pytest.raises(Fault, match="in 120 minutes") as fault:
        client.get(url)
    assert (fault.value.name, fault.value.retryable, waits) == ("publisher_busy", True, [])


def test_a_broken_publisher_is_asked_again_soon() -> None:
    with asking(misbehaving.broken_once) as (client, url, waits):
        assert client.json(url)
    assert len(waits) == 1
    assert 0.5 <= waits[0] <= 0.75


@pytest.mark.parametrize(
    ("status", "name"), [(503, "publisher_failed"), (429, "publisher_busy"), (504, "publisher_slow")]
)
def test_a_publisher_that_stays_down_is_left_alone_after_four_tries(status: int, name: str) -> None:
    with asking(misbehaving.always(status)) as (client, url, waits), pytest.raises(Fault, match=str(status)) as fault:
        client.get(url)
    assert (fault.value.name, fault.value.retryable) == (name, True)
    assert [round(wait / first) for wait, first in zip(waits, (0.6, 1.2, 2.4), strict=True)] == [1, 1, 1]


def test_two_callers_do_not_come_back_at_the_same_moment() -> None:
    assert len({pace.backoff(2) for _ in range(20)}) > 1
    assert all(2.0 <= pace.backoff(2) <= 3.0 for _ in range(200))


def test_a_host_is_asked_no_more_often_than_its_rate(home: Path) -> None:
    waits: list[float] = []
    for _ in range(5):
        pace.take_turn("https://host.example/x", waits.append, {"host.example": 4.0})
    assert len(waits) == 4  # the first need not wait, and as nobody slept the turns lie 0.25 s apart
    assert all(wait <= 0.25 * number for number, wait in enumerate(waits, start=1))
    assert waits[-1] > 0.7
    pace.take_turn("http://127.0.0.1:1/x", waits.append)
    assert len(waits) == 4


def test_processes_share_the_turns_of_a_host(home: Path) -> None:
    ask = (
        "import sys, time; from socialcare.extract import pace;"
        "[pace.take_turn('https://host.example/x', time.sleep, {'host.example': 20.0}) or print(time.time())"
        " for _ in range(4)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    asked = sorted(float(line) for process in running for line in process.communicate()[0].splitlines())
    assert len(asked) == 8
    assert asked[-1] - asked[0] >= 0.34  # eight turns, 0.05 s apart


def test_a_clock_that_was_set_back_does_not_stop_the_platform(home: Path) -> None:
    (home / "turns").mkdir()
    (home / "turns" / "host.example").write_text("99999999999.0")
    waits: list[float] = []
    pace.take_turn("https://host.example/x", waits.append, {"host.example": 4.0})
    assert waits[0] <= pace.LONGEST_WAIT_SECONDS


def test_every_publisher_has_a_rate_and_none_above_what_gov_uk_allows() -> None:
    hosts = {origin(address).removeprefix("https://") for address in Publishers().origins}
    assert hosts == set(pace.PER_SECOND)
    assert max(pace.PER_SECOND.values()) <= 10  # GOV.UK's stated limit: Content API documentation


def test_a_body_shorter_than_promised_is_never_taken_for_whole() -> None:
    with asking(misbehaving.cut) as (client, url, waits), pytest.raises(Fault) as fault:
        client.get(url)
    assert fault.value.name == "truncated"
    assert len(waits) == 3


def test_a_packed_body_that_breaks_off_is_never_taken_for_whole() -> None:
    def half(reply: Reply, time: int) -> Reply:
        packed = gzip.compress(reply.body)
        return Reply(packed[: len(packed) // 2], 200, {"Content-Encoding": "gzip"})

    with asking(half) as (client, url, _), pytest.raises(Fault, match="no end") as fault:
        client.get(url)
    assert fault.value.name == "truncated"


def test_a_packed_body_is_unpacked_and_its_unpacked_size_is_what_counts() -> None:
    def packed(reply: Reply, time: int) -> Reply:
        return Reply(gzip.compress(b"0" * 1_000_000), 200, {"Content-Encoding": "gzip"})

    with asking(packed) as (client, url, _):
        assert content_of(client, url) == b"0" * 1_000_000
    with asking(packed, budget=900_000) as (client, url, _), pytest.raises(Fault) as fault:
        client.get(url)
    assert fault.value.name == "too_large"


def test_a_download_that_breaks_off_goes_on_where_it_stopped() -> None:
    whole = bytes(range(256)) * 2000
    with file_of(whole, misbehaving.cut_once) as (client, url, asked):
        assert content_of(client, url) == whole
    assert "Range" not in asked[0].headers
    assert asked[1].headers["Range"] == f"bytes={len(whole) // 2}-"


def test_a_download_begins_again_where_the_file_changed_meanwhile() -> None:
    other = b"other,file\n" * 1000

    def changed(reply: Reply, time: int) -> Reply:
        if time == 1:
            return misbehaving.cut(reply, 1)
        return as_file(other, "a.csv", "text/csv", modified="Fri, 28 Feb 2025 09:30:00 GMT")

    with file_of(b"a,b\n" * 1000, changed) as (client, url, _):
        assert content_of(client, url) == other


def test_a_download_begins_again_where_the_publisher_cannot_continue_it() -> None:
    with asking(misbehaving.cut_once) as (client, url, _):
        assert client.json(url)[0]["slug"] == "2024"


def test_a_continuation_of_another_place_is_not_joined_on() -> None:
    whole = b"0123456789" * 1000

    def wrong_place(reply: Reply, time: int) -> Reply:
        if time == 2:
            return Reply(whole[7000:], 206, {"Content-Range": f"bytes 7000-{len(whole) - 1}/{len(whole)}"})
        return misbehaving.cut_once(reply, time)

    with file_of(whole, wrong_place) as (client, url, _):
        assert content_of(client, url) == whole


@pytest.mark.parametrize(
    "said",
    [
        {"ETag": '"another"'},
        {"Last-Modified": "Fri, 28 Feb 2025 09:30:00 GMT"},
        {"Content-Range": "bytes 5000-9999/20000"},
    ],
)
def test_a_continuation_of_another_file_is_not_joined_on(said: dict[str, str]) -> None:
    """A server that pays no heed to If-Range: the rest that it sends belongs to the file of now."""
    whole, other = b"0123456789" * 1000, b"abcdefghij" * 1000

    def of_now(reply: Reply, time: int) -> Reply:
        if time == 1:
            return misbehaving.cut(reply, 1)
        if time == 2:
            return Reply(other[5000:], 206, {**reply.headers, "Content-Range": "bytes 5000-9999/10000"} | said)
        return Reply(other, 200, {"Content-Type": "text/csv"})

    with file_of(whole, of_now) as (client, url, asked):
        assert content_of(client, url) == other
    assert ["Range" in request.headers for request in asked] == [False, True, False]


def test_a_continuation_that_stops_early_is_continued_again() -> None:
    whole = b"0123456789" * 1000

    def some_of_it(reply: Reply, time: int) -> Reply:
        if time == 2:
            return Reply(whole[5000:7000], 206, {**reply.headers, "Content-Range": "bytes 5000-6999/10000"})
        return misbehaving.cut_once(reply, time)

    with file_of(whole, some_of_it) as (client, url, asked):
        assert content_of(client, url) == whole
    assert asked[2].headers["Range"] == "bytes=7000-"


def test_a_packed_body_of_several_members_is_read_whole_within_the_budget() -> None:
    def members(reply: Reply, time: int) -> Reply:
        return Reply(gzip.compress(b"0" * 500_000) * 2 + b"\0" * 9, 200, {"Content-Encoding": "gzip"})

    with asking(members) as (client, url, _):
        assert content_of(client, url) == b"0" * 1_000_000
    with asking(members, budget=900_000) as (client, url, _), pytest.raises(Fault) as fault:
        client.get(url)
    assert fault.value.name == "too_large"


@pytest.mark.parametrize(
    ("body", "said"),
    [(gzip.compress(b'{"why": "x"}'), b'{"why": "x"}'), (b"not packed", b""), (b"", b"")],
    ids=["packed", "damaged", "empty"],  # a packed body holds the time: no name for a test
)
def test_a_packed_refusal_is_unpacked_and_a_damaged_one_is_a_refusal_all_the_same(body: bytes, said: bytes) -> None:
    def refusal(reply: Reply, time: int) -> Reply:
        return Reply(body, 400, {"Content-Encoding": "gzip"})

    with asking(refusal) as (client, url, waits), pytest.raises(Refusal) as fault:
        client.get(url)
    assert (fault.value.body, waits) == (said, [])


def test_a_publisher_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.5)
    with asking(misbehaving.silent(1.0)) as (client, url, _), pytest.raises(Fault, match="fell silent") as fault:
        client.get(url)
    assert fault.value.name == "publisher_slow"


def test_a_body_that_trickles_is_given_up_although_it_is_never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "WHOLE_SECONDS", 0.3)
    began = time.monotonic()
    trickle = misbehaving.trickling(100, 0.05)
    with asking(trickle) as (client, url, waits), pytest.raises(Fault, match="not whole after 0 s") as fault:
        client.get(url)
    assert (fault.value.name, waits) == ("publisher_slow", [])
    assert time.monotonic() - began < 2  # the whole of it would have taken five seconds


def test_a_body_in_chunks_has_an_end_or_is_not_whole() -> None:
    whole = b"0123456789" * 1000
    with file_of(whole, misbehaving.in_chunks) as (client, url, _):
        assert content_of(client, url) == whole
    with asking(misbehaving.chunks_without_end) as (client, url, _), pytest.raises(Fault) as fault:
        client.get(url)
    assert fault.value.name == "truncated"


def test_a_web_page_is_not_json() -> None:
    with asking(misbehaving.web_page) as (client, url, _), pytest.raises(Fault, match="not JSON"):
        client.json(url)


@pytest.mark.parametrize(("status", "name"), [(404, "not_found"), (410, "gone"), (403, "refused"), (400, "refused")])
def test_a_definite_no_is_not_asked_for_twice_and_has_a_name(status: int, name: str) -> None:
    with asking(misbehaving.always(status)) as (client, url, waits), pytest.raises(Refusal) as fault:
        client.get(url)
    assert (fault.value.name, fault.value.status, waits) == (name, status, [])


def test_a_move_for_good_is_followed_and_remembered() -> None:
    with asking(misbehaving.moved_to(f"/ees/api{PATH}?moved")) as (client, url, _):
        answer = client.get(url)
    assert answer is not None
    assert answer.url.endswith("?moved")
    assert client.moved == {url: answer.url}


def test_a_move_for_now_is_followed_and_not_remembered() -> None:
    with asking(misbehaving.moved_to(f"/ees/api{PATH}?elsewhere", 302)) as (client, url, _):
        assert client.get(url) is not None
    assert client.moved == {}


def test_a_redirect_to_anywhere_else_is_refused() -> None:
    change = misbehaving.moved_to("http://files.example.invalid/x")
    with asking(change) as (client, url, _), pytest.raises(Fault, match=r"files\.example\.invalid") as fault:
        client.get(url)
    assert fault.value.name == "redirected_away"


def test_a_redirect_in_a_circle_comes_to_an_end() -> None:
    change = misbehaving.always(302, {"Location": f"/ees/api{PATH}"})
    with asking(change) as (client, url, _), pytest.raises(Fault, match="more than 5 times"):
        client.get(url)


def test_no_more_is_received_than_the_budget_allows() -> None:
    with asking(None, budget=50) as (client, url, _), pytest.raises(Fault) as fault:
        client.get(url)
    assert fault.value.name == "too_large"


def test_a_publisher_is_told_who_asks() -> None:
    with file_of(b"x") as (client, url, asked):
        client.get(url)
    assert asked[0].headers["User-Agent"] == "socialcare-data-platform (+tests)"
    assert asked[0].headers["Accept-Encoding"] == "gzip"


def test_an_unreachable_publisher_is_a_fault_with_an_address() -> None:
    nobody = Publishers(*["http://127.0.0.1:9"] * 6)
    client = Client(nobody.origins, contact="tests", sleep=lambda _: None)
    with pytest.raises(Fault, match="could not be reached") as fault:
        client.get("http://127.0.0.1:9/x")
    assert fault.value.name == "publisher_unreachable"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with certificates.serving(tmp_path) as base:
        client = Client(frozenset({base}), contact="tests", sleep=lambda _: None)
        with pytest.raises(Fault, match="REQUESTS_CA_BUNDLE") as fault:
            client.get(f"{base}/x")
    assert (fault.value.name, fault.value.retryable) == ("certificate_wrong", False)


def test_the_real_addresses_are_all_https() -> None:
    assert all(address.startswith("https://") for address in Publishers().origins)


@pytest.mark.parametrize(
    ("suffix", "kind", "content", "found"),
    [
        (".csv", "text/html; charset=utf-8", b"a,b\n1,2\n", "text/html"),
        (".csv", "text/csv", b"\n<!DOCTYPE html><html>", "a web page"),
        (".csv", "application/json", b'{"a": 1}', "application/json"),
        (".csv", "text/csv", b'\xef\xbb\xbf{"title": "Not Found"}', "JSON"),
        (".ods", "text/html", b"PK", "text/html"),
        (".zip", "application/json", b"{}", "application/json"),
    ],
)
def test_another_kind_of_file_is_named_and_refused(suffix: str, kind: str, content: bytes, found: str) -> None:
    with pytest.raises(Fault, match=f"sent {found} where") as fault:
        check_kind(Answer(content, "x", {"content-type": kind}), suffix)
    assert fault.value.name == "not_data"


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".csv", "text/csv; charset=utf-8"),
        (".csv", ""),
        (".ods", "application/octet-stream"),
        (".zip", "application/zip"),
    ],
)
def test_the_kinds_that_publishers_really_send_are_taken(suffix: str, kind: str) -> None:
    check_kind(Answer(b"a,b\n", "x", {"content-type": kind} if kind else {}), suffix)
