"""Reasons and opinions: how long they must be, and the sentences that ask for more."""

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_

#: A "no" or a return without a reason helps nobody; the dossier asks for ten signs (F05).
SHORTEST_REASON = 10
#: “同意” says enough when the step only wants some opinion.
SHORTEST_OPINION = 2
LONGEST_REASON = 4000


def require_reason(where: str, text: str, least: int = SHORTEST_REASON) -> None:
    """Refuse an act that needs a reason and has none worth the name."""
    problems = reason_problems(where, text, least)
    if problems:
        raise InvalidInputError(
            N_("Expected a reason that the receiver can act on; what you typed is kept."), problems
        )


def reason_problems(where: str, text: str, least: int = SHORTEST_REASON) -> list[Problem]:
    """What is wrong with the length of a reason; nothing when it is right."""
    length = len(text.strip())
    if least <= length <= LONGEST_REASON:
        return []
    return [
        problem(
            "opinion.length",
            where,
            N_("Expected {least} to {most} characters of reason, found {found}."),
            least=least,
            most=LONGEST_REASON,
            found=length,
        )
    ]


def require_words(where: str, text: str, *, least: int = 0, most: int) -> None:
    """Refuse words that are too short to say something, or too long to be read."""
    length = len(text.strip())
    if least <= length <= most:
        return
    raise InvalidInputError(
        N_("Expected words of another length; what you typed is kept."),
        [
            problem(
                "words.length",
                where,
                N_("Expected {least} to {most} characters, found {found}."),
                least=least,
                most=most,
                found=length,
            )
        ],
    )
