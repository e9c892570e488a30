"""The steps of a diagram in the words of the bureau: who, with what, until when, how it ends."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import Bilingual
from app.engine import Definition, StepDefinition, parse
from app.identity import Role
from app.web.language import in_language
from app.workflow.assignment.duties import DECLARING_UNIT
from app.workflow.clocks.stops import REMIND
from app.workflow.deciding.signatures import SIGN
from app.workflow.definitions.demands import ATTACHMENT, OPINION, WORDS, demand_of
from app.workflow.definitions.library import other_definitions
from app.workflow.definitions.policies import POLICIES, RECALL, RESUBMIT, TERMINATE, WITHDRAW
from app.workflow.definitions.timeout_rules import TIMEOUT, TimeOut, escalation_roles
from app.workflow.resources import FormLibrary, resources_of
from app.workflow.voting.rules import SINGLE, may_abstain, rule_of

DURATION = re.compile(r"P(?:(\d+)(BD|D|W|M)|T(\d+)H)")


@dataclass(frozen=True, slots=True)
class StepInWords:
    """One line of the table of steps; every text is in the reader's language."""

    id: str
    name: str
    lane: str
    who: list[str]
    rule: str
    form: str
    due: str
    #: What happens ahead of the due date and behind it; nothing for the ordinary reminder.
    time: list[str]
    outcomes: list[str]
    demands: list[str]
    kept_apart: list[str]
    copies: list[str]
    #: Where it differs from the process in how an item may be taken back or ended.
    taking_back: list[str]


@dataclass(frozen=True, slots=True)
class ProcessInWords:
    """A diagram for those who do not read diagrams."""

    #: How far an item may be taken back, and who may end it.
    taking_back: list[str]
    steps: list[StepInWords]


def process_in_words(session: Session, xml: bytes) -> ProcessInWords | None:
    """What a version asks of people; None when today's deploy gate cannot read it any more."""
    try:
        definition = parse(xml)
    except InvalidInputError:
        return None
    names = step_names(session, definition)
    forms = resources_of(session).forms
    usual = {name: words[0] for name, words in POLICIES.items()}
    return ProcessInWords(
        taking_back_in_words({**usual, **definition.properties}),
        [_step(definition, step, names, forms) for step in definition.steps.values()],
    )


def step_names(session: Session, definition: Definition) -> dict[str, Bilingual]:
    """Steps of this diagram and of those it calls or that call it, by id: duties name both."""
    found: dict[str, Bilingual] = {}
    for row in other_definitions(session, definition.key):
        try:
            other = parse(row.xml)
        except InvalidInputError:
            continue
        found |= {step.id: step.name for step in other.steps.values()}
    return found | {step.id: step.name for step in definition.steps.values()}


def role_name(key: str) -> str:
    """A candidate group in words; what is no role of the bureau as it is drawn."""
    role, _, code = key.partition("@")
    if role not in set(Role):
        return key
    name = in_language(Role(role).display_name)
    return f"{name} ({code})" if code else name


def strategy_words() -> dict[str, str]:
    """The words of `appr.strategy` in the bureau's language, in the order of the panel."""
    return {
        "user": gettext("These people"),
        "role": gettext("These roles"),
        "position": gettext("Everybody in a position"),
        "initiator_head": gettext("Head of the initiator's department"),
        "department_head": gettext("Head of the project's department"),
        "superior": gettext("The initiator's superior, by level"),
        "superiors": gettext("All superiors of the initiator, up to a level"),
        "initiator_choice": gettext("Whom the initiator chooses"),
        "approver_choice": gettext("Whom the approver of a step chooses"),
        "form_field": gettext("The person in a form field"),
        "expression": gettext("What an expression gives"),
        "least_loaded": gettext("Of the roles, who has the least open work"),
        "round_robin": gettext("Of the roles, in turn"),
        "expert_pool": gettext("Experts without a conflict of interest"),
    }


def empty_words() -> dict[str, str]:
    """The words of `appr.empty`."""
    return {
        "fail": gettext("Stop, and tell the manager"),
        "skip": gettext("Pass the step"),
        "fallback": gettext("Ask the fallback"),
        "manager": gettext("Let the manager name somebody"),
    }


def self_words() -> dict[str, str]:
    """The words of `appr.self`."""
    return {
        "keep": gettext("Approves all the same"),
        "skip": gettext("Is passed"),
        "superior": gettext("The superior approves"),
    }


def duplicate_words() -> dict[str, str]:
    """The words of `appr.duplicate`."""
    return {"keep": gettext("Is asked again"), "skip": gettext("Is passed")}


def policy_words() -> dict[str, dict[str, str]]:
    """The words of `policies.POLICIES` by property."""
    return {
        WITHDRAW: {
            "until_acted": gettext("until somebody has decided"),
            "until_read": gettext("until somebody has read it"),
            "consent": gettext("with the consent of who has read it"),
            "never": gettext("never"),
        },
        RECALL: {
            "until_decided": gettext("until the next step is decided"),
            "until_read": gettext("until the next step is read"),
            "never": gettext("never"),
        },
        RESUBMIT: {
            "drawn": gettext("through all steps again"),
            "straight": gettext("straight back to who returned it, if wanted"),
        },
        TERMINATE: {
            "manager": gettext("managers"),
            "initiator": gettext("managers and the initiator"),
        },
    }


def taking_back_in_words(properties: Mapping[str, str]) -> list[str]:
    """What a step or a process says of `policies.POLICIES`."""
    lines: dict[str, Callable[[str], str]] = {
        WITHDRAW: lambda how: gettext("withdrawal by the initiator: %(how)s", how=how),
        RECALL: lambda how: gettext("recall of a decision: %(how)s", how=how),
        RESUBMIT: lambda how: gettext("after a return: %(how)s", how=how),
        TERMINATE: lambda how: gettext("termination: %(how)s", how=how),
    }
    return [
        str(lines[name](words[said]))
        for name, words in policy_words().items()
        if (said := properties.get(name, "")) in words
    ]


