"""Where the bureau's forms and services meet the workflow (`app.workflow.handlers`)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.engine import ServiceCall
from app.identity import SYSTEM, Actor
from app.projects.checks import check_goal
from app.projects.goals import (
    apply_accepted_edits,
    freeze_approved,
    latest_version,
    mark_rejected,
    mark_returned,
    save_submission,
)
from app.projects.kinds import LinkStatus
from app.projects.letters import issue_goal_letter
from app.projects.queries import goal_in_force, load_peers, opening_values, project_by_code
from app.projects.rules import load_rules
from app.workflow.handlers import (
    Decided,
    FormData,
    FormHandler,
    ServiceContext,
    TaskFacts,
    form_handler,
    service_handler,
)
from app.workflow.history import last_form_values
from app.workflow.permits import is_approval
from app.workflow.resources import resources_of

#: The step where a unit writes its goals; a return that ends there is a return to the unit.
COMPILE = "compile_goals"


@form_handler("goal_declaration")
class GoalDeclaration(FormHandler):
    """F04: opens with the last submission, is checked by the rules, becomes a new version."""

    def load(self, session: Session, task: TaskFacts, former: Mapping[str, Any]) -> FormData:
        """The goal as last submitted, with the project's money."""
        project = project_by_code(session, task.subject_code)
        multi_year = project.start_date.year != project.end_date.year
        facts = {"multi_year": multi_year, "is_key": project.is_key}
        return FormData(opening_values(session, project), {"project": facts})

    def check(
        self, session: Session, task: TaskFacts, outcome: str, data: FormData
    ) -> Sequence[Problem]:
        """The rules of domain.md §3.6 that concern goals."""
        project = project_by_code(session, task.subject_code)
        rules = load_rules(resources_of(session).settings.config_folder, project.fiscal_year)
        peers = load_peers(session, project, str(data.values.get("annual_goal") or ""))
        return check_goal(project, data.values, rules, peers)

    def save(
        self,
        session: Session,
        task: TaskFacts,
        actor: Actor,
        decided: Decided,
        values: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """A submission is a new version."""
        save_submission(session, project_by_code(session, task.subject_code), values, actor, now)


@form_handler("goal_review")
class GoalReview(FormHandler):
    """F05: the grade constrains the decision (domain.md §2 L2); a return goes to the unit."""

    def check(
        self, session: Session, task: TaskFacts, outcome: str, data: FormData
    ) -> Sequence[Problem]:
        """Medium goes back, poor is refused, good and excellent go on."""
        return list(_grade_problems(outcome, data.values))

    def save(
        self,
        session: Session,
        task: TaskFacts,
        actor: Actor,
        decided: Decided,
        values: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """The project's status follows a return to the unit."""
        if decided.target == COMPILE:
            mark_returned(session, project_by_code(session, task.subject_code))


@form_handler("desk_review")
class DeskReview(GoalReview):
    """The review center's desk review of a key project; it may go back to the unit like any."""


@form_handler("third_party_opinion")
class ThirdPartyOpinion(FormHandler):
    """F06: nobody with a conflict of interest gives an opinion."""

    def check(
        self, session: Session, task: TaskFacts, outcome: str, data: FormData
    ) -> Sequence[Problem]:
        """The declaration of independence must be given."""
        if data.values.get("no_conflict"):
            return ()
        return [
            problem(
                "third_party.conflict",
                "no_conflict",
                N_("Expected the declaration that there is no conflict of interest, found none."),
            )
        ]


@form_handler("accept_edits")
class AcceptEdits(FormHandler):
    """The unit agrees to the line edits of the final review; they become a new version."""

    def load(self, session: Session, task: TaskFacts, former: Mapping[str, Any]) -> FormData:
        """The edits as the final reviewer wrote them."""
        review = last_form_values(session, task.instance_id, "final_review")
        return FormData({"line_edits": review.get("line_edits") or []})

    def save(
        self,
        session: Session,
        task: TaskFacts,
        actor: Actor,
        decided: Decided,
        values: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """Accepted edits are submitted in the unit's name."""
        if not is_approval(decided.outcome):
            return
        project = project_by_code(session, task.subject_code)
        version = latest_version(session, project)
        edits = values.get("line_edits") or []
        if version is not None and edits:
            apply_accepted_edits(session, project, version, edits, actor=actor, now=now)


@form_handler("approve_with_budget")
class ApproveWithBudget(FormHandler):
    """Budget and goal are approved in one act (谁批复预算、谁批复目标)."""

    def load(self, session: Session, task: TaskFacts, former: Mapping[str, Any]) -> FormData:
        """The project's money, by source."""
        project = project_by_code(session, task.subject_code)
        money = opening_values(session, project)
        opened = {name: money[name] for name in ("year_amount", "sources")}
        return FormData({**former, **opened})

    def save(
        self,
        session: Session,
        task: TaskFacts,
        actor: Actor,
        decided: Decided,
        values: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """The version in review becomes the contract."""
        freeze_approved(session, project_by_code(session, task.subject_code), now)


@service_handler("issue_goal_letter")
def goal_letter(context: ServiceContext, call: ServiceCall) -> Mapping[str, object]:
    """Issue the reply letter for the approved goal."""
    project = project_by_code(context.session, context.subject_code)
    version = goal_in_force(context.session, project)
    if version is None:
        version = freeze_approved(context.session, project, call.now)
    letter = issue_goal_letter(context.session, project, version, actor=SYSTEM, now=call.now)
    return {"letter": letter.number}


@service_handler("refuse_goal")
def refuse_goal(context: ServiceContext, call: ServiceCall) -> None:
    """The project may not enter the budget."""
    mark_rejected(context.session, project_by_code(context.session, context.subject_code))


@service_handler("accept_monitoring")
def accept_monitoring(context: ServiceContext, call: ServiceCall) -> None:
    """The section has accepted the monitoring of this period."""
    project = project_by_code(context.session, context.subject_code)
    project.link_status = LinkStatus.PASSED.value


def _grade_problems(outcome: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    grade = values.get("grade")
    if not is_approval(outcome):
        return
    if grade in ("medium", "poor"):
        yield problem(
            "review.grade",
            "grade",
            N_("Expected the grade excellent or good to agree, found “{found}”: medium goes back "
               "to the unit, poor may not enter the budget."),
            found=grade,
        )  # fmt: skip
    if outcome == "agree_with_edits" and not values.get("line_edits"):
        yield problem(
            "review.edits",
            "line_edits",
            N_("Expected at least one line edit to agree with edits, found none."),
        )
    if outcome == "agree" and values.get("line_edits"):
        yield problem(
            "review.edits",
            "line_edits",
            N_("Expected no line edits to agree without edits, found {count}; choose “agree with "
               "edits”, so that the unit can accept them."),
            count=len(values["line_edits"]),
        )  # fmt: skip
