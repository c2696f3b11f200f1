"""GOV.UK, as the sample server plays it: a collection, its pages, and the asset server."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from socialcare.publishers import sample, workbooks
from socialcare.publishers.reply import Reply, as_file, as_json, gone

COLLECTION = "government/collections/childrens-social-care-statistics"
LAIT = "government/publications/local-authority-interactive-tool-lait"
OFSTED_PAGES = {
    "government/statistics/childrens-social-care-data-in-england-2023": "2023",
    "government/statistics/local-authority-inspection-outcomes-as-at-31-march-2024": "2024",
}
OFSTED_FILES = {
    "2023": "Childrens_social_care_in_England_2023_underlying_data.ods",
    "2024": "LA_Inspection_Outcomes_as_at_March_2024.ods",
}
NEIGHBOUR_FILES = {"2021": "sn_april_2021.xlsx", "2025": "sn_may_2025.xlsx"}
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WEB_LINK = "Ofsted Local Authority Webpage"
_HELP = "xperiences and progress of children who need help and protection"
_CARE = "xperiences and progress of children in care"
_LEAVERS = "xperiences and progress of care leavers"
_JUDGED = ["Overall effectiveness", "Impact of leaders", f"E{_HELP}", f"E{_CARE}", f"E{_LEAVERS}"]


def content(path: str, assets: str) -> Reply:
    """Answer the Content API; ``assets`` is the asset server's base address."""
    path = path.removeprefix("/api/content").strip("/")
    stamps = "".join(sample.stamp(name)[:8] for name in ("ofsted_as_at", "ofsted_in_year", "ofsted_history"))
    updated = f"2025-03-01T09:30:00+00:00 {stamps}"
    if path == COLLECTION:
        documents = [_document(page, year) for page, year in OFSTED_PAGES.items()]
        return as_json(
            {
                "base_path": f"/{path}",
                "schema_name": "document_collection",
                "updated_at": updated,
                "title": "Children's social care statistics",
                "links": {"documents": documents},
            }
        )
    if path in OFSTED_PAGES:
        return as_json(_page(path, [OFSTED_FILES[OFSTED_PAGES[path]]], ODS, updated, assets))
    if path == LAIT:
        names = list(NEIGHBOUR_FILES.values())
        return as_json(_page(path, names, XLSX, f"2025-05-01 {sample.stamp('neighbours')[:8]}", assets))
    return gone()


def _document(page: str, year: str) -> dict[str, object]:
    title = "Children's social care data in England 2023"
    if year != "2023":
        title = f"Local authority inspection outcomes as at 31 March {year}"
    published = {"2023": "2023-07-06T08:30:00Z", "2024": "2024-08-30T08:30:00Z"}[year]
    return {"base_path": f"/{page}", "title": title, "public_updated_at": published, "withdrawn": False}


def _page(path: str, names: list[str], kind: str, updated: str, assets: str) -> dict[str, object]:
    attachments: list[dict[str, object]] = [
        {"attachment_type": "html", "id": "1", "title": "Main findings", "url": f"/{path}/main-findings"}
    ]
    for name in names:
        attachments.append(
            {
                "attachment_type": "file",
                "id": name,
                "filename": name,
                "title": f"Underlying data: {name}",
                "content_type": kind,
                "file_size": len(_file(name)),
                "url": f"{assets}{_asset_path(name)}",
            }
        )
    return {
        "base_path": f"/{path}",
        "schema_name": "publication",
        "updated_at": updated,
        "details": {"attachments": attachments},
    }


def _asset_path(name: str) -> str:
    return f"/media/{hashlib.sha256(_file(name)).hexdigest()[:24]}/{name}"


def asset(path: str) -> Reply:
    """Answer the asset server: a changed file has another address."""
    name = path.rsplit("/", 1)[-1]
    if name not in {*OFSTED_FILES.values(), *NEIGHBOUR_FILES.values()} or path != _asset_path(name):
        return gone()
    kind = ODS if name.endswith(".ods") else XLSX
    return as_file(_file(name), name, kind, modified="Fri, 30 Aug 2024 08:30:00 GMT")


@lru_cache(maxsize=8)
def _file(name: str) -> bytes:
    for year, file_name in NEIGHBOUR_FILES.items():
        if name == file_name:
            return workbooks.xlsx({"LA SN Groups": _neighbours(year)})
    year = next(year for year, file_name in OFSTED_FILES.items() if name == file_name)
    return workbooks.ods(_ofsted(year))


def _neighbours(year: str) -> workbooks.Sheet:
    header = ["LA num", "LA Name", "LA number", "GOInd", "GOReg"]
    header += [heading for at in range(1, 11) for heading in (f"SN{at}", "SNP")]
    rows = sample.rows("neighbours", f"dfe_statistical_neighbours/{year}")
    return [[str(at + 1) for at in range(len(header))], header, *(list(row.values())[1:] for row in rows)]


def _ofsted(year: str) -> dict[str, workbooks.Sheet]:
    """Return the release's sheets, under the names and headings of that year."""
    region = "Ofsted region" if year == "2023" else "Region"
    as_at = ["Local authority name", "Ofsted region", "Inspection date", *_JUDGED]
    in_year = ["Local authority name", region, "Inspection/Visit date", "Inspection/Visit type", *_JUDGED]
    names = ("LA_level_at_31_Mar_2023", "LA_level_in_year_2022-23", "LA_inspections_2009-2023")
    if year != "2023":
        names = (f"Inspections_31_March_{year}", "Inspections_in_year_2023-24", f"ILACS_inspections_2018-{year}")
    return {
        "Cover": [["Cover sheet"]],
        names[0]: _sheet(year, "ofsted_as_at", as_at),
        names[1]: _sheet(year, "ofsted_in_year", [*in_year, "Visit Theme"]),
        names[2]: _sheet(year, "ofsted_history", _history_header(year)),
    }


def _history_header(year: str) -> list[str]:
    headings = ["Local authority name", "LA region"]
    for order in ("First", "Second"):
        lead = f"{order} ILACS framework" if year == "2023" else f"{order} ILACS"
        headings += [f"{lead} publication date", f"{lead} inspection type", f"{lead} overall effectiveness"]
        headings += [f"{lead} impact of leaders", f"{lead} e{_HELP}", f"{lead} e{_CARE}", f"{lead} e{_LEAVERS}"]
    return headings


def _sheet(year: str, name: str, header: list[str]) -> workbooks.Sheet:
    """Return title and note rows, a blank one in 2023, the header and the rows."""
    rows = [list(row.values())[1:] for row in sample.rows(name, f"ofsted_inspection_outcomes/{year}")]
    notes = [["Local authority inspections"], ["This worksheet contains one table. It begins in cell A3."]]
    notes += [[""]] if year == "2023" else []
    return [*notes, ["Web link", *header], *([_WEB_LINK, *row] for row in rows)]
