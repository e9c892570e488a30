"""Where the forms and services of goals meet the workflow (`app.workflow.handlers`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.engine import ServiceCall
from app.forms.shown import both_names
from app.identity import SYSTEM
from app.projects.checks import check_goal
from app.projects.goal_files import GoalFile, open_goal_file
from app.projects.goals import (
    apply_accepted_edits,
    edited_values,
    freeze_approved,
    mark_in_review_again,
    mark_rejected,
    mark_returned,
    mark_withdrawn,
    save_submission,
)
from app.projects.kinds import Grade
from app.projects.letters import issue_goal_letter
from app.projects.quantities import read_number
from app.projects.queries import load_peers
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

#: The step where a unit writes its goals; a return that ends there is a return to the unit.
COMPILE = "compile_goals"


@form_handler("goal_declaration")
class GoalDeclaration(FormHandler):
    """F04: opens with the last submission, is checked by the rules, becomes a new version."""

    def load(self, session: Session, task: TaskFacts, former: Former) -> FormData:
        """The goal as last submitted, with the project's money."""
        file = open_goal_file(session, task.subject_code)
        return FormData(file.opening_values(), subject=file)

    def check(
        self, session: Session, task: TaskFacts, outcome: str, data: FormData
    ) -> Sequence[Problem]:
        """The rules of domain.md §3.6 that concern goals."""
        file: GoalFile = data.subject
        rules = load_rules(resources_of(session).settings.config_folder, file.project.fiscal_year)
        peers = load_peers(session, file, str(data.values.get("annual_goal") or ""))
        return check_goal(file.project, data.values, rules, peers)

    def save(self, session: Session, decided: Decided) -> None:
        """A submission is a new version."""
        data = decided.data
        save_submission(session, data.subject, data.values, actor=decided.actor, now=decided.at)

    def routing(self, values: Mapping[str, Any]) -> Mapping[str, object]:
        """Another amount may be another way through the layers."""
        return {"amount": read_number(values.get("year_amount"))}

    def undo(self, session: Session, decided: Decided) -> None:
        """The version stays readable and counts no more; the form opens with it."""
        mark_withdrawn(open_goal_file(session, decided.task.subject_code))

    def taken_back(self, session: Session, task: TaskFacts, now: datetime) -> None:
        """The same for an item that its initiator withdrew."""
        mark_withdrawn(open_goal_file(session, task.subject_code))


def _beside_goal(file: GoalFile, answers: Mapping[str, Any]) -> FormData:
    """A form about a submitted goal: its answers, the money, and the goal for its rules to read."""
    amount = str(file.project.year_amount)
    facts = {
        "declared_amount": amount,
        "agency": both_names(file.agency) if file.agency else "",
        "sources": file.sources,
        "year_amount": amount,
    }
    context = {"goal": file.goal, "project": {**file.facts(), "year_amount": amount}}
    return FormData({**answers, **facts}, context, file)


class OpinionOnGoal(FormHandler):
    """A form that judges the submitted goal: it may read the goal, and name its indicators."""

    def load(self, session: Session, task: TaskFacts, former: Former) -> FormData:
        """The step's former answers, beside the goal as submitted.

        Edits of an earlier round were accepted or declined then; they are not proposed again.
        """
        answers = {name: value for name, value in former().items() if name != "line_edits"}
        return _beside_goal(open_goal_file(session, task.subject_code), answers)

    def save(self, session: Session, decided: Decided) -> None:
        """The goal's status follows a return to the unit."""
        if decided.target == COMPILE:
            mark_returned(decided.data.subject)

    def undo(self, session: Session, decided: Decided) -> None:
        """A recalled return puts the version in review again."""
        if decided.target == COMPILE:
            mark_in_review_again(open_goal_file(session, decided.task.subject_code))


@form_handler("desk_review")
class DeskReview(OpinionOnGoal):
    """The review center's desk review of a key project."""

    def check(
        self, session: Session, task: TaskFacts, outcome: str, data: FormData
    ) -> Sequence[Problem]:
        """A verification takes off, it never adds."""
        return list(_amount_problems(data.values))


@form_handler("goal_review")
class GoalReview(OpinionOnGoal):
    """F05: the grade constrains the decision (domain.md §2 L2)."""

    def check(
        self, session: Session, task: TaskFacts, outcome: str, data: FormData
    ) -> Sequence[Problem]:
        """Medium goes back, poor is refused, good and excellent go on; edits break no rule."""
        found = list(_grade_problems(outcome, data.values))
        edits = data.values.get("line_edits")
        found += _idle_edits(edits or [])
        if not found and edits and outcome == "agree_with_edits":
            config = resources_of(session).settings.config_folder
            found += _edit_problems(data.subject, edits, config)
        return found


