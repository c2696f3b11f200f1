"""The page that says who sends what, under which agreement, for how long, and what is left of it beyond the door."""

from __future__ import annotations

from collections import Counter

from socialcare.registry.councils import Council
from socialcare.registry.returns import Return

#: What becomes of a column, in words, in the order of the page.
_LEFT = {
    "kept": "as sent",
    "pseudonym": "a keyed token",
    "birth_month": "month of birth",
    "day_or_month": "a day, or its month near a birth",
    "postcode_sector": "postcode sector",
    "upn_kind": "whether there is one",
    "whole_number": "a whole number, rounded up",
    "dropped": "nothing",
}


def governance(councils: tuple[Council, ...], returns: tuple[Return, ...], header: str) -> str:
    """Return the page."""
    lines = [
        f"<!-- {header} -->",
        "# Who sends what, under which agreement, for how long",
        "",
        "All data of councils in this repository is SYNTHETIC. How it is enforced, erased and given out:"
        " [operate.md](operate.md), [ADR 0008](adr/0008-who-reads-what.md), [ADR 0023](adr/0023-erasure.md).",
        "",
        "| council | agreement | purpose | contact | what names children | its pseudonymised rows |",
        "|---|---|---|---|---|---|",
        *(_council(council) for council in councils),
        "",
        "What names children: the encrypted originals, receipts and the list of what is due (the last two in the"
        " council's own outbox). Rows: raw, histories, positions in quarantine.",
        "Backups, versions and extracts: see [operate.md](operate.md). Of a child who was erased, and of its"
        " assessments and audits, keyed tokens are kept for as long as the platform runs: they do not come in again.",
        "What each count that was told truly was is kept for as long (`versions.true_counts`, no row of a child): no"
        " later figure may give away an earlier one that was hidden.",
        "",
        "## What each council sends",
        "",
        "| council | return | every | from the system |",
        "|---|---|---|---|",
        *(_sent(council, returns) for council in councils),
        "",
        "## What is left of a return beyond the door",
        "",
        "Columns of each return, by what becomes of them. Why, column by column: `include/socialcare/specs`.",
        "",
        f"| return | {' | '.join(_LEFT.values())} |",
        f"|---|{'---|' * len(_LEFT)}",
        *(_left_of(one) for one in returns),
        "",
    ]
    return "\n".join(lines)


def _council(council: Council) -> str:
    kept = (f"{days:,} days" for days in (council.retention_days, council.rows_retention_days))
    return f"| {' | '.join([council.name, council.agreement, council.purpose, council.contact, *kept])} |"


def _sent(council: Council, returns: tuple[Return, ...]) -> str:
    names = {one.id: one.name for one in returns}
    rows = (f"| {council.name} | {names[r]} | {council.due[r].every} | {council.system} |" for r in council.returns)
    return "\n".join(rows)


def _left_of(declared: Return) -> str:
    becomes: Counter[str] = Counter(
        column.becomes if column.is_loaded else "dropped"
        for table in declared.tables.values()
        for column in table.every_column.values()
    )
    return f"| {declared.name} | {' | '.join(str(becomes[left]) for left in _LEFT)} |"
