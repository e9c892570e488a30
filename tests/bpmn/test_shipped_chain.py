"""The shipped diagrams run as the bureau's chain runs: up, back, sideways and to both ends."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.engine import Process, ServiceCall, Step, complete, fire, open_tasks, start

NOW = datetime(2022, 10, 10, 1, tzinfo=UTC)
KEY_PROJECT = {"is_key": True, "unit": "D04U0", "department": "D04", "section": "AGR",
               "agency": "TPA"}  # fmt: skip
ORDINARY_PROJECT = {**KEY_PROJECT, "is_key": False}
PRELIMINARY = ("center_desk_review", "third_party_review", "preliminary_review")
UP_TO_RE_EXAMINATION = ("compile_goals", "department_review", *PRELIMINARY)
UP_TO_FINAL = (*UP_TO_RE_EXAMINATION, "re_examination")
TOPICS = ("issue_goal_letter", "refuse_goal", "send_reminder", "accept_monitoring")


class Run:
    """One instance in memory, and what its services were asked to do."""

    def __init__(self, process: Process, variables: Mapping[str, object]) -> None:
        self.process = process
        self.served: list[str] = []
        self.handlers = dict.fromkeys(TOPICS, self._serve)
        self.step = start(process, variables, NOW, self.handlers)

    def _serve(self, call: ServiceCall) -> None:
        self.served.append(call.topic)

    @property
    def open(self) -> list[str]:
        return sorted(task.step_id for task in open_tasks(self.process, self.step.state))

    @property
    def end(self) -> str | None:
        return self.step.ended.element_id if self.step.ended else None

    def agree(self, *steps: str) -> None:
        for step_id in steps:
            self.decide(step_id, "agree")

    def decide(self, step_id: str, outcome: str) -> Step:
        (task,) = (
            each for each in open_tasks(self.process, self.step.state) if each.step_id == step_id
        )
        values = {"outcome": outcome}
        self.step = complete(self.process, self.step.state, task.id, values, NOW, self.handlers)
        return self.step

    def wait(self, span: timedelta) -> None:
        self.step = fire(self.process, self.step.state, NOW + span, self.handlers)


@pytest.fixture
def key_project(goal_review: Process) -> Run:
    return Run(goal_review, KEY_PROJECT)


def test_a_key_project_is_approved_layer_by_layer(key_project: Run) -> None:
    key_project.agree("compile_goals", "department_review")
    assert key_project.open == ["center_desk_review", "third_party_review"]

    key_project.agree(*PRELIMINARY, "re_examination", "final_review")
    assert key_project.open == ["approve_with_budget"]

    key_project.agree("approve_with_budget")
    assert (key_project.end, key_project.served) == ("end_approved", ["issue_goal_letter"])


def test_an_ordinary_project_needs_no_third_party(goal_review: Process) -> None:
    project = Run(goal_review, ORDINARY_PROJECT)

    project.agree("compile_goals", "department_review")

    assert project.open == ["preliminary_review"]


def test_each_layer_returns_to_the_unit_and_the_whole_chain_runs_again(key_project: Run) -> None:
    layers = [
        ("department_review", ("compile_goals",)),
        ("preliminary_review", UP_TO_RE_EXAMINATION[:-1]),
        ("re_examination", UP_TO_RE_EXAMINATION),
        ("final_review", UP_TO_FINAL),
    ]

    for layer, way in layers:
        key_project.agree(*way)
        assert key_project.open == [layer]
        key_project.decide(layer, "return_to_unit")
        assert key_project.open == ["compile_goals"]

    key_project.agree(*UP_TO_FINAL, "final_review", "approve_with_budget")
    assert key_project.end == "end_approved"


def test_in_every_round_the_preliminary_opinion_waits_for_both_reviews(key_project: Run) -> None:
    key_project.agree(*UP_TO_RE_EXAMINATION)
    for _ in range(3):
        key_project.decide("re_examination", "return_previous")
        key_project.agree("third_party_review")
        assert key_project.open == ["center_desk_review"]
        key_project.agree("center_desk_review")
        assert key_project.open == ["preliminary_review"]
        key_project.agree("preliminary_review")


def test_final_review_returns_one_step(key_project: Run) -> None:
    key_project.agree(*UP_TO_FINAL)

    key_project.decide("final_review", "return_previous")

    assert key_project.open == ["re_examination"]


@pytest.mark.parametrize(
    ("way", "layer"),
    [(UP_TO_RE_EXAMINATION[:-1], "preliminary_review"), (UP_TO_FINAL, "final_review")],
)
def test_a_rejected_project_gets_no_budget(
    key_project: Run, way: tuple[str, ...], layer: str
) -> None:
    key_project.agree(*way)

    key_project.decide(layer, "reject")

    assert (key_project.end, key_project.served) == ("end_not_budgeted", ["refuse_goal"])


def test_the_unit_settles_the_edits_of_the_final_review(key_project: Run) -> None:
    key_project.agree(*UP_TO_FINAL)
    key_project.decide("final_review", "agree_with_edits")
    assert key_project.open == ["accept_edits"]

    key_project.decide("accept_edits", "return_previous")
    assert key_project.open == ["final_review"]

    key_project.decide("final_review", "agree_with_edits")
    key_project.agree("accept_edits")
    assert key_project.open == ["approve_with_budget"]


def test_a_silent_third_party_is_reminded_once_and_keeps_its_task(key_project: Run) -> None:
    key_project.agree("compile_goals", "department_review")

    for days in (13, 15, 30):
        key_project.wait(timedelta(days=days))

    assert key_project.served == ["send_reminder"]
    assert key_project.open == ["center_desk_review", "third_party_review"]


def test_monitoring_is_returned_by_either_reviewer_and_then_accepted(monitoring: Process) -> None:
    run = Run(monitoring, ORDINARY_PROJECT)

    for layer, way in [
        ("department_review", ("fill_monitoring",)),
        ("section_review", ("fill_monitoring", "department_review")),
    ]:
        run.agree(*way)
        run.decide(layer, "return_to_unit")
        assert run.open == ["fill_monitoring"]

    run.agree("fill_monitoring", "department_review", "section_review")
    assert (run.end, run.served) == ("end_accepted", ["accept_monitoring"])