def _who(step: StepDefinition, drawn: list[str]) -> list[str]:
    """Who does a step in words: its strategy with its parameter, then whom the diagram names."""
    name = step.properties.get("appr.strategy", "")
    if not name:
        return drawn
    param = step.properties.get("appr.param", "").strip()
    words = strategy_words().get(name, name)
    if name == "role":
        param = ", ".join(role_name(each) for each in param.replace(",", " ").split())
    return [f"{words}: {param}" if param else words, *drawn]


def due_in_words(text: str) -> str:
    """`P3BD` as "3 working days"; an expression as it is."""
    found = DURATION.fullmatch(text.strip())
    if not found:
        return text
    number, unit, hours = found.groups()
    if hours:
        return str(ngettext("%(num)d hour", "%(num)d hours", int(hours)))
    count = int(number)
    words = {
        "BD": lambda: ngettext("%(num)d working day", "%(num)d working days", count),
        "D": lambda: ngettext("%(num)d calendar day", "%(num)d calendar days", count),
        "W": lambda: ngettext("%(num)d week", "%(num)d weeks", count),
        "M": lambda: ngettext("%(num)d month", "%(num)d months", count),
    }
    return str(words[unit]())


def rule_in_words(properties: Mapping[str, str]) -> str:
    """How many must agree, and what differs from the usual; nothing for one person alone."""
    mode = properties.get("appr.mode", SINGLE)
    if mode == SINGLE:
        return ""
    needed = properties.get("appr.pass", "1")
    words = {
        "any": gettext("any one of the roles"),
        "all": gettext("every role signs"),
        "sequential": gettext("every role signs, one after the other"),
        "ratio": gettext("%(share)s must agree", share=needed),
        "count": gettext("%(share)s must agree", share=needed),
        "weight": gettext("%(share)s of the weight must agree", share=needed),
    }
    parts = [words.get(mode, mode), _reject_in_words(mode, properties.get("appr.reject", ""))]
    ties = {"pass": gettext("a tie passes"), "reject": gettext("a tie is rejected")}
    parts.append(ties.get(properties.get("appr.tie", ""), ""))
    if may_abstain(properties):
        parts.append(gettext("abstaining is allowed"))
    return " · ".join(str(each) for each in parts if each)


def _reject_in_words(mode: str, reject: str) -> str:
    """The reject rule where it is not the usual one of the mode."""
    usual = rule_of({"appr.mode": mode}).reject
    if not reject or reject == usual:
        return ""
    words = {
        "first": gettext("the first “no” ends it"),
        "unreachable": gettext("a “no” ends it when passing has become impossible"),
        "never": gettext("no “no” ends it early"),
    }
    if reject in words:
        return str(words[reject])
    return str(gettext("%(number)s “no” end it", number=reject))


def demands_in_words(properties: Mapping[str, str]) -> list[str]:
    """What must come with a decision beside the form: opinion, signature, file."""
    words = {
        (OPINION, "required"): gettext("a written opinion"),
        (OPINION, "required_unless_agree"): gettext("a written opinion unless agreed"),
        (SIGN, "typed"): gettext("the typed name as signature"),
        (SIGN, "drawn"): gettext("a drawn signature"),
        (ATTACHMENT, "required"): gettext("a file attached in this step"),
    }
    said = ((name, demand_of(properties, name)) for name in WORDS)
    return [str(words[each]) for each in said if each in words]


def time_in_words(properties: Mapping[str, str]) -> list[str]:
    """Reminders ahead of the due date, and what happens to a late step."""
    ahead = [due_in_words(each) for each in properties.get(REMIND, "").split()]
    found = [str(gettext("reminder %(time)s before", time=each)) for each in ahead]
    roles = gettext(", ").join(role_name(each) for each in escalation_roles(properties))
    late = {
        TimeOut.ESCALATE: lambda: gettext("late: also given to %(roles)s", roles=roles),
        TimeOut.APPROVE: lambda: gettext("late: counts as agreed"),
        TimeOut.REJECT: lambda: gettext("late: counts as rejected"),
    }
    word = properties.get(TIMEOUT, "")
    return [*found, str(late[TimeOut(word)]())] if word in late else found


def _step(
    definition: Definition,
    step: StepDefinition,
    names: Mapping[str, Bilingual],
    forms: FormLibrary,
) -> StepInWords:
    people = [*step.candidate_groups, *step.candidate_users]
    if step.assignee:
        people.append(step.assignee)
    form = step.form_key or ""
    return StepInWords(
        id=step.id,
        name=in_language(step.name),
        lane=in_language(definition.lanes.get(step.lane or "")),
        who=_who(step, [role_name(each.text) for each in people]),
        rule=rule_in_words(step.properties),
        form=in_language(forms.get(form).title) if form in forms else form,
        due=due_in_words(step.due_date.text) if step.due_date else "",
        time=time_in_words(step.properties),
        outcomes=[in_language(each.name) for each in step.outcomes],
        demands=demands_in_words(step.properties),
        kept_apart=_kept_apart(step.properties.get("appr.exclude", ""), names),
        copies=[role_name(each) for each in step.properties.get("appr.copy", "").split()],
        taking_back=taking_back_in_words(step.properties),
    )


def _kept_apart(text: str, names: Mapping[str, Bilingual]) -> list[str]:
    words = text.replace(",", " ").split()
    declaring = gettext("Declaring unit")
    return [
        declaring if each == DECLARING_UNIT else in_language(names.get(each)) or each
        for each in words
    ]
