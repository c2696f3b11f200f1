"""Reply to the council: what was found in its delivery, in its own outbox and nowhere else."""

from __future__ import annotations

import psycopg

from socialcare.door import load, receipt, records
from socialcare.door.arrival import Delivery
from socialcare.door.judge import counts_of
from socialcare.door.plan import Plan
from socialcare.door.verdicts import JudgedFile, Taken
from socialcare.registry.councils import council


def send(
    connection: psycopg.Connection,
    delivery: Delivery,
    delivery_id: int,
    plan: Plan,
    files: list[JudgedFile],
    taken: Taken,
) -> None:
    """Keep the findings of a delivery, by position, and write its receipt to the council's outbox."""
    sections = []
    for file in files:
        if file.findings is not None and len(file.findings):
            load.copy_findings(connection, delivery_id, file.found.table, file.rules, file.findings)
            counts = counts_of(file.findings, file.rules)
            label = plan.year.tables[file.found.table].label if plan.year else file.found.table
            sections += receipt.sections(file.found, label, file.rules, file.findings, counts)
    order = plan.year.rules if plan.year else ()
    sections.sort(key=lambda section: order.index(section.rule))
    number = records.number_of(connection, delivery.council_id, plan.as_of_date)
    receipt.write(
        delivery.council_id,
        f"{plan.as_of_date or 'undated'}-{number}",
        receipt.Receipt(
            council(delivery.council_id).name,
            plan.return_id.upper(),
            str(plan.as_of_date or "an unknown day"),
            delivery.is_synthetic,
            taken.verdict,
            taken.reason,
            tuple(receipt.file_line(file) for file in files),
            tuple(sections),
        ),
    )
