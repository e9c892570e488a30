"""When a step is decided: the votes of one visit against the step's rule (approvals.md §1).

A ballot is one share of the electorate. The pass rule says how much agreement decides, the reject
rule when a "no" ends the step early, the tie rule what becomes of a vote that neither of them
settles. An abstention is neither yes nor no: it leaves the electorate of a share, and never
anything of a number. Once every ballot is cast there is always an outcome.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

SINGLE = "single"
SEQUENTIAL = "sequential"
#: Modes whose seats are more than one person's.
SEVERAL = ("any", "all", "ratio", "count", SEQUENTIAL, "weight")
MODES = (SINGLE, *SEVERAL)
#: Modes that read `appr.pass`.
MEASURED = ("ratio", "count", "weight")
REJECTS = ("first", "unreachable", "never")
TIES = ("pass", "reject")
REJECT = "reject"
AGREE = "agree"
#: The outcome code of a vote that is neither yes nor no; no diagram draws it.
ABSTAIN = "abstain"
#: The code of a delegate's opinion, which is no vote at all.
ADVICE = "advice"

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Rule:
    """How many of the seats must agree, and when a "no" ends the step."""

    mode: str = SINGLE
    #: A share of the electorate where `is_share`, otherwise a number of seats or of weight.
    passes: Fraction = Fraction(1)
    #: For `weight`: whether `appr.pass` was a fraction such as 2/3.
    is_share: bool = False
    #: `first`: one "no" ends it; `unreachable`: only when the rule can no longer be met; a number:
    #: as many say no; `never`: only when everybody has voted.
    reject: str = "first"
    #: `pass` or `reject`; None where the diagram does not say (see `count_votes`).
    tie: str | None = None

    def needed(self, electorate: int, abstained: int = 0) -> int:
        """How much agreement decides, of a total of `electorate` of which some have abstained."""
        if self.mode == "any":
            return 1
        base = electorate - abstained
        if self.mode == "ratio" or self.is_share:
            exact = self.passes * base
            if self.passes == _HALF and self.tie == REJECT:
                return base // 2 + 1  # "half of them" is not enough: more than half
            return max(1, -(-exact.numerator // exact.denominator))
        if self.mode in ("count", "weight"):
            return min(int(self.passes), electorate)
        return max(1, base)


@dataclass(frozen=True, slots=True)
class Ballot:
    """One share of the electorate and what it has said so far."""

    #: An outcome code, `ABSTAIN`, or None while it has not voted.
    said: str | None = None
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes of one visit counted, by weight."""

    needed: int
    agreeing: int
    against: int
    abstained: int
    #: Not yet voted.
    waiting: int
    #: What the step comes to, None while it stays open.
    outcome: str | None

    @property
    def total(self) -> int:
        """The whole electorate."""
        return self.agreeing + self.against + self.abstained + self.waiting


def rule_of(properties: Mapping[str, str]) -> Rule:
    """Read the `appr.…` of a step; `rule_problems` must have found nothing."""
    mode = properties.get("appr.mode", SINGLE)
    default_reject = "unreachable" if mode in ("any", *MEASURED) else "first"
    passes = properties.get("appr.pass", "1")
    return Rule(
        mode=mode,
        passes=Fraction(passes) if mode in MEASURED else Fraction(1),
        is_share=mode == "weight" and "/" in passes,
        reject=properties.get("appr.reject", default_reject),
        tie=properties.get("appr.tie"),
    )


def may_abstain(properties: Mapping[str, str]) -> bool:
    """Whether a step lets its voters abstain; never where one person decides alone."""
    return properties.get("appr.abstain") == "yes" and rule_of(properties).mode != SINGLE


def weight_of(properties: Mapping[str, str], group_key: str) -> int:
    """The weight of a candidate's seat: `appr.weight.<role>`, `….<role@code>` or `….<user>`."""
    role, _, code = group_key.partition("@")
    for name in (group_key, code if role == "user" else role):
        if found := properties.get(f"appr.weight.{name}"):
            return int(found)
    return 1


def count_votes(rule: Rule, ballots: Sequence[Ballot]) -> Tally:
    """Count the ballots and say what the step comes to.

    - Passed, as soon as the agreement needed is there. Shares are of those who have not abstained;
      a number stays what it is, at most the whole electorate.
    - Rejected, as soon as the reject rule is met.
    - When everybody has voted and neither is, the tie rule decides: `pass` lets it pass unless
      more are against than for it; otherwise, and where the diagram says nothing, it is rejected.
      A stated `reject` also means that exactly half is not enough.

    When several agree with different codes, the most cautious one counts: any other than `agree`.
    """
    agreeing = _weigh(each for each in ballots if each.said not in (None, REJECT, ABSTAIN))
    against = _weigh(each for each in ballots if each.said == REJECT)
    abstained = _weigh(each for each in ballots if each.said == ABSTAIN)
    waiting = _weigh(each for each in ballots if each.said is None)
    electorate = agreeing + against + abstained + waiting
    needed = rule.needed(electorate, abstained)
    outcome = None
    if agreeing >= needed:
        outcome = _agreed(ballots)
    elif _is_rejected(rule, against, can_pass=agreeing + waiting >= needed):
        outcome = REJECT
    elif not waiting:
        passes = rule.tie == "pass" and agreeing >= against
        outcome = _agreed(ballots) if passes else REJECT
    return Tally(needed, agreeing, against, abstained, waiting, outcome)


def _is_rejected(rule: Rule, against: int, *, can_pass: bool) -> bool:
    """Without a single "no" there is nothing to reject: that is for the tie rule."""
    if not against or rule.reject == "never":
        return False
    if rule.reject == "first":
        return True
    if rule.reject == "unreachable":
        return not can_pass
    return against >= int(rule.reject)


def _agreed(ballots: Sequence[Ballot]) -> str:
    said = (each.said for each in ballots if each.said not in (None, REJECT, ABSTAIN, AGREE))
    return next(said, None) or AGREE


def _weigh(ballots: Iterable[Ballot]) -> int:
    return sum(each.weight for each in ballots)
