"""How a step finds its people (`appr.strategy`, `appr.param`): one small function for each word.

A strategy gives picks: candidate keys, each with the sentences that explain it. What keeps people
out again (leavers, duties kept apart) and what happens when nobody is left is in `assignment.py`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.i18n import N_, Bilingual, Sentence
from app.engine import Dynamic, StepDefinition, dynamic
from app.feel import Budget
from app.identity import (
    Actor,
    Colleague,
    Role,
    find_usernames,
    group_key,
    head_of,
    load_actor,
    people_in_position,
    superiors,
)
from app.workflow.assignment.asking import EXPERT_POOL, Asking
from app.workflow.assignment.models import Rotation
from app.workflow.models import Seat, UserTask, Vote
from app.workflow.names import PERSON, person_key, username_of
from app.workflow.states import SeatState

ROUND_ROBIN = "round_robin"
INITIATOR_CHOICE, APPROVER_CHOICE = "initiator_choice", "approver_choice"
#: Places of `position` that mean the project's own organisation.
_PLACES = ("unit", "department", "section", "agency")


@dataclass(frozen=True, slots=True)
class Pick:
    """One seat that a strategy wants: who may sit there, and why these."""

    key: str
    why: tuple[Sentence, ...] = ()
    #: Given to this one person, rather than offered to several.
    is_named: bool = False


Strategy = Callable[[Asking, StepDefinition, str], list[Pick]]


def picks_of(asking: Asking, step: StepDefinition) -> list[Pick]:
    """What the step's strategy picks now; without one, whom the diagram names.

    Raises:
        InvalidInputError: what the strategy needs is unknown or is none of its words.
    """
    strategy = STRATEGIES.get(step.properties.get("appr.strategy", ""), _drawn)
    found = strategy(asking, step, step.properties.get("appr.param", "").strip())
    return list({each.key: each for each in reversed(found)}.values())[::-1]


def _drawn(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """Camunda's own attributes: an assignee, candidate users, candidate groups."""
    people = step.candidates(asking.variables)
    if people.assignee:
        picks = [_named(people.assignee)]
    else:
        picks = [Pick(person_key(name), _BY_NAME) for name in people.users]
    return picks + [Pick(group_key(each, asking.variables)) for each in people.groups]


