"""Explore Education Statistics, as the sample server plays it: releases, data sets, CSV files."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from dataclasses import dataclass
from functools import lru_cache

from socialcare.publishers import sample
from socialcare.publishers.reply import Reply, as_file, as_json, gone

LEADING = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name"


@dataclass(frozen=True)
class DataSet:
    """A data file of a release, and how the publisher writes it."""

    release: str
    table: str
    title: str
    file_name: str
    la_columns: str = "old_la_code,new_la_code,la_name"
    filter_column: str = ""
    bom: bool = False
    line_end: str = "\n"


_CLA = "old_la_code,la_name,new_la_code"
_CLA_TITLE = "Children looked after: number and rate per 10k children"
_CLA_FILE = "cla_number_and_rate_per_10k_children.csv"
_WORKFORCE_TITLE = "Indicators used in the summary tables"

#: Publication slug -> source id, title, data sets.
PUBLICATIONS: dict[str, tuple[str, str, tuple[DataSet, ...]]] = {
    "children-s-social-work-workforce": (
        "dfe_social_work_workforce",
        "Children's social work workforce",
        (
            DataSet("2022", "indicators", "Headline measures", "csww_headline_measures_2017_to_2022.csv", bom=True),
            DataSet("2023", "indicators", _WORKFORCE_TITLE, "csww_indicators_2017_to_2023.csv"),
            DataSet("2024", "indicators", _WORKFORCE_TITLE, "csww_indicators_2017_to_2024.csv"),
        ),
    ),
    "children-looked-after-in-england-including-adoptions": (
        "dfe_children_looked_after",
        "Children looked after in England including adoptions",
        tuple(
            DataSet(year, "numbers_and_rates", _CLA_TITLE, _CLA_FILE, _CLA, "population_count", bom=True)
            for year in ("2022", "2023", "2024")
        ),
    ),
    "children-in-need": (
        "dfe_children_in_need",
        "Children in need",
        (
            DataSet(
                "2024",
                "referrals",
                "C1 Referrals and re-referrals",
                "c1_children_in_need_referrals_and_rereferrals_2017_to_2024.csv",
                filter_column="category",
                line_end="\r\n",
            ),
            DataSet(
                "2024",
                "protection_plans",
                "D1 Child protection plans",
                "d1_child_protection_plans_2017_to_2024.csv",
                filter_column="category",
                line_end="\r\n",
            ),
        ),
    ),
}


def answer(path: str, query: dict[str, str]) -> Reply:
    """Answer a request for ``path`` (below the API's base address)."""
    parts = path.strip("/").split("/")
    match parts:
        case ["publications", slug, "releases"] if slug in PUBLICATIONS:
            return as_json([_release(slug, year) for year in _years(slug)])
        case ["publications", slug, "releases", year, "version-summary"] if slug in PUBLICATIONS:
            return as_json({**_release(slug, year), "isLatestRelease": year == _years(slug)[0]})
        case ["publications", slug, "releases", year, "data-content"] if slug in PUBLICATIONS:
            return as_json({"releaseVersionId": _id(slug, year), "dataSets": _data_sets(slug, year)})
        case ["data-set-files", data_set_id, "download"]:
            return _download(data_set_id)
        case ["releases", version_id, "files"]:
            return _zip(version_id)
    return gone()


def public_api(path: str) -> Reply:
    """Answer the public API: children's social care is not in it, as of the bundled releases."""
    if path == "/publications":
        return as_json({"paging": {"page": 1, "pageSize": 40, "totalResults": 0, "totalPages": 1}, "results": []})
    return gone()


def _years(slug: str) -> list[str]:
    return sorted({d.release for d in PUBLICATIONS[slug][2]}, reverse=True)


def _release(slug: str, year: str) -> dict[str, object]:
    title = PUBLICATIONS[slug][1]
    return {"id": _id(slug, year), "slug": year, "title": f"Reporting year {year}", "publication": title}


def _id(*parts: str) -> str:
    return str(uuid.uuid5(uuid.UUID(sample.stamp("figures")), " ".join(parts)))


def _data_sets(slug: str, year: str) -> list[dict[str, object]]:
    source_id = PUBLICATIONS[slug][0]
    found = []
    for data_set in PUBLICATIONS[slug][2]:
        if data_set.release == year:
            body = _csv(source_id, data_set)
            found.append(
                {
                    "dataSetFileId": _id(slug, year, data_set.table),
                    "title": data_set.title,
                    "meta": {"numDataFileRows": body.count(b"\n") - 1},
                    "isApiEnabled": False,
                }
            )
    return found


def _download(data_set_id: str) -> Reply:
    for slug, (source_id, _, data_sets) in PUBLICATIONS.items():
        for data_set in data_sets:
            if _id(slug, data_set.release, data_set.table) == data_set_id:
                body = _csv(source_id, data_set)
                return as_file(body, data_set.file_name, "text/csv", modified="Thu, 27 Feb 2025 09:30:00 GMT")
    return gone()


def _zip(version_id: str) -> Reply:
    for slug, (source_id, _, data_sets) in PUBLICATIONS.items():
        for year in _years(slug):
            if _id(slug, year) == version_id:
                packed = io.BytesIO()
                with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                    for data_set in data_sets:
                        if data_set.release == year:
                            member = zipfile.ZipInfo(f"data/{data_set.file_name}", (1980, 1, 1, 0, 0, 0))
                            archive.writestr(member, _csv(source_id, data_set))
                body = packed.getvalue()
                return as_file(body, f"{slug}.zip", "application/zip", modified="Thu, 27 Feb 2025 09:30:00 GMT")
    return gone()


@lru_cache(maxsize=16)
def _csv(source_id: str, data_set: DataSet) -> bytes:
    """Return the file in the publisher's shape: newest period first, England, region, then councils."""
    figures: dict[tuple[str, str], dict[str, str]] = {}
    filters = set()
    for row in sample.rows("figures", f"{source_id}/{data_set.release}"):
        if row["table"] == data_set.table:
            filters.add(row["filter"])
            for year in (column for column in row if column.isdigit() and row[column]):
                figures.setdefault((year, row["area_code"]), {})[row["column"]] = row[year]
    columns = list(next(iter(figures.values())))
    output = io.StringIO()
    writer = csv.writer(output, lineterminator=data_set.line_end)
    filter_columns = [data_set.filter_column] if data_set.filter_column else []
    writer.writerow([*LEADING.split(","), *data_set.la_columns.split(","), *filter_columns, *columns])
    for year in sorted({year for year, _ in figures}, reverse=True):
        for code, area in sample.areas().items():
            if (year, code) in figures:
                values = figures[year, code]
                lead = [year, "Reporting year", area["geographic_level"], "E92000001", "England"]
                lead += [area["region_code"], area["region_name"]]
                council = {**area, "new_la_code": code if area["la_name"] else ""}
                lead += [council[name] for name in data_set.la_columns.split(",")]
                lead += sorted(filters) if filter_columns else []
                writer.writerow([*lead, *(values[column] for column in columns)])
    return (b"\xef\xbb\xbf" if data_set.bom else b"") + output.getvalue().encode()
