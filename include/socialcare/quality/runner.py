"""Run the suites of a layer: one process, one context that leaves nothing behind, counts only."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from socialcare.database import connect, password, server
from socialcare.errors import Fault
from socialcare.quality import data_docs, results, suites
from socialcare.quality.results import Finding, Report
from socialcare.quality.suites import Suite
from socialcare.settings import get_settings, set_environment

if TYPE_CHECKING:
    import great_expectations as gx

__all__ = ["Finding", "Report", "run"]

#: Which rows of a raw table count: raw only ever grows, so a bad landing that was since replaced stays in it.
_CURRENT = {
    "_landing_id": "select t.* from {table} t where t._landing_id in (select landing_id from raw.current_landings)",
    "_delivery_id": "select t.* from {table} t"
    " where t._delivery_id in (select delivery_id from raw.current_deliveries)",
}
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class _Target:
    """A suite, and the rows it is run on."""

    suite: Suite
    query: str


def run(
    layer: str,
    night_id: str,
    *,
    schema: str | None = None,
    tables: list[str] | None = None,
    suffix: str = "",
) -> Report:
    """Run every suite of ``layer`` (raw, marts); keep the results and rebuild the pages people read.

    ``schema`` and ``suffix`` say where the tables really are (a version: 'versions', '__v12'); ``tables`` limits
    the run. A table that is missing is a finding, not an exception. Raises Fault ``suite_wrong`` and
    ``checks_not_run`` (the database cannot be reached).
    """
    started = time.perf_counter()
    wanted = suites.load(layer, tables=tables)
    targets, findings = _find(wanted, schema or layer, suffix)
    pages: list[dict[str, Any]] = []
    if targets:
        context, source = _context()
        for target in targets:
            found, page = _run_suite(context, source, target)
            findings += found
            pages.append(page)
    results.keep(night_id, layer, findings)
    if pages:
        data_docs.write(layer, night_id, pages)
    return Report(layer, findings, time.perf_counter() - started)


def _find(wanted: list[Suite], schema: str, suffix: str) -> tuple[list[_Target], list[Finding]]:
    targets, findings = [], []
    with connect("publisher") as connection:
        for suite in wanted:
            table = suite.table + suffix
            columns = _columns(connection, schema, table)
            chosen = next((text for key, text in _CURRENT.items() if key in columns), "select * from {table}")
            query = chosen.format(table=f'"{schema}"."{table}"')
            if columns and suite.may_be_absent:  # decided on the rows that the suite would read
                row = connection.execute(f"select exists ({query})".encode()).fetchone()
                columns = columns if row and row[0] else []
            if columns:
                targets.append(_Target(suite, query))
            elif not suite.may_be_absent:
                findings.append(_missing(suite))
    return targets, findings


def _columns(connection: Any, schema: str, table: str) -> list[str]:
    rows = connection.execute(
        "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
        [f'"{schema}"."{table}"'],
    )
    return [name for (name,) in rows.fetchall()]


def _missing(suite: Suite) -> Finding:
    return Finding(
        suite.name,
        suite.layer,
        suite.table,
        "table_is_there",
        None,
        "critical",
        "failed",
        "The table has never been made.",
    )


def _context() -> tuple[gx.data_context.EphemeralDataContext, Any]:
    set_environment(GX_ANALYTICS_ENABLED="false")  # before the import: it is read there
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    where, word = server(), password("publisher") or ""
    # GX takes a bare $ for a variable of its own; quoting writes it as %24.
    address = (
        f"postgresql+psycopg2://publisher:{quote(word, safe='')}@{where.host}:{where.port}"
        f"/{quote(get_settings().warehouse_database, safe='')}"
    )
    try:
        return context, context.data_sources.add_postgres("warehouse", connection_string=address)
    except Exception:  # noqa: BLE001  # its message may hold the address, and the address the password
        raise Fault(
            "checks_not_run", "Great Expectations could not open the warehouse.", where=f"{where.host}:{where.port}",
            remedy="check that the database runs (`make status`), then run the night again.", retryable=True,
        ) from None  # fmt: skip


def _run_suite(context: Any, source: Any, target: _Target) -> tuple[list[Finding], dict[str, Any]]:
    import great_expectations as gx

    suite = target.suite
    batch = source.add_query_asset(suite.name, query=target.query).add_batch_definition("whole").get_batch()
    declared = [_for_gx(number, one) for number, one in enumerate(suite.expectations)]
    outcome = batch.validate(gx.ExpectationSuite(suite.name, expectations=declared), result_format=_RESULT_FORMAT)
    found = []
    for result in outcome.results:  # GX may give them in another order than we declared them
        expectation = suite.expectations[result.expectation_config.meta["number"]]
        found.append(results.finding(suite.name, suite.layer, suite.table, expectation, result.to_json_dict()))
    return found, data_docs.page(outcome, suite)


def _for_gx(number: int, expectation: dict[str, Any]) -> dict[str, Any]:
    """Return the expectation with our number, to find it again, and its reason as the words people read."""
    return {
        "type": expectation["type"],
        "kwargs": expectation.get("kwargs") or {},
        "severity": expectation["severity"],
        "description": str(expectation["meta"]["why"]),
        "meta": {**expectation["meta"], "number": number},
    }