def _user(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """User names: one is given the step, several are its candidates."""
    names = words_of(param)
    if not names:
        return [each for each in _drawn(asking, step, "") if username_of(each.key)]
    return [_named(names[0])] if len(names) == 1 else [_of_several(name) for name in names]


def _role(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    roles = words_of(param) or step.candidates(asking.variables).groups
    return [Pick(group_key(each, asking.variables)) for each in roles]


def _position(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """Everybody with a position; behind an `@` the organisation, or which of the project's."""
    position, _, place = (part.strip() for part in param.partition("@"))
    where = str(asking.variables.get(place) or "") if place in _PLACES else place
    names = (
        people_in_position(asking.session, position, where or None) if where or not place else []
    )
    why = Sentence(N_("The diagram gives this step to the position {position}."),
                   {"position": param})  # fmt: skip
    return [Pick(person_key(name), (why,)) for name in names]


def _department_head(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    key = group_key(Role.DEPARTMENT_HEAD, asking.variables)
    return [Pick(key, (Sentence(N_("It goes to the head of the project's department."), {}),))]


def _initiator_head(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    initiator = _initiator(asking)
    head = head_of(asking.session, initiator) if initiator else None
    if initiator is None or head is None:
        return []
    why = Sentence(N_("It goes to the head of the department of {who}, who started this item."),
                   {"who": initiator.name})  # fmt: skip
    return [Pick(head, (why,))]


def _superior(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """The n-th level above the initiator."""
    level = int(param or 1)
    return _above(asking)[level - 1 : level]


def _superiors(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """A seat for each level above the initiator up to the n-th, the nearest first."""
    return _above(asking)[: int(param or 1)]


def _above(asking: Asking) -> list[Pick]:
    initiator = _initiator(asking)
    if initiator is None:
        return []
    return [
        Pick(key, (superior_why(level, initiator.name),))
        for level, key in enumerate(superiors(asking.session, initiator), start=1)
    ]


def superior_why(level: int, who: Bilingual) -> Sentence:
    """Why somebody sits there who stands above another person."""
    return Sentence(
        N_("It goes to the superior of {who}, level {level}."), {"who": who, "level": level}
    )


def _choice(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """Whom the initiator, or the approver of an earlier step, has chosen."""
    chosen = asking.progress.chosen.get(step.id)
    if not chosen:
        return []
    why = Sentence.load(chosen["why"])
    return [Pick(person_key(name), (why,), is_named=True) for name in chosen["people"]]


def _form_field(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """The person that a form named: `step.field` of that step's newest form, or a variable."""
    found = _looked_up(asking.variables, param)
    step_id, _, path = param.partition(".")
    if found is None and path:
        found = _looked_up(_newest_form(asking, step_id), path)
    names = find_usernames(asking.session, _texts(found))
    why = Sentence(N_("The form names the person (field {field})."), {"field": param})
    return [Pick(person_key(name), (why,), is_named=True) for name in names]


def _expressed(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """What a FEEL expression gives: roles, group keys or user names."""
    found = expression_of(param).texts(asking.variables, Budget())
    why = Sentence(N_("The diagram works it out: {text}"), {"text": param.removeprefix("=")})
    return [Pick(_key(each, asking), (why,)) for each in found if each]


def _least_loaded(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """Of the candidate groups the people with the fewest open seats; ties by user name."""
    pool = _pool(asking, step)
    return [
        _chosen(each, N_("{who} of {group} has the least open work ({count})."), count, group)
        for each, group, count in _by_load(asking, pool)[: int(param or 1)]
    ]


def _round_robin(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """Of the candidate groups whose turn it is, by user name behind whom it was last."""
    pool = _pool(asking, step)
    if not pool:
        return []
    query = select(Rotation.last).where(
        Rotation.definition_key == asking.definition_key, Rotation.step_id == step.id
    )
    # Whoever asks next waits for this one's commit: no turn is taken twice.
    last = asking.session.scalar(query if asking.is_preview else query.with_for_update()) or ""
    later = [name for name in sorted(pool) if name > last]
    names = (later + [name for name in sorted(pool) if name <= last])[: int(param or 1)]
    return [
        _chosen(pool[name][0], N_("It is the turn of {who} of {group}."), 0, pool[name][1])
        for name in names
    ]


def _expert_pool(asking: Asking, step: StepDefinition, param: str) -> list[Pick]:
    """Experts without an interest in the project's organisations, the least loaded first."""
    pool = _pool(asking, step, Role.EXPERT)
    return [
        _chosen(
            each,
            N_("{who} of {group} has declared no conflict of interest and has the least open "
               "work ({count})."),
            count,
            group,
        )
        for each, group, count in _by_load(asking, pool)[: int(param or 1)]
    ]  # fmt: skip


#: The words of `appr.strategy`.
STRATEGIES: dict[str, Strategy] = {
    "user": _user,
    "role": _role,
    "position": _position,
    "initiator_head": _initiator_head,
    "department_head": _department_head,
    "superior": _superior,
    "superiors": _superiors,
    INITIATOR_CHOICE: _choice,
    APPROVER_CHOICE: _choice,
    "form_field": _form_field,
    "expression": _expressed,
    "least_loaded": _least_loaded,
    ROUND_ROBIN: _round_robin,
    EXPERT_POOL: _expert_pool,
}
_BY_NAME = (Sentence(N_("The diagram names the person."), {}),)
_Pool = dict[str, tuple[Colleague, str]]


def _named(username: str) -> Pick:
    return Pick(person_key(username), _BY_NAME, is_named=True)


def _of_several(username: str) -> Pick:
    return Pick(person_key(username), _BY_NAME)


def _chosen(person: Colleague, template: str, count: int, group: str) -> Pick:
    role = Role(group.partition("@")[0])
    values = {"who": person.name, "group": role.display_name, "count": count}
    return Pick(person_key(person.username), (Sentence(template, values),), is_named=True)


def _pool(asking: Asking, step: StepDefinition, default: Role | None = None) -> _Pool:
    """Who may be chosen from the step's groups, by user name, each with a group."""
    roles = step.candidates(asking.variables).groups or ((default.value,) if default else ())
    keys = [group_key(each, asking.variables) for each in roles]
    return {
        person.username: (person, key)
        for key, people in asking.allowed(step, keys).items()
        for person in people
    }


def _by_load(asking: Asking, pool: _Pool) -> list[tuple[Colleague, str, int]]:
    ids = [person.id for person, _ in pool.values()]
    rows = asking.session.execute(
        select(Seat.holder_id, func.count())
        .where(Seat.holder_id.in_(ids), Seat.state == SeatState.OPEN)
        .group_by(Seat.holder_id)
    )
    counts = {row[0]: row[1] for row in rows}
    found = [(person, group, counts.get(person.id, 0)) for person, group in pool.values()]
    return sorted(found, key=lambda each: (each[2], each[0].username))


def _initiator(asking: Asking) -> Actor | None:
    return load_actor(asking.session, asking.facts.started_by_id)


def _newest_form(asking: Asking, step_id: str) -> object:
    return asking.session.scalars(
        select(Vote.form_values)
        .join(UserTask, UserTask.id == Vote.task_id)
        .where(Vote.instance_id == asking.facts.instance_id, UserTask.step_id == step_id)
        .order_by(Vote.id.desc())
        .limit(1)
    ).first()


def _looked_up(values: object, path: str) -> object:
    for part in path.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _texts(found: object) -> list[str]:
    many = found if isinstance(found, list | tuple) else [found]
    return [str(each).strip() for each in many if each]


def _key(text: str, asking: Asking) -> str:
    """A role or group key as it is; anything else is a user name."""
    head = text.partition("@")[0]
    if head in set(Role):
        return group_key(text, asking.variables)
    return text if head == PERSON else person_key(text)


def expression_of(text: str) -> Dynamic:
    """The FEEL expression of a parameter, with or without its `=`."""
    return dynamic(f"={text.strip().removeprefix('=')}")


def words_of(text: str) -> list[str]:
    """The words of a parameter, between blanks or commas."""
    return [each for each in re.split(r"[\s,]+", text) if each]
