"""What a deployment refuses in `appr.strategy` and `appr.param` of a step."""

import re
from collections.abc import Sequence

from app.core.errors import Problem, problem
from app.core.i18n import N_, Sentence
from app.engine import StepDefinition
from app.feel import FeelError
from app.identity import Role
from app.workflow.assignment.asking import EXPERT_POOL
from app.workflow.assignment.strategies import (
    APPROVER_CHOICE,
    ROUND_ROBIN,
    STRATEGIES,
    expression_of,
    words_of,
)

_HIGHEST = 5


def strategy_problems(step: StepDefinition, known_steps: Sequence[str]) -> list[Problem]:
    """What a deployment must refuse in the strategy of a step."""
    name = step.properties.get("appr.strategy", "")
    param = step.properties.get("appr.param", "").strip()
    if name and name not in STRATEGIES:
        return [
            problem(
                "strategy.unknown", step.id,
                N_("Expected the strategy appr.strategy among {known}, found “{found}”."),
                known=", ".join(STRATEGIES), found=name,
            )
        ]  # fmt: skip
    wanted = _wanted(name, param, step, known_steps)
    if wanted is None:
        return []
    return [
        problem(
            "strategy.param", step.id,
            N_("Expected {wanted} as appr.param of the strategy {strategy}, found “{found}”."),
            wanted=Sentence(wanted, {}), strategy=name, found=param,
        )
    ]  # fmt: skip


def _wanted(name: str, param: str, step: StepDefinition, known_steps: Sequence[str]) -> str | None:
    """What the parameter should have been; None when it is right."""
    needs_group = name in ("least_loaded", ROUND_ROBIN)
    counts = needs_group or name in ("superior", "superiors", EXPERT_POOL)
    wrong = {
        N_("user names"): name == "user" and not (param or step.assignee or step.candidate_users),
        N_("roles of the bureau"): name == "role"
        and not (_are_roles(param) if param else step.candidate_groups),
        N_("candidate groups to choose from"): needs_group and not step.candidate_groups,
        N_("a number from 1 to 5"): counts and not _is_number(param),
        N_("a position, if need be with a place behind an @"): name == "position"
        and not param.partition("@")[0].strip(),
        N_("the path of a field, such as compile_goals.leader"): name == "form_field"
        and not re.fullmatch(r"[\w-]+(\.[\w-]+)*", param),
        N_("the id of the step whose approver chooses"): name == APPROVER_CHOICE
        and param not in known_steps,
        N_("a FEEL expression that gives user names or roles"): name == "expression"
        and not _is_expression(param),
    }
    return next((wanted for wanted, is_wrong in wrong.items() if is_wrong), None)


def _is_expression(param: str) -> bool:
    try:
        return bool(param) and expression_of(param) is not None
    except FeelError:
        return False


def _is_number(param: str) -> bool:
    return not param or (param.isdecimal() and len(param) == 1 and 1 <= int(param) <= _HIGHEST)


def _are_roles(param: str) -> bool:
    return all(each.partition("@")[0] in set(Role) for each in words_of(param))
