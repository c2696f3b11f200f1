"""Keep logs, Airflow's own database, kept originals and receipts within their retention.

If a run fails: nothing is lost; do what the message says and trigger a new run.
"""

from airflow.sdk import dag, task

from socialcare.orchestration.policy import defaults, night_schedule


@dag(schedule="30 5 * * *" if night_schedule() else None, tags=["operate"], doc_md=__doc__, **defaults())
def housekeeping():
    @task
    def clean() -> dict:
        """Remove what is past its retention; return how much of each."""
        from socialcare.operate import retention

        return retention.clean()

    clean()


housekeeping()
