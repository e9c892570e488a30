"""The step's rule: pitfalls 1 to 3 of approvals.md among others, and a simple model beside it."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workflow.definitions.voting_checks import rule_problems
from app.workflow.voting.rules import (
    ABSTAIN,
    AGREE,
    MODES,
    REJECT,
    Ballot,
    Rule,
    Tally,
    count_votes,
    may_abstain,
    rule_of,
    weight_of,
)


def count(rule: Rule | Mapping[str, str], electorate: int, *said: str) -> Tally:
    """The votes so far among so many seats of equal weight."""
    ballots = [Ballot(each) for each in said] + [Ballot()] * (electorate - len(said))
    return count_votes(rule if isinstance(rule, Rule) else rule_of(rule), ballots)


def outcome(rule: Rule | Mapping[str, str], electorate: int, *said: str) -> str | None:
    return count(rule, electorate, *said).outcome


# passing


def test_one_no_does_not_kill_a_sixty_percent_vote() -> None:
    rule = {"appr.mode": "ratio", "appr.pass": "3/5", "appr.reject": "unreachable"}
    assert outcome(rule, 5, REJECT, AGREE, AGREE) is None
    assert outcome(rule, 5, REJECT, AGREE, AGREE, AGREE) == AGREE


def test_two_thirds_of_three_people_needs_two() -> None:
    rule = {"appr.mode": "ratio", "appr.pass": "2/3"}
    assert outcome(rule, 3, AGREE) is None
    assert outcome(rule, 3, AGREE, AGREE) == AGREE
    assert count(rule, 3).needed == 2


@pytest.mark.parametrize("mode", ["all", "sequential"])
def test_a_countersign_needs_everybody_and_ends_with_the_first_no(mode: str) -> None:
    assert outcome({"appr.mode": mode}, 3, AGREE, AGREE) is None
    assert outcome({"appr.mode": mode}, 3, AGREE, AGREE, AGREE) == AGREE
    assert outcome({"appr.mode": mode}, 3, AGREE, REJECT) == REJECT


def test_any_one_of_several_decides_and_a_no_is_not_the_end() -> None:
    assert outcome({"appr.mode": "any"}, 3, REJECT, REJECT) is None
    assert outcome({"appr.mode": "any"}, 3, REJECT, REJECT, AGREE) == AGREE
    assert outcome({"appr.mode": "any"}, 3, REJECT, REJECT, REJECT) == REJECT


def test_a_count_needs_its_number() -> None:
    rule = {"appr.mode": "count", "appr.pass": "2"}
    assert outcome(rule, 3, REJECT) is None
    assert outcome(rule, 3, AGREE, REJECT, AGREE) == AGREE
    assert outcome(rule, 3, REJECT, REJECT) == REJECT


@pytest.mark.parametrize(
    ("passes", "said", "expected"),
    [
        ("1/2", {3: AGREE}, AGREE),  # half of six in all
        ("2/3", {3: AGREE}, None),
        ("2/3", {3: AGREE, 1: AGREE}, AGREE),
        ("5", {3: AGREE, 1: AGREE}, None),
        ("5", {3: AGREE, 2: AGREE}, AGREE),
        ("5", {2: REJECT}, REJECT),  # 4 of 6 are left
    ],
)
def test_weights_are_counted_instead_of_heads(
    passes: str, said: Mapping[int, str], expected: str | None
) -> None:
    rule = rule_of({"appr.mode": "weight", "appr.pass": passes})
    ballots = [Ballot(said.get(weight), weight) for weight in (3, 2, 1)]
    assert count_votes(rule, ballots).outcome == expected


def test_a_seat_has_the_weight_that_the_diagram_gives_its_candidate() -> None:
    properties = {
        "appr.weight.section_reviewer": "3",
        "appr.weight.center_reviewer@X": "2",
        "appr.weight.d03.fin": "4",
    }
    keys = ("section_reviewer@AGR", "center_reviewer@X", "user@d03.fin", "budget_officer")
    assert [weight_of(properties, key) for key in keys] == [3, 2, 4, 1]


def test_the_more_cautious_way_to_agree_is_kept() -> None:
    assert outcome({"appr.mode": "all"}, 2, AGREE, "agree_with_edits") == "agree_with_edits"


# rejecting


@pytest.mark.parametrize(
    ("reject", "ends_at"), [("first", 1), ("unreachable", 2), ("2", 2), ("3", 3), ("never", 4)]
)
def test_a_no_ends_the_step_when_its_reject_rule_says_so(reject: str, ends_at: int) -> None:
    rule = {"appr.mode": "ratio", "appr.pass": "3/4", "appr.reject": reject}
    for number in range(1, 5):
        expected = REJECT if number >= ends_at else None
        assert outcome(rule, 4, *[REJECT] * number) == expected


# abstaining and ties


def test_an_abstention_leaves_the_denominator_of_a_share() -> None:
    rule = {"appr.mode": "ratio", "appr.pass": "2/3"}
    assert count(rule, 5).needed == 4
    assert count(rule, 5, ABSTAIN, ABSTAIN).needed == 2
    assert outcome(rule, 5, ABSTAIN, ABSTAIN, AGREE, AGREE) == AGREE


def test_an_abstention_takes_nothing_off_a_number() -> None:
    rule = {"appr.mode": "count", "appr.pass": "2"}
    assert count(rule, 3, ABSTAIN).needed == 2
    assert outcome(rule, 3, ABSTAIN, AGREE, ABSTAIN) == REJECT


def test_a_countersign_needs_everybody_who_did_not_abstain() -> None:
    assert outcome({"appr.mode": "all"}, 3, AGREE, ABSTAIN) is None
    assert outcome({"appr.mode": "all"}, 3, AGREE, ABSTAIN, AGREE) == AGREE


@pytest.mark.parametrize(("tie", "expected"), [("", REJECT), ("reject", REJECT), ("pass", AGREE)])
@pytest.mark.parametrize("mode", ["any", "all", "ratio", "count", "sequential"])
def test_when_all_abstain_the_tie_rule_decides(mode: str, tie: str, expected: str) -> None:
    rule = {"appr.mode": mode} | ({"appr.tie": tie} if tie else {})
    assert outcome(rule, 3, ABSTAIN, ABSTAIN, ABSTAIN) == expected


@pytest.mark.parametrize(("tie", "expected"), [("", AGREE), ("pass", AGREE), ("reject", REJECT)])
def test_exactly_half_is_enough_unless_a_tie_rejects(tie: str, expected: str) -> None:
    rule = {"appr.mode": "ratio", "appr.pass": "1/2"} | ({"appr.tie": tie} if tie else {})
    assert outcome(rule, 4, AGREE, REJECT, REJECT, AGREE) == expected


def test_a_tie_never_passes_against_a_majority() -> None:
    rule = {"appr.mode": "count", "appr.pass": "3", "appr.reject": "never", "appr.tie": "pass"}
    assert outcome(rule, 4, AGREE, AGREE, REJECT, REJECT) == AGREE
    assert outcome(rule, 4, AGREE, REJECT, REJECT, ABSTAIN) == REJECT


def test_only_a_step_of_several_lets_people_abstain() -> None:
    assert may_abstain({"appr.mode": "all", "appr.abstain": "yes"})
    assert not may_abstain({"appr.mode": "single", "appr.abstain": "yes"})
    assert not may_abstain({"appr.mode": "all"})


# the gate


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"appr.mode": "majority"}, "vote.mode"),
        *(
            ({"appr.mode": "ratio", "appr.pass": text}, "vote.pass")
            for text in ("67%", "0.67", "4/3", "0", "-1/2", "two", "1/0", "1e-1")
        ),
        *(
            ({"appr.mode": "count", "appr.pass": text}, "vote.pass")
            for text in ("0", "2/3", "-1", "1.5", "many", "99999", "٢")
        ),
        ({"appr.mode": "count", "appr.pass": "4"}, "vote.impossible"),
        ({"appr.mode": "weight"}, "vote.pass"),
        ({"appr.mode": "weight", "appr.pass": "0.5"}, "vote.pass"),
        ({"appr.mode": "weight", "appr.pass": "5", "appr.weight.a": "2"}, "vote.impossible"),
        ({"appr.mode": "weight", "appr.pass": "1/2", "appr.weight.a": "0"}, "vote.weight"),
        ({"appr.mode": "weight", "appr.pass": "1/2", "appr.weight.z": "2"}, "vote.weight"),
        ({"appr.mode": "all", "appr.reject": "perhaps"}, "vote.reject"),
        ({"appr.mode": "all", "appr.reject": "0"}, "vote.reject"),
        ({"appr.mode": "all", "appr.reject": "4"}, "vote.impossible"),
        ({"appr.mode": "all", "appr.tie": "coin"}, "vote.word"),
        ({"appr.mode": "all", "appr.abstain": "maybe"}, "vote.word"),
        ({"appr.abstain": "yes"}, "vote.word"),
    ],
)
def test_an_impossible_rule_is_refused_with_its_step(properties: dict[str, str], code: str) -> None:
    [found] = rule_problems("review", properties, ["a", "b", "c"])
    assert (found.code, found.where) == (code, "review")


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"appr.mode": "ratio", "appr.pass": "2/3", "appr.tie": "reject", "appr.abstain": "yes"},
        {"appr.mode": "count", "appr.pass": "3", "appr.reject": "3"},
        {"appr.mode": "weight", "appr.pass": "4", "appr.weight.a": "2"},
        {"appr.mode": "sequential", "appr.reject": "never"},
    ],
)
def test_a_sound_rule_is_accepted(properties: dict[str, str]) -> None:
    assert rule_problems("review", properties, ["a", "b", "c"]) == []


def test_how_many_seats_there_are_is_not_asked_where_only_the_instance_knows() -> None:
    assert rule_problems("review", {"appr.mode": "count", "appr.pass": "9"}, None) == []


# every rule and every vote, beside a model that looks at the finished vote only

_SHARES = sorted({Fraction(part, whole) for whole in range(1, 8) for part in range(1, whole + 1)})
_RULES = st.builds(
    Rule,
    mode=st.sampled_from(["all", "sequential", "any", "ratio"]),
    passes=st.sampled_from(_SHARES),
    reject=st.sampled_from(["first", "unreachable", "never", "1", "2", "3"]),
    tie=st.sampled_from([None, "pass", "reject"]),
) | st.builds(
    Rule,
    mode=st.sampled_from(["count", "weight"]),
    passes=st.sampled_from([Fraction(each) for each in range(1, 10)]),
    reject=st.sampled_from(["first", "unreachable", "never", "1", "2", "3"]),
    tie=st.sampled_from([None, "pass", "reject"]),
)
_SAID = st.lists(st.sampled_from([AGREE, REJECT, ABSTAIN]), min_size=1, max_size=6)


def played(rule: Rule, said: Sequence[str], weights: Sequence[int]) -> list[str | None]:
    """The outcome after each vote, cast one after the other."""
    return [
        count_votes(
            rule,
            [
                Ballot(vote if place <= last else None, weight)
                for place, (vote, weight) in enumerate(zip(said, weights, strict=True))
            ],
        ).outcome
        for last in range(len(said))
    ]


def finished(rule: Rule, said: Sequence[str], weights: Sequence[int]) -> str:
    """What the finished vote comes to under `unreachable` and `never`, in plain arithmetic."""
    total = {
        code: sum(weight for vote, weight in zip(said, weights, strict=True) if vote == code)
        for code in (AGREE, REJECT, ABSTAIN)
    }
    voting = total[AGREE] + total[REJECT]
    if rule.mode in ("all", "sequential"):
        passes = voting > 0 and not total[REJECT]
    elif rule.mode == "any":
        passes = total[AGREE] > 0
    elif rule.mode == "ratio":
        passes = voting > 0 and Fraction(total[AGREE], voting) >= rule.passes
        if rule.passes == Fraction(1, 2) and rule.tie == "reject":
            passes = total[AGREE] > total[REJECT]
    else:
        passes = total[AGREE] >= min(rule.passes, sum(weights))
    if passes:
        return AGREE
    if total[REJECT] and rule.reject == "unreachable":
        return REJECT
    return AGREE if rule.tie == "pass" and total[AGREE] >= total[REJECT] else REJECT


@given(rule=_RULES, said=_SAID)
def test_nobody_is_stuck_once_everybody_has_voted(rule: Rule, said: list[str]) -> None:
    assert played(rule, said, [1] * len(said))[-1] in (AGREE, REJECT)


@given(rule=_RULES, said=_SAID)
def test_what_is_decided_stays_decided_as_long_as_nobody_else_may_end_it(
    rule: Rule, said: list[str]
) -> None:
    """Where a number of "no" ends the step early, whoever is first decides; nowhere else."""
    outcomes = played(rule, said, [1] * len(said))
    if rule.reject in ("unreachable", "never"):
        first = next(number for number, each in enumerate(outcomes) if each is not None)
        assert len(set(outcomes[first:])) == 1


@given(
    rule=_RULES,
    votes=st.lists(
        st.tuples(st.sampled_from([AGREE, REJECT, ABSTAIN]), st.integers(1, 3)),
        min_size=1,
        max_size=4,
    ),
)
def test_the_order_of_votes_changes_nothing(rule: Rule, votes: list[tuple[str, int]]) -> None:
    if rule.reject not in ("unreachable", "never"):
        rule = Rule(rule.mode, rule.passes, rule.is_share, "unreachable", rule.tie)
    said, weights = [vote for vote, _ in votes], [weight for _, weight in votes]
    if rule.mode != "weight":
        weights = [1] * len(said)
    ends = {
        next(each for each in played(rule, *zip(*order, strict=True)) if each is not None)
        for order in permutations(zip(said, weights, strict=True))
    }
    assert ends == {finished(rule, said, weights)}


@given(mode=st.sampled_from(MODES), electorate=st.integers(1, 7))
def test_an_agreement_of_all_passes_every_rule(mode: str, electorate: int) -> None:
    rule = rule_of({"appr.mode": mode, "appr.pass": "1"})
    assert outcome(rule, electorate, *[AGREE] * electorate) == AGREE


@given(electorate=st.integers(1, 9), agreeing=st.integers(0, 9))
def test_a_ratio_needs_exactly_its_fraction_of_the_seats(electorate: int, agreeing: int) -> None:
    rule = Rule(mode="ratio", passes=Fraction(2, 3), reject="unreachable")
    yes = min(agreeing, electorate)
    assert (outcome(rule, electorate, *[AGREE] * yes) == AGREE) == (3 * yes >= 2 * electorate)
