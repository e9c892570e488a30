"""Words of a diagram that say how far an item may be taken back or ended by those who are in it.

Each stands on the step, or else on the process; the words of a step go before.
"""

from collections.abc import Mapping

from app.core.errors import Problem
from app.engine import Process
from app.workflow.definitions.words import word_problems

WITHDRAW, RECALL = "appr.withdraw", "appr.recall"
RESUBMIT, TERMINATE = "appr.resubmit", "appr.terminate"
#: Property → its words, the default first.
POLICIES: Mapping[str, tuple[str, ...]] = {
    WITHDRAW: ("until_acted", "until_read", "consent", "never"),
    RECALL: ("until_decided", "until_read", "never"),
    RESUBMIT: ("drawn", "straight"),
    TERMINATE: ("manager", "initiator"),
}


def policy(process: Process, name: str, definition_key: str, step_id: str) -> str:
    """The word that holds for a step of a process."""
    said = process.step(definition_key, step_id).properties.get(name)
    return said or process.main.properties.get(name) or POLICIES[name][0]


def policy_problems(element_id: str, properties: Mapping[str, str]) -> list[Problem]:
    """What a deployment must refuse: a word that means nothing."""
    said = {name: word for name, word in properties.items() if word}
    return word_problems("policy.word", element_id, said, POLICIES)
