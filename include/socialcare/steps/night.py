"""One night: its steps, in order, and its verdict. Airflow runs these steps; so may a single process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from socialcare.database import connect
from socialcare.door.remote_place import Open, open_plainly
from socialcare.errors import Fault
from socialcare.outcomes import Outcome, record
from socialcare.registry import all_councils, all_sources
from socialcare.registry.councils import Council
from socialcare.steps import held_night
from socialcare.steps.build import Build

CLEAN, NOTHING_PUBLISHED, PUBLISHED_WITH_FAULTS, HELD = 0, 1, 2, 3
_BAD = ("failed", "rejected", "held")
_FOR_A_PERSON = ("disclosure_risk", "version_held", "version_withdrawn")
#: What a step's end depends on no more once an earlier step of the same night runs again (a cleared task).
_AFTER = {"build_and_audit": ("publish", "deliver"), "publish": ("deliver",)}


def begin(night_id: str) -> None:
    """Write down that this night has begun; every step may say so first."""
    with connect("loader") as connection:
        connection.execute("insert into ops.nights (night_id) values (%s) on conflict do nothing", [night_id])


def ingest_source(night_id: str, source_id: str, *, only: str = "") -> Outcome:
    """Look at one published source and land what is new; ``only`` one release where it is named."""
    from socialcare.steps.ingest_source import ingest_source as step

    return _told(night_id, "ingest_source", source_id, lambda: step(source_id, only=only) if only else step(source_id))


def ingest_council(night_id: str, council_id: str) -> Outcome:
    """Take one council's deliveries through the door."""
    from socialcare.steps.ingest_council import ingest_council as step

    return _told(night_id, "ingest_council", council_id, lambda: step(council_id))


def fetch_inbox(night_id: str, council_id: str, open_place: Open = open_plainly) -> Outcome:
    """Fetch a council's deliveries from where it leaves them, if that is elsewhere."""
    from socialcare.steps import exchange_files as step

    return _told(night_id, step.FETCH, council_id, lambda: step.fetch_inbox(council_id, open_place))


def send_outbox(night_id: str, council_id: str, open_place: Open = open_plainly) -> Outcome:
    """Clear elsewhere what was taken in, and send the council its receipts."""
    from socialcare.steps import exchange_files as step

    return _told(night_id, step.ANSWER, council_id, lambda: step.send_outbox(council_id, open_place))


def watch_sources(night_id: str) -> Outcome:
    """Tell of sources that are late, moved, vanished, failing or quiet. Whatever happens, the night goes on."""
    from socialcare.steps import watch_sources as watch

    try:
        return _told(night_id, watch.STEP, "sources", lambda: watch.watch_sources())
    except Exception as error:  # noqa: BLE001  # written down already; a watch that breaks changes no figure
        return Outcome(watch.STEP, "sources", "failed", f"an unforeseen {type(error).__name__}")


def build_and_audit(night_id: str) -> Build:
    """Build and audit a version; see ``socialcare.steps.build``."""
    from socialcare.steps.build import build_and_audit as step

    built: list[Build] = []

    def run() -> Outcome:
        build = step(night_id)
        built.append(build)
        word = "unchanged" if build.unchanged else "built"
        return Outcome("build_and_audit", "warehouse", word, build.detail)

    _told(night_id, "build_and_audit", "warehouse", run)
    return built[0]


def publish(night_id: str, version_id: int, expected_current: int | None) -> Outcome:
    """Move the pointer to the audited version, unless a newer one was published meanwhile."""
    from socialcare.warehouse import versions

    def run() -> Outcome:
        versions.publish(version_id, expected_current)
        return Outcome("publish", "warehouse", "published", f"version {version_id} is current")

    return _told(night_id, "publish", "warehouse", run)


def deliver(night_id: str, open_place: Open = open_plainly) -> Outcome:
    """List what is due, write the extracts of the current version, and send them where they are wanted."""
    from socialcare.steps import deliver_extracts as step
    from socialcare.steps import list_due as lists

    _carry_on(lambda: _told(night_id, lists.STEP, lists.SUBJECT, lambda: lists.list_all(open_place)), lambda _: None)
    return _told(night_id, step.STEP, step.SUBJECT, lambda: step.deliver_extracts(night_id, open_place))


def verdict(night_id: str, open_place: Open = open_plainly) -> int:
    """Judge the night by what its steps wrote down; keep and return its exit code.

    A step that wrote nothing was killed, and counts as failed.
    """
    from socialcare.steps.deliver_extracts import SENT, mark_stale

    held = held_night.tell(night_id)
    with connect("loader") as connection:
        rows = connection.execute(
            "select step, subject, outcome from ops.outcomes where night_id = %s", [night_id]
        ).fetchall()
    said = {(step, subject): outcome for step, subject, outcome in rows}
    build = said.get(("build_and_audit", "warehouse"), "failed")
    published = build == "unchanged" or (build == "built" and said.get(("publish", "warehouse")) == "published")
    delivered = said.get(("deliver", "extracts")) == "delivered"
    if build == "held":
        code = HELD
    elif not published:
        code = NOTHING_PUBLISHED
    elif not delivered or any(said.get(s, "failed") in _BAD for s in _ingests()) or _failed(said, SENT, "list_due"):
        code = PUBLISHED_WITH_FAULTS
    else:
        code = CLEAN
    with connect("loader") as connection:
        connection.execute(
            "update ops.nights set ended_at = now(), exit_code = %s where night_id = %s", [code, night_id]
        )
    if held_night.is_read_and_delivered(held):
        return code  # a person approved it meanwhile
    if code in (NOTHING_PUBLISHED, HELD):
        mark_stale(night_id, f"night {night_id} published nothing; these are the last good extracts", open_place)
    elif not delivered:
        why = f"night {night_id} published, but could not write its extracts; these are older"
        mark_stale(night_id, why, open_place)
    return code


