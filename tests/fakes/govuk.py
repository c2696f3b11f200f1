"""GOV.UK's Content API, search and asset server, over pages and files given by a test."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from socialcare.publishers.reply import Reply, Request, as_file, as_json

ODS = "application/vnd.oasis.opendocument.spreadsheet"
_SEARCH_KNOWS = {"q", "count", "start", "order", "fields", "filter_organisations", "c"}
_SEARCH_KNOWS |= {"filter_content_store_document_type", "filter_public_timestamp"}


@dataclass
class FakeGovuk:
    """``pages``: path -> item, or a status. ``files``: path on the asset server -> bytes, or an answer."""

    pages: dict[str, Any] = field(default_factory=dict)
    found: list[dict[str, str]] = field(default_factory=list)
    files: dict[str, bytes | Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def instead(self) -> dict[str, Callable[[Request], Reply]]:
        """What the sample server should hand on to this one."""
        return {"govuk": self.content, "assets": self.asset}

    def content(self, request: Request) -> Reply:
        self.asked.append(request.path)
        if request.path == "/api/search.json":
            unknown = sorted(set(request.query) - _SEARCH_KNOWS)
            if unknown:
                return Reply(json.dumps({"error": f"Unexpected parameters: {unknown}"}).encode(), 422)
            return as_json({"results": self.found, "total": len(self.found), "start": 0})
        if request.path.startswith("/government/uploads/"):
            base = request.headers["Host"]
            return Reply(b"", 301, {"Location": f"http://{base}/assets{request.path}"})
        page = self.pages.get(request.path.removeprefix("/api/content/"), 404)
        return Reply(b"", page) if isinstance(page, int) else as_json(page)

    def asset(self, request: Request) -> Reply:
        self.asked.append(request.path)
        file = self.files.get(request.path)
        if file is None:
            return Reply(b'{"_response_info":{"status":"not found"}}', 404)
        if isinstance(file, Reply):
            return Reply(file.body, file.status, dict(file.headers))
        name = request.path.rsplit("/", 1)[-1]
        return as_file(file, name, ODS, modified="Thu, 25 Sep 2025 08:30:00 GMT")


def collection(*documents: dict[str, Any], updated: str = "2026-08-22T10:00:00+01:00") -> dict[str, Any]:
    return {"schema_name": "document_collection", "updated_at": updated, "links": {"documents": list(documents)}}


def document(path: str, title: str, *, withdrawn: bool = False) -> dict[str, Any]:
    published = "2025-09-25T09:30:00Z"
    return {"base_path": f"/{path}", "title": title, "public_updated_at": published, "withdrawn": withdrawn}


def publication(*attachments: dict[str, Any], body: str = "", **others: Any) -> dict[str, Any]:
    details = {"attachments": list(attachments), "body": body}
    return {"schema_name": "publication", "updated_at": "2025-09-25T09:30:00Z", "details": details, **others}


def attachment(url: str, *, size: int | None = None) -> dict[str, Any]:
    name = url.rsplit("/", 1)[-1]
    stated = {} if size is None else {"file_size": size}
    return {"attachment_type": "file", "filename": name, "url": url, "content_type": ODS, **stated}


def redirect(old: str, new: str) -> dict[str, Any]:
    """The item of a page that moved: it answers 200."""
    redirects = [{"path": f"/{old}", "type": "exact", "destination": new}]
    return {"schema_name": "redirect", "updated_at": "2026-01-01T00:00:00Z", "redirects": redirects, "details": {}}
