"""What a step demands beside its form: an opinion, a signature, a file (`appr.opinion`, …)."""

from collections.abc import Mapping

from app.core.errors import Problem
from app.workflow.deciding import signatures
from app.workflow.deciding.reasons import SHORTEST_OPINION, SHORTEST_REASON
from app.workflow.definitions.words import word_problems
from app.workflow.voting.rules import AGREE

OPINION, ATTACHMENT = "appr.opinion", "appr.attachment"
#: The words that a diagram may say; the first is meant when it says none.
WORDS = {
    OPINION: ("optional", "required_unless_agree", "required"),
    signatures.SIGN: signatures.KINDS,
    ATTACHMENT: ("none", "optional", "required"),
}


def demand_of(properties: Mapping[str, str], name: str) -> str:
    """The word of one demand."""
    return properties.get(name, WORDS[name][0])


def demand_problems(step_id: str, properties: Mapping[str, str]) -> list[Problem]:
    """What a deployment must refuse in the demands of a step."""
    return word_problems("demand.word", step_id, properties, WORDS)


def shortest_opinion(properties: Mapping[str, str], outcome: str) -> int:
    """How many characters of opinion this outcome needs at least."""
    policy = demand_of(properties, OPINION)
    if policy == "required_unless_agree" and outcome != AGREE:
        return SHORTEST_REASON
    return SHORTEST_OPINION if policy == "required" else 0
