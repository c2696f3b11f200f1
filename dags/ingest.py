"""One source or one council alone, outside the night; a build follows only if something new came in.

If a run fails: do what the task's message says, then trigger a new run. What was held before stays in use.
"""

from airflow.sdk import dag

from socialcare.orchestration import tasks
from socialcare.orchestration.policy import defaults
from socialcare.registry import all_councils, all_sources


def ingest_dag(subject: str, step) -> None:
    @dag(dag_id=f"ingest_{subject}", schedule=None, tags=["ingest"], doc_md=__doc__, **defaults())
    def ingest():
        step(subject, tasks.NIGHT_ID) >> tasks.want_build()

    ingest()


for source in all_sources():
    ingest_dag(source.id, tasks.ingest_source)
for council in all_councils():
    ingest_dag(council.id, lambda _, night_id, council=council: tasks.exchange(council, night_id)[0])
