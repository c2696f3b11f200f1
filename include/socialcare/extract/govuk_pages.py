"""Pages of GOV.UK as its Content API gives them: moved, gone or withdrawn ones, and the files on them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from socialcare.errors import Fault
from socialcare.extract.http import MAX_REDIRECTS, Client
from socialcare.registry.publishers import Publishers

#: In order of preference, where the same table is attached in several formats.
FORMATS = (".ods", ".xlsx", ".csv")
_LINK = re.compile(r'href="([^"]+)"')
_DOUBLED = re.compile(r"(\.\w+)\1$", re.IGNORECASE)
#: The asset server's ids begin with the second of the upload, in hexadecimal.
_UPLOADED = re.compile(r"/media/([0-9a-f]{8})[0-9a-f]{16}/")


@dataclass(frozen=True)
class Attached:
    """A file on a page: its address, and its size where the page states one."""

    url: str
    size: int | None = None

    @property
    def uploaded(self) -> str:
        """The moment of the upload, as the address has it: greater is later."""
        found = _UPLOADED.search(self.url)
        return found[1] if found else ""


class Pages:
    """Each page is asked for once a look."""

    def __init__(self, client: Client, publishers: Publishers):
        self._client = client
        self._govuk = publishers.govuk
        self._known: dict[str, Any] = {}

    def address(self, path: str) -> str:
        """Return where the Content API has a page."""
        return f"{self._govuk}/api/content/{path.strip('/')}"

    def get(self, path: str) -> Any:
        """Return a page, followed where it moved to.

        Faults: ``not_found``, ``gone``, ``withdrawn``, ``redirected_away``.
        """
        path = path.strip("/")
        if path not in self._known:
            self._known[path] = self._follow(path)
        return self._known[path]

    def _follow(self, path: str) -> Any:
        for _ in range(MAX_REDIRECTS):
            where = self.address(path)
            page = self._client.json(where)
            kind = page.get("schema_name")
            if kind == "gone":
                raise Fault("gone", "The publisher took the page away.", where=where, remedy=_look_at(path))
            if kind != "redirect":
                _check_in_use(page, where, path)
                return page
            path = self._destination(page, where)
            self._client.moved[where] = self.address(path)
        raise Fault("redirected_away", "The page redirects in a circle.", where=where, remedy=_look_at(path))

    def _destination(self, page: Any, where: str) -> str:
        destination = str(page["redirects"][0]["destination"])
        path = destination.removeprefix(self._govuk).removeprefix("https://www.gov.uk")
        if not path.startswith("/"):
            raise Fault(
                "redirected_away",
                f"The page moved to {destination}, outside GOV.UK.",
                where=where,
                remedy="see what the publisher says there; then correct the source's declaration.",
            )
        return path.partition("#")[0].partition("?")[0].strip("/")

    def search(self, asked: dict[str, str]) -> list[Any]:
        """Return what GOV.UK's search finds, newest first. It lags behind: never rely on it on release day."""
        fields = {"fields": "title,link,public_timestamp", "order": "-public_timestamp", "count": "100"}
        found: list[Any] = self._client.json(f"{self._govuk}/api/search.json", params=fields | asked)["results"]
        return found

    def files_of(self, page: Any) -> dict[str, Attached]:
        """Return file name -> file: the page's attachments, and on older pages the files that its text links to.

        Of two with one name the later upload counts: corrections are attached beside what they correct.
        """
        details = page.get("details", {})
        found: dict[str, Attached] = {}
        for text in (details.get("body") or "", *details.get("documents", ())):
            for link in map(html.unescape, _LINK.findall(text if isinstance(text, str) else "")):
                if link.lower().endswith(FORMATS):
                    _keep(found, link, Attached(f"{self._govuk}{link}" if link.startswith("/") else link))
        for item in details.get("attachments", ()):
            if item.get("attachment_type") == "file":
                _keep(found, item["filename"], Attached(item["url"], item.get("file_size")))
        return found


def _keep(found: dict[str, Attached], name: str, file: Attached) -> None:
    name = _DOUBLED.sub(r"\1", unquote(name.rsplit("/", 1)[-1]))
    if name not in found or file.uploaded >= found[name].uploaded:
        found[name] = file


def _check_in_use(page: Any, where: str, path: str) -> None:
    notice = page.get("withdrawn_notice") or {}
    if notice.get("withdrawn_at") or notice.get("explanation"):
        said = re.sub(r"<[^>]*>", "", html.unescape(str(notice.get("explanation", "")))).strip()
        raise Fault(
            "withdrawn",
            f"The publisher withdrew the page{f', saying: {said[:200]}' if said else ''}",
            where=where,
            remedy=_look_at(path),
        )


def _look_at(path: str) -> str:
    return f"open https://www.gov.uk/{path}; if the series goes on elsewhere, correct the source's declaration."
