"""Ask a person whether a version that changed too much may be published, and do what the answer says.

The answer needs a name and a reason; both are kept. Nobody answers in time: the version is not published.

If a run fails: the answer lacked a name or a reason, or a newer version was published meanwhile; the task's message
says which. Clear the task `ask` to be asked again, or answer with `socialcare approve`. What people read stays.
"""

from airflow.sdk import dag

from socialcare.orchestration import approval, tasks
from socialcare.orchestration.policy import defaults


# More than one at once: an unanswered question must not keep the next held version from being asked about.
@dag(schedule=[approval.VERSION_HELD], tags=["build"], doc_md=__doc__, **defaults(max_active_runs=8))
def release_held():
    held = approval.find_held()
    question = approval.ask()
    held >> question
    published = approval.release(held, question.output)
    published >> tasks.deliver.override(trigger_rule="all_success")(tasks.NIGHT_ID)


release_held()
