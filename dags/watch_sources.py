"""Tell, once, of each published source that is late, moved, vanished, failing or quiet, and once when it is over.

The night does the same after its ingests. This one is for the day on which no night runs: nobody else would notice.

If a run fails: no figure is affected; do what the message says and trigger a new run.
"""

from airflow.sdk import dag, task

from socialcare.orchestration.policy import defaults, night_schedule


@dag(schedule="30 7 * * *" if night_schedule() else None, tags=["operate"], doc_md=__doc__, **defaults())
def watch_sources():
    @task
    def watch() -> str:
        """Compare how the sources stand with what was told, and tell the difference."""
        from socialcare.steps.watch_sources import watch_sources as step

        return step().detail

    watch()


watch_sources()