def _failed(said: dict[tuple[str, str], str], *wanted: str) -> bool:
    return any(step in wanted and outcome in _BAD for (step, _), outcome in said.items())


def _ingests() -> list[tuple[str, str]]:
    """Return (step, subject) of everything that a night takes in."""
    fetched = [("fetch_inbox", c.id) for c in all_councils() if c.inbox]
    answered = [("send_outbox", c.id) for c in all_councils() if c.is_elsewhere]
    taken = [("ingest_source", s.id) for s in all_sources()] + [("ingest_council", c.id) for c in all_councils()]
    return [*fetched, *taken, *answered]


def failures(night_id: str) -> list[tuple[str, str, str, str]]:
    """Return (step, subject, what happened, what to do) for each step of the night that went wrong."""
    with connect("loader") as connection:
        rows = connection.execute(
            "select step, subject, detail, remedy, outcome from ops.outcomes where night_id = %s order by finished_at",
            [night_id],
        ).fetchall()
    ended = {(step, subject) for step, subject, _, _, outcome in rows if outcome != "running"}
    killed = [
        (step, subject, "it was killed, or never ran", "read the task's log, then run the night again")
        for step, subject in [*_ingests(), ("build_and_audit", "warehouse")]
        if (step, subject) not in ended
    ]
    return killed + [row[:4] for row in rows if row[4] in _BAD]


def run(night_id: str, *, say: Callable[[Outcome], None] = lambda outcome: None) -> int:
    """Run the whole night in this process; return its exit code. The scheduler's tasks do the same steps."""
    begin(night_id)
    for source in all_sources():
        _carry_on(lambda source=source: ingest_source(night_id, source.id), say)  # type: ignore[misc]
    for council in all_councils():
        _exchange(night_id, council, say)
    _carry_on(lambda: watch_sources(night_id), say)
    built: list[Build] = []
    _carry_on(lambda: built.append(build_and_audit(night_id)), say)
    if built and not built[0].unchanged:
        _carry_on(lambda: publish(night_id, built[0].version_id, built[0].expected_current), say)
    _carry_on(lambda: deliver(night_id), say)  # whatever became of the build: what is read may lack its own
    return verdict(night_id)


def _exchange(night_id: str, council: Council, say: Callable[[Outcome], None]) -> None:
    """Take one council's deliveries in, whatever becomes of fetching them and of answering."""
    if council.inbox:
        _carry_on(lambda: fetch_inbox(night_id, council.id), say)
    _carry_on(lambda: ingest_council(night_id, council.id), say)
    if council.is_elsewhere:
        _carry_on(lambda: send_outbox(night_id, council.id), say)


def _carry_on(step: Callable[[], Outcome | None], say: Callable[[Outcome], None]) -> None:
    """Run a step; what went wrong is already written down, and the steps after it decide for themselves."""
    try:
        outcome = step()
    except Fault as fault:
        outcome = Outcome("a step", "", "failed", str(fault))
    except Exception as error:  # noqa: BLE001  # one unforeseen error must not keep the rest from being published
        outcome = Outcome("a step", "", "failed", f"an unforeseen {type(error).__name__}")
    if outcome is not None:
        say(outcome)


def _told(night_id: str, step: str, subject: str, run: Callable[[], Outcome]) -> Outcome:
    """Run a step and write down how it ended, how long it took, and what to do if it failed."""
    begin(night_id)
    _forget(night_id, step, subject)
    started = time.monotonic()
    try:
        outcome = replace(run(), seconds=round(time.monotonic() - started, 3))
    except Fault as fault:
        seconds = round(time.monotonic() - started, 3)
        record(
            night_id,
            Outcome(step, subject, _word(fault), f"{fault.what} ({fault.where})", fault.remedy, seconds=seconds),
        )
        raise
    except BaseException as error:  # the message of an unforeseen error may hold a value: keep its kind only
        record(
            night_id,
            Outcome(
                step,
                subject,
                "failed",
                f"an unforeseen {type(error).__name__}",
                "read the task's log; this is a defect of the platform.",
            ),
        )
        raise
    record(night_id, outcome)
    return outcome


def _word(fault: Fault) -> str:
    """What only a person can let go on is held; everything else has failed."""
    return "held" if fault.name in _FOR_A_PERSON else "failed"


def _forget(night_id: str, step: str, subject: str) -> None:
    """A step that runs again speaks for itself, and so do those after it: what they said before is void."""
    with connect("loader") as connection:
        connection.execute(
            "delete from ops.outcomes where night_id = %s and ((step = %s and subject = %s) or step = any(%s))",
            [night_id, step, subject, list(_AFTER.get(step, ()))],
        )
