"""The night: every source and council, then one build, its audit, publishing, extracts and a verdict.

If a run fails: open the task that failed, do what its message says, and trigger a new run. Each step looks at
what is there now, so a new run is always safe; clearing an old run does the same work under an old name.
"""

from airflow.sdk import dag

from socialcare.orchestration import approval, tasks
from socialcare.orchestration.policy import defaults, late_alert, night_schedule
from socialcare.registry import all_councils, all_sources


@dag(schedule=night_schedule(), tags=["night"], doc_md=__doc__, deadline=late_alert(), **defaults())
def nightly():
    night_id = tasks.NIGHT_ID
    exchanges = [tasks.exchange(c, night_id, task_id=f"ingest_{c.id}") for c in all_councils()]
    ingests = [
        *(tasks.ingest_source.override(task_id=f"ingest_{s.id}")(s.id, night_id) for s in all_sources()),
        *(taken for taken, _ in exchanges),
    ]
    build = tasks.build_and_audit(night_id)
    published = tasks.publish(build, night_id)
    delivered = tasks.deliver(night_id)
    verdict = tasks.verdict(night_id)
    ingests >> build
    ingests >> tasks.watch_sources(night_id) >> verdict
    published >> delivered >> verdict
    build >> approval.ask_for_approval(night_id) >> verdict
    [answered for _, answered in exchanges] >> verdict


nightly()
