"""The publishers' addresses. The bundled sample differs from the real thing in these and nothing else."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Publishers:
    """Base addresses, without a final slash."""

    ees_content: str = "https://content.explore-education-statistics.service.gov.uk/api"
    ees_api: str = "https://api.education.gov.uk/statistics/v1"
    ees_site: str = "https://explore-education-statistics.service.gov.uk"
    govuk: str = "https://www.gov.uk"
    assets: str = "https://assets.publishing.service.gov.uk"
    nomis: str = "https://www.nomisweb.co.uk/api/v01"

    @property
    def origins(self) -> frozenset[str]:
        """Scheme and host of each: the only ones that a request or a redirect may go to."""
        return frozenset(origin(address) for address in astuple(self))


def origin(address: str) -> str:
    """Return the scheme and host of an address: https://www.gov.uk."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
