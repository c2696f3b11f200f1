"""Talking to publishers on a bad day. Every server here is real, on loopback; only waiting is pretended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.fakes import misbehaving
from tests.fakes.misbehaving import Change

from socialcare.errors import Fault
from socialcare.extract.http import Client
from socialcare.publishers import server
from socialcare.registry.publishers import Publishers

PATH = "/publications/children-s-social-work-workforce/releases"


@contextmanager
def asking(change: Change | None = None, **options: int) -> Iterator[tuple[Client, str, list[float]]]:
    """A client, the address of a list of releases, and the waits that the client took."""
    waits: list[float] = []
    with server.running({PATH: change} if change else None) as publishers:
        client = Client(publishers.origins, contact="tests", sleep=waits.append, **options)
        yield client, publishers.ees_content + PATH, waits
        client.close()


def test_a_busy_publisher_is_asked_again_after_the_time_it_named() -> None:
    with asking(misbehaving.busy_once) as (client, url, waits):
        assert client.json(url)[0]["slug"] == "2024"
    assert waits == [7.0]


def test_a_broken_publisher_is_asked_again_soon() -> None:
    with asking(misbehaving.broken_once) as (client, url, waits):
        assert client.json(url)
    assert waits == [0.5]


def test_a_publisher_that_stays_down_is_left_alone_after_four_tries() -> None:
    with asking(misbehaving.always_down) as (client, url, waits), pytest.raises(Fault, match="503") as fault:
        client.get(url)
    assert (fault.value.name, fault.value.retryable) == ("publisher_failed", True)
    assert waits == [0.5, 1.0, 2.0]


def test_a_body_shorter_than_promised_is_never_taken_for_whole() -> None:
    with asking(misbehaving.cut) as (client, url, waits), pytest.raises(Fault) as fault:
        client.get(url)
    assert fault.value.name == "truncated"
    assert len(waits) == 3


def test_a_web_page_is_not_json() -> None:
    with asking(misbehaving.web_page) as (client, url, _), pytest.raises(Fault, match="not JSON"):
        client.json(url)


def test_a_missing_page_is_not_asked_for_twice() -> None:
    with asking() as (client, url, waits), pytest.raises(Fault) as fault:
        client.get(url + "/1999")
    assert (fault.value.name, waits) == ("not_found", [])


def test_a_move_within_the_publishers_is_followed() -> None:
    with asking(misbehaving.moved_to(f"/ees/api{PATH}?moved")) as (client, url, _):
        answer = client.get(url)
    assert answer is not None
    assert answer.url.endswith("?moved")


def test_a_redirect_to_anywhere_else_is_refused() -> None:
    change = misbehaving.moved_to("http://files.example.invalid/x")
    with asking(change) as (client, url, _), pytest.raises(Fault, match=r"files\.example\.invalid") as fault:
        client.get(url)
    assert fault.value.name == "redirected_away"


def test_no_more_is_received_than_the_budget_allows() -> None:
    with asking(None, budget=50) as (client, url, _), pytest.raises(Fault) as fault:
        client.get(url)
    assert fault.value.name == "too_large"


def test_an_unreachable_publisher_is_a_fault_with_an_address() -> None:
    gone = Publishers(*["http://127.0.0.1:9"] * 4)
    client = Client(gone.origins, contact="tests", sleep=lambda _: None, attempts=2)
    with pytest.raises(Fault, match="could not be reached") as fault:
        client.get("http://127.0.0.1:9/x")
    assert fault.value.name == "publisher_unreachable"
    client.close()


def test_the_real_addresses_are_all_https() -> None:
    assert all(address.startswith("https://") for address in Publishers().origins)
