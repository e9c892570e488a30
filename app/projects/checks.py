"""The rules of performance goals (domain dossier, section 3.6), each one a small function.

A rule yields problems with the path of the field that a person can mend; whether it blocks the
submission, only warns the reviewers or is off is the rule book's decision, year by year. The two
files of rules are sorted by what they do where the rule book says nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.core.errors import Problem
from app.projects.blocking_rules import BLOCKING
from app.projects.goal_forms import read_goal
from app.projects.goal_rules import GoalCheck, Peers
from app.projects.models import Project
from app.projects.rules import Rules
from app.projects.warning_rules import WARNING

#: In the order in which problems of one level are listed.
RULES = BLOCKING | WARNING


def check_goal(
    project: Project, values: Mapping[str, Any], rules: Rules, peers: Peers | None = None
) -> tuple[Problem, ...]:
    """Everything that is wrong or remarkable about a goal, the blocking problems first.

    While a line of the indicators cannot be read, the rules about the indicators wait: what they
    found would follow from the missing line.
    """
    draft, unreadable = read_goal(values)
    goal = GoalCheck(project, draft, rules, peers or Peers())
    waiting = any(each.where.startswith("indicators") for each in unreadable)
    found = list(unreadable)
    for code, (rule, default, about_indicators) in RULES.items():
        level = rules.levels.get(code, default)
        if level == "off" or (waiting and about_indicators):
            continue
        found.extend(replace(each, level=level) for each in rule(goal))
    return tuple(sorted(found, key=lambda each: each.level))
