"""What a deployment refuses in a step's voting rule: unknown words, and what nobody can meet."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.workflow.voting.rules import MEASURED, MODES, REJECTS, SINGLE, TIES

#: How the property begins that gives a candidate's weight.
WEIGHT = "appr.weight."


def rule_problems(
    step_id: str, properties: Mapping[str, str], candidates: Sequence[str] | None = None
) -> list[Problem]:
    """What a deployment must refuse in the voting rule of a step.

    `candidates` are the roles and users that the diagram names, one seat each; None where only
    the running instance knows them.
    """
    mode = properties.get("appr.mode", SINGLE)
    if mode not in MODES:
        return [
            problem(
                "vote.mode",
                step_id,
                N_("Expected the voting rule appr.mode to be one of {allowed}, found “{found}”."),
                allowed=", ".join(MODES),
                found=mode,
            )
        ]
    checks = (_pass_problems, _reject_problems, _word_problems, _weight_problems)
    return [each for check in checks for each in check(step_id, properties, candidates)]


def _pass_problems(
    step_id: str, properties: Mapping[str, str], candidates: Sequence[str] | None
) -> Iterator[Problem]:
    mode, text = properties.get("appr.mode", SINGLE), properties.get("appr.pass", "")
    if mode not in MEASURED:
        return
    if not _is_pass_rule(mode, text or ("1" if mode != "weight" else "")):
        yield problem(
            "vote.pass",
            step_id,
            N_(
                "Expected appr.pass to be a fraction such as 2/3 for a share, a whole number "
                "of people for a count, and either for weights, found “{found}”."
            ),
            found=text,
        )
    elif candidates and "/" not in text and mode != "ratio":
        most = len(candidates)
        if mode == "weight":
            weights = {name: properties.get(WEIGHT + name, "1") for name in candidates}
            most = sum(int(each) for each in weights.values() if _is_whole(each))
        yield from _too_many(step_id, "appr.pass", text or "1", most)


def _reject_problems(
    step_id: str, properties: Mapping[str, str], candidates: Sequence[str] | None
) -> Iterator[Problem]:
    text = properties.get("appr.reject", "first")
    if text not in REJECTS and not _is_whole(text):
        yield problem(
            "vote.reject",
            step_id,
            N_(
                "Expected the reject rule appr.reject to be one of {allowed} or a whole number, "
                "found “{found}”."
            ),
            allowed=", ".join(REJECTS),
            found=text,
        )
    elif text not in REJECTS and candidates and properties.get("appr.mode") != "weight":
        yield from _too_many(step_id, "appr.reject", text, len(candidates))


def _word_problems(
    step_id: str, properties: Mapping[str, str], _candidates: Sequence[str] | None
) -> Iterator[Problem]:
    is_single = properties.get("appr.mode", SINGLE) == SINGLE
    allowed = {"appr.tie": TIES, "appr.abstain": ("no",) if is_single else ("yes", "no")}
    for name, words in allowed.items():
        found = properties.get(name)
        if found is not None and found not in words:
            yield problem(
                "vote.word",
                step_id,
                N_("Expected {name} of this voting rule to be one of {allowed}, found “{found}”."),
                name=name,
                allowed=", ".join(words),
                found=found,
            )


def _weight_problems(
    step_id: str, properties: Mapping[str, str], candidates: Sequence[str] | None
) -> Iterator[Problem]:
    for name, text in properties.items():
        if not name.startswith(WEIGHT):
            continue
        if not _is_whole(text):
            yield problem(
                "vote.weight",
                step_id,
                N_("Expected {name} to be a whole number from 1 to 1000, found “{found}”."),
                name=name,
                found=text,
            )
        elif candidates and name.removeprefix(WEIGHT) not in candidates:
            yield problem(
                "vote.weight",
                step_id,
                N_("Expected {name} to name one of the step's candidates ({allowed})."),
                name=name,
                allowed=", ".join(candidates),
            )


def _too_many(step_id: str, name: str, text: str, most: int) -> Iterator[Problem]:
    if int(text) > most:
        yield problem(
            "vote.impossible",
            step_id,
            N_("Expected {name} to be at most {most}, all that this step has, found {found}."),
            name=name,
            most=most,
            found=text,
        )


def _is_pass_rule(mode: str, text: str) -> bool:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
    if mode == "ratio" or (mode == "weight" and "/" in text):
        # "67 %" of three people needs all three; only exact fractions say what is meant.
        return 0 < value <= 1 and "." not in text and "e" not in text.lower()
    return _is_whole(text)


def _is_whole(text: str) -> bool:
    """A whole number from 1 to 1000: nobody seats more."""
    return text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= 1000
