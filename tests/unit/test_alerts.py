"""Notices: written down, posted to a real local server, unchanged, and never a way out for identity."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from socialcare.operate.alerts import WITHHELD, looks_identifying, notice
from socialcare.settings import get_settings

TEXT = "Column 'rate_per_10000' is missing.\nWhere: cla.csv, line 1. Café — “as at 31 March 2024”, 2024-03-31."


class Webhook(ThreadingHTTPServer):
    """A receiver that keeps what it gets and answers with ``status``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.received: list[Any] = []
        self.status = 204

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/T0/s3cret-token"


class Receiver(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        self.server.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def webhook(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    server = Webhook()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SOCIALCARE_ALERT_WEBHOOK", server.address)
    get_settings.cache_clear()
    yield server
    server.shutdown()
    server.server_close()


def written(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / "logs" / "notices.jsonl").read_text().splitlines()]


def test_a_notice_is_posted_and_written_down_with_its_text_unchanged(webhook: Webhook, home: Path) -> None:
    notice("nightly.publish failed", TEXT, level="error")
    (body,) = webhook.received
    assert (body["subject"], body["text"], body["level"]) == ("nightly.publish failed", TEXT, "error")
    (line,) = written(home)
    assert (line["text"], line["webhook"], line["withheld"]) == (TEXT, "posted", False)


def test_without_a_webhook_a_notice_is_written_down(home: Path) -> None:
    assert notice("late", "The night is late.", level="warning").webhook == "not_set"
    assert written(home)[0]["subject"] == "late"


def test_a_webhook_that_refuses_is_written_down_and_fails_nothing(webhook: Webhook, home: Path) -> None:
    webhook.status = 500
    notice("a", "b")
    assert written(home)[0]["webhook"] == "failed: HTTP 500"


def test_a_webhook_that_is_gone_fails_nothing_and_its_address_stays_secret(webhook: Webhook, home: Path) -> None:
    webhook.shutdown()
    webhook.server_close()
    notice("a", "b")
    assert written(home)[0]["webhook"] == "failed: ConnectionError"
    assert "s3cret-token" not in (home / "logs" / "notices.jsonl").read_text()


# Invented identifiers of the right shape; 943 476 5919 is the NHS data dictionary's own example number.
@pytest.mark.parametrize(
    "text",
    [
        "row 7: UPN A123456789012 is twice",
        "upn a123456789012",
        "temporary T12345678901X",
        "born 07/05/2011",
        "born 7/5/2011",
        "NHS 943 476 5919",
        "9434765919",
    ],
)
def test_what_could_identify_a_child_leaves_neither_by_post_nor_by_log(text: str, webhook: Webhook, home: Path) -> None:
    assert notice("task failed", text, level="error").withheld
    assert webhook.received[0]["text"] == WITHHELD
    assert written(home)[0]["text"] == WITHHELD


def test_a_subject_that_could_identify_is_replaced_too(home: Path) -> None:
    told = notice("born 07/05/2011", "plain")
    assert (told.subject, told.text) == ("a notice", WITHHELD)


@pytest.mark.parametrize(
    "text",
    [
        "sha256 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
        "scheduled__2026-01-01T02:00:00+00:00",
        "E06000047, release dfe_children_looked_after/2024, 1234567890 bytes",
        "31 March 2024",
        "1/2 of 12,410 rows",
    ],
)
def test_ordinary_messages_pass(text: str) -> None:
    assert not looks_identifying(text)
