"""When a step is decided: the votes of one visit against the step's rule (approvals.md §1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.core.errors import Problem, problem
from app.core.i18n import N_

MODES = ("single", "any", "all", "ratio", "count")
REJECTS = ("first", "unreachable")
REJECT = "reject"
AGREE = "agree"


@dataclass(frozen=True, slots=True)
class Rule:
    """How many of the seats must agree, and when a "no" ends the step."""

    mode: str = "single"
    #: For `ratio`: an exact fraction such as 2/3; for `count`: a number of seats.
    passes: Fraction = Fraction(1)
    #: `first`: one "no" ends it; `unreachable`: only when the rule can no longer be met.
    reject: str = "first"

    def needed(self, electorate: int) -> int:
        """How many agreeing votes decide, among `electorate` seats of this visit."""
        if self.mode in ("single", "any"):
            return 1
        if self.mode == "all":
            return electorate
        if self.mode == "count":
            return min(int(self.passes), electorate)
        exact = self.passes * electorate
        return -(-exact.numerator // exact.denominator)


def rule_of(properties: Mapping[str, str]) -> Rule:
    """Read `appr.mode`, `appr.pass` and `appr.reject`; `rule_problems` must have found nothing."""
    mode = properties.get("appr.mode", "single")
    default_reject = "unreachable" if mode in ("ratio", "count", "any") else "first"
    return Rule(
        mode=mode,
        passes=Fraction(properties.get("appr.pass", "1")),
        reject=properties.get("appr.reject", default_reject),
    )


def rule_problems(step_id: str, properties: Mapping[str, str]) -> list[Problem]:
    """What a deployment must refuse in the voting rule of a step."""
    found = []
    mode = properties.get("appr.mode", "single")
    if mode not in MODES:
        found.append(
            problem(
                "vote.mode",
                step_id,
                N_("Expected the voting rule appr.mode to be one of {allowed}, found “{found}”."),
                allowed=", ".join(MODES),
                found=mode,
            )
        )
    reject = properties.get("appr.reject", "first")
    if reject not in REJECTS:
        found.append(
            problem(
                "vote.reject",
                step_id,
                N_("Expected the reject rule appr.reject to be one of {allowed}, found “{found}”."),
                allowed=", ".join(REJECTS),
                found=reject,
            )
        )
    if not _is_pass_rule(mode, properties.get("appr.pass", "1")):
        found.append(
            problem(
                "vote.pass",
                step_id,
                N_(
                    "Expected appr.pass to be a fraction such as 2/3 for a ratio or a whole number "
                    "of people for a count, found “{found}”."
                ),
                found=properties.get("appr.pass", ""),
            )
        )
    return found


def _is_pass_rule(mode: str, text: str) -> bool:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
    if mode == "ratio":
        # "67 %" of three people needs all three; only exact fractions say what is meant.
        return 0 < value <= 1 and "." not in text and "%" not in text
    return value >= 1 and value.denominator == 1


def decide(rule: Rule, electorate: int, votes: Sequence[str]) -> str | None:
    """The step's outcome by the votes so far, or None while it stays open.

    `votes` are the outcome codes of this visit; anything but `reject` agrees. When several agree
    with different codes, the most cautious one counts: any code other than `agree` is kept.
    """
    against = sum(vote == REJECT for vote in votes)
    agreeing = [vote for vote in votes if vote != REJECT]
    needed = rule.needed(electorate)
    if len(agreeing) >= needed:
        return next((vote for vote in agreeing if vote != AGREE), AGREE)
    if against and (rule.reject == "first" or electorate - against < needed):
        return REJECT
    return None
