"""Events that the engine would run wrong, or that the standard forbids, are refused by name."""

import pytest

from app.engine import DiagramError, link, parse
from tests.engine.drawing import draw


def _around(node: str) -> str:
    return f"start s\n{node}\nend e\ns > x > e"


def _choice(*targets: str, gateway: str = "choose x", more: str = "") -> str:
    names = [each.split()[1] for each in targets]
    flows = "\n".join(f"x > {name} > e" for name in names)
    return "\n".join(["start s", gateway, *targets, "end e", "s > x", flows, more])


def _handler(start: str, more: str = "") -> str:
    return f"start s\nstep x\nend e\ns > x > e\nhandler h\n{start}\nend he\nhs > he\n}}\n{more}"


REFUSED = {
    # Links.
    "link without its pair": (
        "start s\nstep a\nthrow x link=l\nend e\ns > a > e\na > x", "link", "x",
    ),
    "two catches of one link": (
        "start s\nthrow x link=l\ncatch b link=l\ncatch c link=l\nend e\ns > x\nb > e\nc > e",
        "link", "x",
    ),
    "link on another level": (
        "start s\nsub u\nstart us\nthrow x link=l\nus > x\n}\ncatch c link=l\nend e\n"
        "s > u > e\nc > e", "link", "x",
    ),
    "flow out of a link throw": (
        "start s\nthrow x link=l\ncatch c link=l\nend e\ns > x > e\nc > e", "link", "x",
    ),
    "flow into a link catch": (
        "start s\nand f\nthrow x link=l\ncatch c link=l\nend e\ns > f\nf > x\nf > c > e",
        "link", "c",
    ),
    "link without a name": (
        _around('<bpmn:intermediateThrowEvent id="x"><bpmn:linkEventDefinition/>'
                "</bpmn:intermediateThrowEvent>"), "link", "x",
    ),
    "catch that no link leads to": (
        "start s\ncatch x link=l\nend e\ns > e\nx > e", "unreachable", "x",
    ),
    # Messages and signals.
    "message without a name": (_around("receive x message=zz"), "reference", "x"),
    "no message": (_around('<bpmn:receiveTask id="x"/>'), "reference", "x"),
    "no signal": (
        _around('<bpmn:intermediateThrowEvent id="x"><bpmn:signalEventDefinition/>'
                "</bpmn:intermediateThrowEvent>"), "reference", "x",
    ),
    "receive task that starts": (
        _around("receive x message=a instantiate=true"), "unexecuted", "x",
    ),
    "code that sends a message": (
        "start s\n<bpmn:endEvent id='x'><bpmn:messageEventDefinition messageRef='Message_a' "
        "camunda:class='com.example.Send'/></bpmn:endEvent>\ns > x", "extension", "x",
    ),
    "code behind a send task": (_around("send x message=a class=com.example.Send"), "topic", "x"),
    "name of a message to be worked out": (
        "start s\n<bpmn:receiveTask id='x' messageRef='m'/>\nend e\ns > x > e\n</bpmn:process>"
        "<bpmn:message id='m' name='${name}'/><bpmn:process id='none'>", "reference", "x",
    ),
    "correlation by properties": (
        "start s\nreceive x message=a\nend e\ns > x > e\n</bpmn:process><bpmn:correlationProperty "
        "id='k'><bpmn:correlationPropertyRetrievalExpression messageRef='Message_a'>"
        "<bpmn:messagePath>code</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
        "</bpmn:correlationProperty><bpmn:process id='none'>", "unexecuted", "x",
    ),
    "broken correlation": (_around('receive x message=a correlationKey="("'), "expression", "x"),
    "broken payload": (_around('throw x message=a carries="n=("'), "mapping", "x"),
    # Escalations and errors.
    "escalation of no name": (_around("throw x escalation=any"), "reference", "x"),
    "unknown escalation": (_around("throw x escalation=zz"), "reference", "x"),
    "escalation on a step": (
        _around("step x\nboundary b on=x escalation=a") + "\nb > e", "boundary", "b",
    ),
    "two catchers of one error": (
        _around("service x\nboundary b on=x error=a\nboundary c on=x error=a") + "\nb > e\nc > e",
        "catch", "c",
    ),
    "two event sub-processes for one escalation": (
        _handler("start hs escalation=a", "handler k\nstart ks escalation=a\nend ke\nks > ke\n}"),
        "catch", "ks",
    ),
    # Conditions.
    "condition that is missing": (_around('catch x condition=""'), "condition", "x"),
    "condition that is broken": (_around('catch x condition="("'), "expression", "x"),
    "condition on one variable": (
        _around('<bpmn:intermediateCatchEvent id="x"><bpmn:conditionalEventDefinition '
                'camunda:variableName="n"><bpmn:condition>n = 1</bpmn:condition>'
                "</bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>"),
        "extension", "x",
    ),
    # Event-based gateways.
    "one event only": (_choice("catch m message=a"), "event_gateway", "x"),
    "step behind an event gateway": (
        _choice("catch m message=a", "step a"), "event_gateway", "a",
    ),
    "link behind an event gateway": (
        _choice("catch m message=a", "catch a link=l"), "event_gateway", "a",
    ),
    "other way to an event": (
        "start s\nand f\nchoose x\ncatch m message=a\ncatch n signal=a\nend e\ns > f\nf > x\n"
        "f > m\nx > m > e\nx > n > e", "event_gateway", "m",
    ),
    "boundary on a receive task behind an event gateway": (
        _choice("receive r message=a", "catch n signal=a",
                more="boundary b on=r timeDuration=P1D\nb > e"), "event_gateway", "r",
    ),
    "condition behind an event gateway": (
        "start s\nchoose x\ncatch m message=a\ncatch n signal=a\nend e\ns > x\nx > m : a\nx > n\n"
        "m > e\nn > e", "condition", "x-to-m",
    ),
    "event gateway that starts": (
        _choice("catch m message=a", "catch n signal=a", gateway="choose x instantiate=true"),
        "event_gateway", "x",
    ),
    "event gateway that starts, said by a number": (
        _choice("catch m message=a", "catch n signal=a", gateway="choose x instantiate=1"),
        "event_gateway", "x",
    ),
    "parallel event gateway": (
        _choice("catch m message=a", "catch n signal=a",
                gateway="choose x eventGatewayType=Parallel"), "event_gateway", "x",
    ),
    # Event sub-processes and starts.
    "event sub-process without an event": (_handler("start hs"), "event", "hs"),
    "event sub-process of two events": (
        _handler("start hs message=a\nstart ht signal=a\nht > he"), "start", "h",
    ),
    "flow to an event sub-process": (_handler("start hs message=a", "s > h"), "flow", "s-to-h"),
    "boundary on an event sub-process": (
        _handler("start hs message=a", "boundary b on=h timeDuration=P1D\nb > e"), "boundary", "b",
    ),
    "error that does not interrupt": (
        _handler("start hs error=a isInterrupting=false"), "event", "hs",
    ),
    "cycle that interrupts": (_handler("start hs timeCycle=R/P1D"), "timer", "hs"),
    "compensation start": (
        _handler("<bpmn:startEvent id='hs'><bpmn:compensateEventDefinition/></bpmn:startEvent>"),
        "event", "hs",
    ),
    "sub-process begun by a message": (
        "start s\nsub x\nstart xs message=a\nend xe\nxs > xe\n}\nend e\ns > x > e", "event", "xs",
    ),
    "process begun by an error": ("start s error=a\nstep x\nend e\ns > x > e", "event", "s"),
    "two starts by one message": (
        "start s message=a\nstart t message=a\nstep x\nend e\ns > x > e\nt > x", "start", "t",
    ),
    "cancel end": (
        "start s\n<bpmn:endEvent id='x'><bpmn:cancelEventDefinition/></bpmn:endEvent>\ns > x",
        "event", "x",
    ),
    "compensation end": (
        "start s\n<bpmn:endEvent id='x'><bpmn:compensateEventDefinition/></bpmn:endEvent>\ns > x",
        "event", "x",
    ),
    "join of two events": (
        "start s\nchoose g\ncatch m message=a\ncatch n signal=a\nand x\nend e\ns > g\ng > m > x\n"
        "g > n > x\nx > e", "soundness", "x",
    ),
    "join of two starts": (
        "start s\nstart t message=a\nand x\nend e\ns > x\nt > x\nx > e", "soundness", "x",
    ),
    "join behind a link": (
        "start s\nxor g default=g-to-t\nthrow t link=l\ncatch c link=l\nstep b\nand x\nend e\n"
        "s > g\ng > t\ng > b : n > 1\nc > x\nb > x\nx > e", "soundness", "x",
    ),
    "join behind a boundary event": (
        "start s\nreceive a message=a\nboundary b on=a signal=a\nand x\nend e\ns > a > x\nb > x\n"
        "x > e", "soundness", "x",
    ),
    "join inside an event sub-process": (
        _handler("start hs message=a\nxor g default=g-to-b\nstep a\nstep b\nand j\nhs > g\n"
                 "g > a : n > 1\ng > b\na > j\nb > j\nj > he").replace("hs > he\n", ""),
        "soundness", "j",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, code, where = REFUSED[name]
    with pytest.raises(DiagramError) as caught:
        parse(draw(text))
    assert (f"diagram.{code}", where) in [(each.code, each.where) for each in caught.value.problems]
    for each in caught.value.problems:
        assert str(each.sentence).startswith(("Expected", "The "))


def test_a_called_process_needs_a_start_without_an_event() -> None:
    called = parse(draw("start s message=a\nend e\ns > e", "P1"))
    with pytest.raises(DiagramError, match="P1"):
        link([parse(draw("start s\ncall x key=P1\nend e\ns > x > e")), called])