@form_handler("third_party_opinion")
class ThirdPartyOpinion(OpinionOnGoal):
    """F06: nobody with a conflict of interest gives an opinion."""

    def check(
        self, session: Session, task: TaskFacts, outcome: str, data: FormData
    ) -> Sequence[Problem]:
        """The declaration of independence must be given; a verification never adds."""
        found = list(_amount_problems(data.values))
        if not data.values.get("no_conflict"):
            found.append(
                problem(
                    "third_party.conflict",
                    "no_conflict",
                    N_(
                        "Expected the declaration that there is no conflict of interest, "
                        "found none."
                    ),
                )
            )
        return found


@form_handler("accept_edits")
class AcceptEdits(OpinionOnGoal):
    """The unit agrees to the line edits of the final review; they become a new version."""

    irrevocable = N_("Expected a decision that can be recalled; the edits accepted in “{step}” "
                     "are the goal now.")  # fmt: skip

    def load(self, session: Session, task: TaskFacts, former: Former) -> FormData:
        """The edits as the final reviewer wrote them."""
        review = last_form_values(session, task.instance_id, "final_review")
        edits = {"line_edits": review.get("line_edits") or []}
        return _beside_goal(open_goal_file(session, task.subject_code), edits)

    def save(self, session: Session, decided: Decided) -> None:
        """Accepted edits are submitted in the unit's name."""
        file, edits = decided.data.subject, decided.data.values.get("line_edits") or []
        if is_approval(decided.outcome) and edits:
            apply_accepted_edits(session, file, edits, actor=decided.actor, now=decided.at)


@form_handler("approve_with_budget")
class ApproveWithBudget(OpinionOnGoal):
    """Budget and goal are approved in one act (谁批复预算、谁批复目标)."""

    irrevocable = N_("Expected a decision that can be recalled; “{step}” has frozen the goal.")

    def save(self, session: Session, decided: Decided) -> None:
        """The version in review becomes the contract."""
        freeze_approved(session, decided.data.subject, decided.at)


@termination_handler("P_GOAL")
def withdraw_goal(context: ServiceContext, now: datetime) -> None:
    """The review was terminated: the goal is in review no more, and may be declared afresh."""
    mark_withdrawn(open_goal_file(context.session, context.subject_code))


@service_handler("issue_goal_letter")
def goal_letter(context: ServiceContext, call: ServiceCall) -> Mapping[str, object]:
    """Issue the reply letter for the approved goal."""
    file = open_goal_file(context.session, context.subject_code)
    return {"letter": issue_goal_letter(context.session, file, actor=SYSTEM, now=call.now)}


@service_handler("refuse_goal")
def refuse_goal(context: ServiceContext, call: ServiceCall) -> None:
    """The project may not enter the budget."""
    mark_rejected(open_goal_file(context.session, context.subject_code))


def _amount_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    declared, verified = (values.get(f"{kind}_amount") for kind in ("declared", "verified"))
    if declared and verified and Decimal(verified) > Decimal(declared):
        yield problem(
            "review.amount",
            "verified_amount",
            N_("Expected a verified amount of at most the declared {declared}, found {verified}."),
            declared=Decimal(declared),
            verified=Decimal(verified),
        )


def _edit_problems(
    file: GoalFile, edits: Sequence[Mapping[str, Any]], config: Path
) -> Iterator[Problem]:
    """The blocking rules that the goal would break with the edits, and does not break now."""
    rules = load_rules(config, file.project.fiscal_year)
    now = check_goal(file.project, file.goal, rules)
    for each in check_goal(file.project, edited_values(file, edits), rules):
        if each.level == "block" and each not in now:
            yield replace(each, where="line_edits")


def _idle_edits(edits: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    for index, edit in enumerate(edits):
        if str(edit.get("old") or "") == str(edit.get("new") or ""):
            yield problem(
                "review.edits",
                f"line_edits.{index}.new",
                N_("Expected another value than the present one, found “{found}” again."),
                found=edit.get("new"),
            )


def _grade_problems(outcome: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    grade, edits = values.get("grade"), values.get("line_edits")
    if not is_approval(outcome):
        return
    if grade in (Grade.MEDIUM, Grade.POOR):
        yield problem(
            "review.grade",
            "grade",
            N_(
                "Expected the grade excellent or good to agree, found “{found}”: medium goes back "
                "to the unit, poor may not enter the budget."
            ),
            found=Grade(grade).display_name,
        )
    if outcome == "agree_with_edits" and not edits:
        yield problem(
            "review.edits",
            "line_edits",
            N_("Expected at least one line edit to agree with edits, found none."),
        )
    if outcome == "agree" and edits:
        yield problem(
            "review.edits",
            "line_edits",
            N_(
                "Expected no line edits to agree as it is, found {count}; choose to agree with "
                "edits, so that the unit can accept them."
            ),
            count=len(edits),
        )
