"""The step's rule: pitfalls 1 to 3 of approvals.md among others."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workflow.voting import AGREE, REJECT, Rule, decide, rule_of, rule_problems


def test_one_no_does_not_kill_a_sixty_percent_vote() -> None:
    rule = rule_of({"appr.mode": "ratio", "appr.pass": "3/5"})
    assert decide(rule, 5, [REJECT, AGREE, AGREE]) is None
    assert decide(rule, 5, [REJECT, AGREE, AGREE, AGREE]) == AGREE


def test_two_thirds_of_three_people_needs_two() -> None:
    rule = rule_of({"appr.mode": "ratio", "appr.pass": "2/3"})
    assert decide(rule, 3, [AGREE]) is None
    assert decide(rule, 3, [AGREE, AGREE]) == AGREE


@pytest.mark.parametrize("text", ["67%", "0.67", "4/3", "0", "-1/2", "two", "1/0"])
def test_a_ratio_that_is_no_exact_fraction_is_refused(text: str) -> None:
    problems = rule_problems("review", {"appr.mode": "ratio", "appr.pass": text})
    assert [each.code for each in problems] == ["vote.pass"]


def test_an_unknown_mode_is_refused_with_its_name() -> None:
    problems = rule_problems("review", {"appr.mode": "majority"})
    assert "“majority”" in str(problems[0])
    assert problems[0].where == "review"


def test_a_countersign_ends_with_the_first_no() -> None:
    assert decide(rule_of({"appr.mode": "all"}), 3, [AGREE, REJECT]) == REJECT


def test_a_countersign_may_wait_until_it_cannot_pass_any_more() -> None:
    rule = rule_of({"appr.mode": "count", "appr.pass": "2"})
    assert decide(rule, 3, [REJECT]) is None
    assert decide(rule, 3, [REJECT, REJECT]) == REJECT


def test_the_more_cautious_way_to_agree_is_kept() -> None:
    rule = rule_of({"appr.mode": "all"})
    assert decide(rule, 2, [AGREE, "agree_with_edits"]) == "agree_with_edits"


_MODES = st.sampled_from(["single", "any", "all", "ratio", "count"])
_VOTES = st.lists(st.sampled_from([AGREE, REJECT]), max_size=7)


@given(
    mode=_MODES,
    passes=st.fractions(min_value=Fraction(1, 7), max_value=1),
    electorate=st.integers(1, 7),
    votes=_VOTES,
    reject=st.sampled_from(["first", "unreachable"]),
)
def test_when_everybody_has_voted_the_step_is_decided(
    mode: str, passes: Fraction, electorate: int, votes: list[str], reject: str
) -> None:
    whole = Fraction(max(1, int(passes * electorate))) if mode == "count" else passes
    rule = Rule(mode=mode, passes=whole, reject=reject)
    votes = (votes + [AGREE] * electorate)[:electorate]
    outcome = decide(rule, electorate, votes)
    assert outcome is not None
    agreeing = votes.count(AGREE)
    assert (outcome == AGREE) == (agreeing >= rule.needed(electorate))


@given(electorate=st.integers(1, 9), agreeing=st.integers(0, 9))
def test_a_ratio_needs_exactly_its_fraction_of_the_seats(electorate: int, agreeing: int) -> None:
    rule = Rule(mode="ratio", passes=Fraction(2, 3), reject="unreachable")
    reached = decide(rule, electorate, [AGREE] * min(agreeing, electorate)) == AGREE
    assert reached == (3 * min(agreeing, electorate) >= 2 * electorate)
