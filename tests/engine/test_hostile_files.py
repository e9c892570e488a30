"""A diagram from a stranger is refused within limits, in bounded time, and runs no Python."""

from pathlib import Path

import pytest

from app.core.errors import CountersignError
from app.engine import DiagramError, Limits, link, parse, start
from tests.engine.drawing import draw
from tests.engine.playing import NOW
from tests.hostile_xml import SECRET, prologs

LINE = "start s\nstep a\nend e\ns > a > e"


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    for prolog in prologs(tmp_path):
        xml = draw(LINE).replace(b"<bpmn:definitions", prolog + b"<bpmn:definitions", 1)
        xml = xml.replace("流程".encode(), b"&d;")
        with pytest.raises(DiagramError, match="document type") as caught:
            parse(xml)
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (b"<a>" * 5_000 + b"</a>" * 5_000, "nested"),
        (b"<a>" + b"<b/>" * 70_000 + b"</a>", "60000 XML elements"),
        (b"<a" + b"".join(b' a%d=""' % number for number in range(1_000)) + b"/>", "attributes"),
        (b"<a>" + b"x" * 30_000 + b"</a>", "20000 characters"),
        (b'<a b="' + b"x" * 30_000 + b'"/>', "20000 characters"),
        (b" " * 5_000_001, "5000000 bytes"),
        (b"", "well-formed"),
        (b"<a>", "well-formed"),
        (b"\x00\xff", "well-formed"),
        ('<?xml version="1.0" encoding="gbk"?><a/>'.encode("gbk"), "UTF-8"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "UTF-8"),
        (b"<html/>", "BPMN"),
    ],
)
def test_a_file_beyond_the_limits_is_refused(xml: bytes, sentence: str) -> None:
    with pytest.raises(DiagramError, match=sentence):
        parse(xml)


def test_too_many_elements_are_refused_before_anything_is_built() -> None:
    chain = "\n".join(f"task t{number}" for number in range(300))
    flows = "\n".join(f"t{number} > t{number + 1}" for number in range(299))
    text = f"start s\n{chain}\nend e\ns > t0\n{flows}\nt299 > e"
    assert len(parse(draw(text)).elements) == 603
    with pytest.raises(DiagramError, match="at most 100"):
        parse(draw(text), Limits(nodes_and_flows=100))


def test_a_long_chain_needs_no_deep_stack() -> None:
    chain = "\n".join(f"task t{number}" for number in range(1_400))
    flows = " > ".join(f"t{number}" for number in range(1_400))
    process = link([parse(draw(f"start s\n{chain}\nend e\ns > {flows} > e"))])
    assert start(process, {}, NOW, {}).ended is not None


def test_a_wide_fork_does_not_exhaust_the_soundness_check() -> None:
    names = [f"a{number}" for number in range(20)]
    lines = ["start s", "and f", "and j", "end e", "s > f", "j > e"]
    for name in names:
        lines += [f"step {name}", f"f > {name} > j"]
    warnings = parse(draw("\n".join(lines))).warnings
    assert [each.code for each in warnings] == ["diagram.soundness"]


PYTHON = "__import__('os').system('touch {mark}')"


@pytest.mark.parametrize(
    "text",
    [
        "start s\nstep a\nxor g default=g-to-e\nend e\ns > a > g\ng > a : {code}\ng > e",
        'start s\nscript a script="{code}"\nend e\ns > a > e',
        'start s\ntimer a timeDuration="{code}"\nend e\ns > a > e',
        'start s\ntimer a timeDate="=[].__class__"\nend e\ns > a > e',
        'start s\nstep a assignee="={code}"\nend e\ns > a > e',
        'start s\nstep a dueDate="${{{code}}}"\nend e\ns > a > e',
        'start s\nscript a script="().__class__.__bases__"\nend e\ns > a > e',
        'start s\nscript a script="open(1)"\nend e\ns > a > e',
    ],
)
def test_nothing_in_a_diagram_runs_python(text: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = PYTHON.format(mark=mark)
    with pytest.raises(CountersignError):
        _use(draw(text.format(code=code)))
    assert not mark.exists()


def _use(xml: bytes) -> None:
    process = link([parse(xml)])
    for task in start(process, {}, NOW, {}).opened:
        process.step("p", task.step_id).resolve(task.variables, NOW)


def test_an_expression_that_does_not_end_is_stopped() -> None:
    loop = "for i in 1..100000, j in 1..100000 return i"
    with pytest.raises(CountersignError):
        _use(draw(f'start s\nscript a script="{loop}"\nend e\ns > a > e'))


HEAD = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
PROCESS = b'<process id="p" isExecutable="true"><task id="t">%s</task></process></definitions>'


@pytest.mark.parametrize("inside", [b'<documentation x=""/>', b'<documentation id="t"/>'])
def test_mistakes_without_number_are_counted_not_located(inside: bytes) -> None:
    with pytest.raises(DiagramError, match="found 50000 mistakes"):
        parse(HEAD + PROCESS % (inside * 50_000))


def test_a_shared_event_definition_is_not_multiplied() -> None:
    shared = b'<timerEventDefinition id="d">' + b"<documentation/>" * 3_000
    event = b'<intermediateCatchEvent id="i%d"><eventDefinitionRef>d</eventDefinitionRef>'
    events = b"".join(event % each + b"</intermediateCatchEvent>" for each in range(2_900))
    process = b'<process id="p">' + events + b"</process></definitions>"
    with pytest.raises(DiagramError, match="eventDefinitionRef"):
        parse(HEAD + shared + b"</timerEventDefinition>" + process)


@pytest.mark.parametrize("part", ["${'", "${a}"])
def test_a_text_of_many_expressions_is_read_in_linear_time(part: str) -> None:
    text = part * (19_000 // len(part))
    with pytest.raises(DiagramError, match="Expected"):
        parse(draw(f'start s\nstep a assignee="{text}"\nend e\ns > a > e'))
