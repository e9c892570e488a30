"""Where the forms and services of monitoring meet the workflow (`app.workflow.handlers`)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.engine import ServiceCall
from app.projects.goal_files import open_goal_file
from app.projects.kinds import LinkStatus
from app.projects.models import Project
from app.projects.monitoring import is_on_plan, monitoring_values
from app.projects.queries import project_by_code
from app.projects.rules import load_rules
from app.workflow.handlers import (
    Decided,
    FormData,
    Former,
    FormHandler,
    ServiceContext,
    TaskFacts,
    form_handler,
    service_handler,
    termination_handler,
)
from app.workflow.permits.tasks import is_approval
from app.workflow.resources import resources_of
from app.workflow.tracking.history import last_form_values

#: What the department answers when it has nothing to say.
_NOTHING_FOUND = {"figures": "consistent", "deviations": "none"}


@form_handler("monitoring")
class Monitoring(FormHandler):
    """F08: opens with the goal in force and the money; every deviation needs its reason."""

    def load(self, session: Session, task: TaskFacts, former: Former) -> FormData:
        """The indicators of the approved goal, with what was reported in the last round."""
        file = open_goal_file(session, task.subject_code)
        period_end = str(task.variables.get("period_end") or "")
        return FormData(monitoring_values(file, period_end, former()), subject=file)

    def save(self, session: Session, decided: Decided) -> None:
        """The project's status follows the report."""
        decided.data.subject.project.link_status = LinkStatus.PENDING.value

    def undo(self, session: Session, decided: Decided) -> None:
        """Nothing is reported any more."""
        _withdraw_report(session, decided.task.subject_code)

    def taken_back(self, session: Session, task: TaskFacts, now: datetime) -> None:
        """The same for an item that its initiator withdrew."""
        _withdraw_report(session, task.subject_code)


@form_handler("monitoring_review")
class MonitoringReview(FormHandler):
    """What the department and the section check in a monitoring report.

    The section is not asked again what the department has answered well about a report on plan.
    """

    def load(self, session: Session, task: TaskFacts, former: Former) -> FormData:
        """The step's former answers, and whether the report leaves anything to ask."""
        project = project_by_code(session, task.subject_code)
        context = {"reported": {"is_plain": _is_plain(session, task, project)}}
        return FormData(former(), context, project)

    def save(self, session: Session, decided: Decided) -> None:
        """The project's status follows a return."""
        if not is_approval(decided.outcome):
            decided.data.subject.link_status = LinkStatus.RETURNED.value

    def undo(self, session: Session, decided: Decided) -> None:
        """A recalled return puts the report in review again."""
        if not is_approval(decided.outcome):
            project = project_by_code(session, decided.task.subject_code)
            project.link_status = LinkStatus.PENDING.value


@termination_handler("P_MONITOR")
def withdraw_monitoring(context: ServiceContext, now: datetime) -> None:
    """The monitoring of this period was terminated."""
    _withdraw_report(context.session, context.subject_code)


def _withdraw_report(session: Session, subject_code: str) -> None:
    project_by_code(session, subject_code).link_status = LinkStatus.WITHDRAWN.value


@service_handler("accept_monitoring")
def accept_monitoring(context: ServiceContext, call: ServiceCall) -> None:
    """The section has accepted the monitoring of this period."""
    project = project_by_code(context.session, context.subject_code)
    project.link_status = LinkStatus.PASSED.value


def _is_plain(session: Session, task: TaskFacts, project: Project) -> bool:
    """Whether the department found nothing in a report on plan; a key project is always asked."""
    if task.step_id != "section_review" or project.is_key:
        return False
    checked = last_form_values(session, task.instance_id, "department_review")
    if any(checked.get(name) != answer for name, answer in _NOTHING_FOUND.items()):
        return False
    report = last_form_values(session, task.instance_id, "fill_monitoring")
    rules = load_rules(resources_of(session).settings.config_folder, project.fiscal_year)
    return is_on_plan(report, rules)
