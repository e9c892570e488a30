"""Diagrams with parts taken out, put elsewhere or renamed: refused, or run without a surprise."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random

import pytest
from lxml import etree

from app.engine import (
    DiagramError,
    EngineError,
    Process,
    Step,
    complete,
    deliver,
    fire,
    link,
    open_tasks,
    parse,
    preview,
    return_targets,
    start,
)
from tests.engine.drawing import draw
from tests.engine.playing import NOW
from tests.engine.support import GROUPS

FILES = [
    draw(each.text)
    for group in GROUPS.values()
    for each in group
    if not (each.called or each.decides)
]
WORDS = ("", "~", "a b", "${x}", "=1", "true", "x", "xs", "s", "p")


def mangled(random: Random) -> bytes:
    root = etree.fromstring(random.choice(FILES))
    for _ in range(random.randint(1, 3)):
        _mangle(root, random)
    return etree.tostring(root)


def _mangle(root: etree._Element, random: Random) -> None:
    inside = list(root.iterdescendants())
    element, other = random.choice(inside), random.choice(inside)
    attribute = random.choice(list(element.attrib) or ["id"])
    parent = element.getparent()
    match random.randrange(7):
        case 0 if parent is not None:
            parent.remove(element)
        case 1:
            element.attrib.pop(attribute, None)
        case 2:
            element.attrib[attribute] = random.choice(list(other.attrib.values()) or WORDS)
        case 3:
            element.append(deepcopy(other))
        case 4 if element is not other and element not in other.iterancestors():
            other.append(element)
        case 5:
            element.tag = other.tag
        case _:
            element.attrib[attribute] = random.choice(WORDS)


@pytest.mark.parametrize("seed", range(4))
def test_a_mangled_diagram_is_refused_or_runs(seed: int) -> None:
    random = Random(seed)  # noqa: S311  the same diagrams every time
    runs = 0
    for _ in range(500):
        try:
            process = link([parse(mangled(random))])
        except DiagramError:
            continue
        for each in process.main.starts:
            runs += 1
            _play(process, each.id, random)
    assert runs > 50


def _play(process: Process, begin: str, random: Random) -> None:
    handlers = dict.fromkeys(process.topics, lambda call: None)
    try:
        step = start(process, {"n": 1}, NOW, handlers, at=begin, payload={})
        for _ in range(5):
            following = list(_acts(process, step))
            if step.ended or step.failed or not following:
                break
            step = random.choice(following)
            preview(process, step.state)
            for task in open_tasks(process, step.state):
                return_targets(process, step.state, task.id, "any")
    except EngineError:
        return  # a sentence about the element where it cannot go on


def _acts(process: Process, step: Step) -> Iterator[Step]:
    """What each thing that waits would lead to."""
    handlers = dict.fromkeys(process.topics, lambda call: None)
    for task in open_tasks(process, step.state):
        codes = [each.code for each in process.step(task.definition_key, task.step_id).outcomes]
        for code in codes:
            yield complete(process, step.state, task.id, {"outcome": code}, NOW, handlers)
    for each in step.waiting:
        yield deliver(process, step.state, each.id, {}, NOW, handlers)
    for timer in step.timers[:1]:
        yield fire(process, step.state, timer.due_at, handlers)
