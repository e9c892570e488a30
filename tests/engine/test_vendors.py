"""Diagrams as other tools write them run as their tools mean it, or are refused by element."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.core.errors import Problem
from app.engine import Definition, DiagramError, Process, link, parse
from tests.engine.drawing import draw
from tests.engine.playing import NOW, Game

HERE = Path(__file__).parent / "vendors"
GIVEN = {
    "initiator": "zhao", "unit": "road", "days": 2, "amount": 7, "approved": False,
    "people": ["li", "wang", "zhou"], "due": "2022-10-12",
}  # fmt: skip
#: File → the open steps, or what is waited for, or the end.
RUNS = {
    "c7_assignment": ["a"],
    "c7_condition": ["a"],
    "c7_get_variable": ["a"],
    "c7_form_data": ["a"],
    "c7_external": "e",
    "c7_implicit_split": ["a", "b"],
    "c7_no_end_event": ["a"],
    "c7_multi_instance": ["a", "a", "a"],
    "c7_two_pools": ["a"],
    "c8_assignment": ["a"],
    "c8_condition": ["a"],
    "c8_job": "e",
    "c8_script": "e",
    "c8_message": ["a"],
    "c8_timer": ["a"],
    "c8_multi_instance": ["a", "a", "a"],
    "flowable_assignment": ["a"],
    "flowable_condition": ["a"],
    "flowable_external": "e",
    "flowable_counter_sign": ["a", "a", "a"],
    "activiti_people": ["a"],
    "activiti_form_properties": ["a"],
    "activiti_default_on_task": ["a"],
    "plain_prefixed": "failed",
    "plain_shared_timer": ["a"],
}
#: File → code and element of the refusal.
REFUSED = {
    "c7_bean_call": ("expression", "f1"),
    "c7_listener": ("extension", "a"),
    "c7_input_output": ("extension", "a"),
    "c7_java_class": ("topic", "a"),
    "c7_groovy": ("language", "a"),
    "c7_call_version": ("extension", "a"),
    "c8_job_with_mapping": ("extension", "a"),
    "c8_message_end": ("extension", "e"),
    "c8_call_by_expression": ("call", "a"),
    "c8_listener": ("extension", "a"),
    "c8_ad_hoc": ("unexecuted", "a"),
    "flowable_mail": ("topic", "a"),
    "flowable_skip": ("extension", "a"),
    "flowable_data_object": ("extension", "P"),
    "flowable_event_registry": ("extension", "s"),
    "flowable_terminate_all": ("extension", "e"),
    "plain_wrong_order": ("schema", "a"),
    "plain_unknown_attribute": ("schema", "a"),
    "plain_not_executable": ("process", "P"),
    "plain_two_processes": ("process", "Q"),
}
#: File → code and element of each warning; a file that is not here is understood wholly.
WARNED = {
    "c7_form_data": [("extension", "a")],
    "c7_no_end_event": [("dead_end", "a")],
    "c7_two_pools": [("pool", "Customer"), ("message_flow", "M")],
    "c8_job": [("extension", "a")],
    "activiti_form_properties": [("extension", "a")],
    "plain_prefixed": [("untyped", "m")],
}


def _xml(name: str) -> bytes:
    return (HERE / f"{name}.bpmn").read_bytes()


def _codes(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(each.code.removeprefix("diagram."), each.where) for each in problems]


def _game(*definitions: Definition) -> Game:
    process: Process = link(definitions)
    return Game(process=process, handlers={"work": lambda _: {}}, **GIVEN)


def test_every_file_has_its_result() -> None:
    files = {path.stem for path in HERE.glob("*.bpmn")}
    assert files == RUNS.keys() | REFUSED.keys() | {"c8_call"}


@pytest.mark.parametrize("name", RUNS)
def test_it_runs(name: str) -> None:
    xml = _xml(name)
    definition = parse(xml)
    game = _game(definition)
    ended = game.step.ended.element_id if game.step.ended else None
    waiting = game.open or [each.element_id for each in game.step.timers] or game.waiting
    assert (ended or waiting) == RUNS[name]
    assert _codes(definition.warnings) == WARNED.get(name, [])
    assert definition.xml == xml


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str) -> None:
    with pytest.raises(DiagramError) as caught:
        parse(_xml(name))
    assert REFUSED[name] in _codes(caught.value.problems)


@pytest.mark.parametrize(
    ("name", "assignee", "users", "groups", "form"),
    [
        ("c7_assignment", "zhao", (), ("dept_road", "audit"), "review"),
        ("c8_assignment", "zhao", (), ("audit", "road"), "review"),
        ("flowable_assignment", "zhao", ("li", "wang"), (), "review"),
        ("activiti_people", "zhao", ("wang",), ("audit", "plan"), None),
    ],
)
def test_people_and_forms_are_found(
    name: str, assignee: str, users: tuple[str, ...], groups: tuple[str, ...], form: str | None
) -> None:
    step = parse(_xml(name)).steps["a"]
    found = step.resolve(GIVEN, NOW)
    assert found.assignee == assignee
    assert found.candidate_users == users
    assert found.candidate_groups == groups
    assert step.form_key == form


def test_due_times_and_priorities_are_found() -> None:
    found = parse(_xml("c7_assignment")).steps["a"].resolve(GIVEN, NOW)
    assert found.due_at == NOW + timedelta(days=2)
    found = parse(_xml("c8_assignment")).steps["a"].resolve(GIVEN, NOW)
    assert (str(found.due_at), found.priority) == ("2022-10-12 00:00:00+00:00", 60)


def test_conditions_choose_the_default_where_they_are_false() -> None:
    for name in ("c7_condition", "c8_condition", "flowable_condition"):
        assert (
            Game(process=link([parse(_xml(name))]), approved=True, amount=1, unit="road").ended
            == "e"
        )


def test_a_script_writes_its_variable() -> None:
    assert _game(parse(_xml("c8_script"))).variable("doubled") == 14


def test_a_message_agrees_in_its_correlation_key() -> None:
    game = _game(parse(_xml("c8_message")))
    assert (game.subscription("a").name, game.subscription("a").correlation) == ("paid", "7")


def test_a_called_process_gets_what_is_mapped_and_gives_what_is_mapped() -> None:
    called = parse(draw("start s\nstep b\nend e\ns > b > e", key="Q"))
    game = _game(parse(_xml("c8_call")), called)
    (task,) = game.step.opened
    assert dict(task.variables) == {"sum": 7}
    assert game.do("b", outcome="agree").ended == "e"
    assert (game.variable("verdict"), game.variable("b")) == ("agree", None)


def test_the_results_of_all_instances_are_collected() -> None:
    game = _game(parse(_xml("c8_multi_instance")))
    for mark in (1, 2, 3):
        game.do("a", mark=mark)
    assert (game.ended, game.variable("marks")) == ("e", [1, 2, 3])


def test_a_path_without_an_end_event_ends_where_it_stops() -> None:
    assert _game(parse(_xml("c7_no_end_event"))).do("a").ended == "a"
    inner = "start s\nsub x\nstart xs\nstep y\nxs > y\n}\nend e\ns > x > e"
    assert _game(parse(draw(inner))).do("y").ended == "e"


def test_data_is_drawn_only() -> None:
    drawn = (
        '<bpmn:userTask id="a" camunda:assignee="li"><bpmn:property id="q"/>'
        "<bpmn:dataInputAssociation><bpmn:sourceRef>r</bpmn:sourceRef><bpmn:targetRef>q"
        "</bpmn:targetRef></bpmn:dataInputAssociation></bpmn:userTask>"
        '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="r" dataObjectRef="d"/>'
    )
    definition = parse(draw(f"start s\n{drawn}\nend e\ns > a > e"))
    assert {each.where for each in definition.warnings} == {"a", "d", "r"}
    assert _game(definition).open == ["a"]
