"""Build, audit, publish and deliver after an ingest outside the night brought something new.

If a run fails: do what the task's message says, then trigger a new run. The version before stays published.
"""

from airflow.sdk import dag

from socialcare.orchestration import approval, tasks
from socialcare.orchestration.policy import defaults


@dag(schedule=[tasks.BUILD_WANTED], tags=["build"], doc_md=__doc__, **defaults())
def build_warehouse():
    build = tasks.build_and_audit(tasks.NIGHT_ID)
    tasks.publish(build, tasks.NIGHT_ID) >> tasks.deliver(tasks.NIGHT_ID)
    build >> approval.ask_for_approval(tasks.NIGHT_ID)


build_warehouse()
