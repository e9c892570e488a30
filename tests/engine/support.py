# ruff: noqa: E501  a construct is a line
"""Which constructs of BPMN 2.0 the engine executes and which it refuses: docs/bpmn-support.md.

python -m tests.engine.support
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.engine import DiagramError, link, parse
from app.engine.dialects import PERFORMERS, RELATIVES, RENAMED, ZEEBE_ATTRIBUTES, ZEEBE_ELEMENTS
from app.engine.foreign import REFUSED
from tests.engine.drawing import draw
from tests.engine.test_decisions import model

PAGE = Path(__file__).parents[2] / "docs" / "bpmn-support.md"
HEAD = """# BPMN 2.0: what is executed, what is refused

Written by `python -m tests.engine.support` from the diagrams in `tests/engine/support.py`; a test fails when it is stale. Every executed construct deploys and is shown by the test named beside it; every refused one is refused when it is deployed, by the sentence beside it. Where nothing else is said, a construct behaves as BPMN 2.0 (formal/2011-01-03) says; all expressions are FEEL.

Messages, signals and start events by message, signal or timer reach other instances as `docs/decisions/0026` says; an instance cannot begin by a condition here, and its diagram is refused when it is deployed.
"""
DIALECTS = """Camunda 7's attributes are read; what other tools write is brought to them when a file is read, and the file itself is kept byte for byte. `${…}` and `#{…}` become FEEL, also in the middle of a text. Extensions that would change what runs are refused by their element; every other one that means nothing here is a warning (`app/engine/foreign.py`). `tests/engine/vendors/` holds diagrams in each manner."""
LINE = "start s\n{0}\nend e\ns > x > e"


@dataclass(frozen=True, slots=True)
class Construct:
    name: str
    #: The smallest diagram that has it; `x` is the element.
    text: str
    #: `file::test` for an executed one; "" for a refused one.
    shown_by: str = ""
    #: The lines of a called process.
    called: str = ""
    #: Whether the decision `grade` is deployed beside it.
    decides: bool = False


def _x(node: str, name: str, shown_by: str = "") -> Construct:
    return Construct(name, LINE.format(node), shown_by)


def _on(event: str, host: str = "step a", kind: str = "boundary") -> str:
    return f"start s\n{host}\n{kind} x on=a {event}\nend e\ns > a > e\nx > e"


def _handler(start: str) -> str:
    return f"start s\nstep a\nend e\ns > a > e\nhandler x\nstart xs {start}\nend xe\nxs > xe\n}}"


def _tag(tag: str, inside: str = "", more: str = "") -> str:
    return f'<bpmn:{tag} id="x" {more}>{inside}</bpmn:{tag}>'


SUB = "sub a\nstart as\nend ae {0}\nas > ae\n}}"
DRAWN_DATA = (
    "<bpmn:dataInputAssociation><bpmn:targetRef>t</bpmn:targetRef></bpmn:dataInputAssociation>"
)
BESIDE = "isInterrupting=false"

GROUPS: dict[str, tuple[Construct, ...]] = {
    "Activities": (
        _x("step x", "User task", "test_constructs.py::test_a_step_opens_and_its_completion_ends_the_instance"),
        _x("service x", "Service task with a topic", "test_constructs.py::test_services_get_a_copy_and_their_result_is_kept_under_their_id"),
        _x(_tag("serviceTask", "", 'camunda:class="com.example.Mail"'), "Service task with code"),
        _x("send x topic=mail", "Send task with a topic", "test_messages.py::test_a_send_task_with_a_topic_is_a_service"),
        _x("send x message=a", "Send task with a message", "test_messages.py::test_a_thrown_message_is_handed_to_the_host_only"),
        _x("receive x message=a", "Receive task", "test_messages.py::test_a_catch_waits_with_its_name_and_what_must_agree"),
        _x("receive x message=a instantiate=true", "Receive task that starts an instance"),
        _x("script x script=1", "Script task in FEEL", "test_constructs.py::test_a_script_is_one_feel_expression"),
        _x("script x script=1 scriptFormat=groovy", "Script task in another language"),
        _x("manual x", "Manual task: passed, with a warning", "test_constructs.py::test_manual_and_untyped_tasks_are_passed_with_a_warning"),
        _x("task x", "Untyped task: passed, with a warning", "test_constructs.py::test_manual_and_untyped_tasks_are_passed_with_a_warning"),
        Construct("Business rule task with a decision (DMN)", LINE.format("rule x decisionRef=grade resultVariable=g"), "test_decisions.py::test_a_gateway_reads_what_the_decision_says", decides=True),
        _x("rule x decisionRef=grade resultVariable=g", "Business rule task whose decision is not there"),
        _x("sub x\nstart xs\nend xe\nxs > xe\n}", "Embedded sub-process", "test_constructs.py::test_an_embedded_sub_process_shares_the_variables"),
        Construct("Call activity", LINE.format("call x key=P1"), "test_constructs.py::test_a_called_process_reads_the_caller_live_and_gives_back_what_it_wrote", "start s\nend e\ns > e"),
        _x(_tag("transaction"), "Transaction"),
        _x(_tag("adHocSubProcess"), "Ad-hoc sub-process"),
        _x(_tag("userTask", "", 'camunda:assignee="li" isForCompensation="true"'), "Compensation handler"),
        _x(_tag("userTask", "", 'camunda:assignee="li" startQuantity="2"'), "Start or completion quantity"),
    ),
    "Loops": (
        _x("step x each=people:who", "Multi-instance, parallel: an instance for each item of a list", "test_multi_instance.py::test_a_parallel_one_opens_an_instance_for_every_item"),
        _x("step x each=people:who turns=true", "Multi-instance, sequential", "test_multi_instance.py::test_a_sequential_one_opens_one_after_the_other_in_order"),
        _x("step x times=3", "Multi-instance by a number", "test_multi_instance.py::test_a_number_says_how_many_without_a_list"),
        _x("step x each=people:who gives=notes:x", "List of results (`loopDataOutputRef`, `outputDataItem`), in the order of the instances", "test_multi_instance.py::test_results_stand_in_the_order_of_the_list_whoever_is_first"),
        _x('step x each=people:who enough="nrOfCompletedInstances >= 2"', "Completion condition, asked after each instance", "test_multi_instance.py::test_the_rest_is_cancelled_once_the_condition_is_true"),
        _x("step x each=people:who", "Counters of the standard, and `nrOf…`; `loopCounter` is the number of the instance, from 1", "test_multi_instance.py::test_the_counters_have_the_names_of_the_standard_and_their_synonyms"),
        _x("service x each=people:who", "Multi-instance of a service, send, script, business rule or receive task", "test_multi_instance.py::test_a_service_is_called_for_every_item"),
        _x("sub x each=people:who\nstart xs\nend xe\nxs > xe\n}", "Multi-instance sub-process, each instance with variables of its own", "test_multi_instance.py::test_what_an_instance_writes_is_its_own_until_it_ends"),
        Construct("Multi-instance call activity", LINE.format("call x key=P1 each=people:who"), "test_multi_instance.py::test_a_called_process_runs_for_every_item", "start s\nend e\ns > e"),
        _x("step x while=loopCounter<3", "Standard loop: condition, maximum, test before", "test_standard_loops.py::test_it_goes_round_as_often_as_it_says"),
        _x(_tag("userTask", '<bpmn:multiInstanceLoopCharacteristics behavior="One" camunda:collection="people"/>', 'camunda:assignee="li"'), "Behavior other than All"),
        _x(_tag("userTask", "<bpmn:multiInstanceLoopCharacteristics/>", 'camunda:assignee="li"'), "Multi-instance without a number or list"),
        _x(_tag("userTask", "<bpmn:standardLoopCharacteristics/>", 'camunda:assignee="li"'), "Standard loop without condition or maximum"),
        _x(_tag("intermediateThrowEvent", "<bpmn:multiInstanceLoopCharacteristics/>"), "Loop of an event or gateway"),
    ),
    "Gateways and flows": (
        Construct("Exclusive gateway, default flow", "start s\nxor x default=x-to-e\nstep a\nend e\ns > x\nx > a : n > 1\nx > e\na > e", "test_constructs.py::test_an_exclusive_gateway_takes_the_flow_of_the_outcome"),
        Construct("Parallel gateway", "start s\nand x\nstep a\nstep b\nand j\nend e\ns > x\nx > a > j\nx > b > j\nj > e", "test_constructs.py::test_a_parallel_join_waits_for_every_branch_in_every_round"),
        Construct("Inclusive gateway", "start s\nor x\nstep a\nstep b\nor j\nend e\ns > x\nx > a : n > 1\na > j\nx > b : n > 2\nb > j\nj > e", "test_constructs.py::test_an_inclusive_gateway_takes_every_true_flow_and_its_join_waits_for_those"),
        Construct("Event-based gateway", "start s\nchoose x\ncatch m message=a\ntimer t timeDuration=P1D\nend e\ns > x\nx > m > e\nx > t > e", "test_event_gateways.py::test_the_first_event_wins_and_the_others_vanish"),
        Construct("Event-based gateway that starts an instance", "start s\nchoose x instantiate=true\ncatch m message=a\ntimer t timeDuration=P1D\nend e\ns > x\nx > m > e\nx > t > e"),
        _x(_tag("complexGateway"), "Complex gateway"),
        Construct("Several flows out of an activity or event", "start s\nstep x\nstep a\nstep b\nend e\ns > x\nx > a > e\nx > b > e", "test_constructs.py::test_several_flows_out_of_a_step_are_a_split"),
        Construct("Conditional and default flows out of an activity", "start s\nstep x default=x-to-e\nstep a\nend e\ns > x\nx > a : n > 1\nx > e\na > e", "test_constructs.py::test_conditions_on_flows_out_of_a_step_choose"),
        Construct("Join in which a token could wait for ever", "start s\nxor k default=k-to-b\nstep a\nstep b\nand x\nend e\ns > k\nk > a : n > 1\nk > b\na > x\nb > x\nx > e"),
    ),
    "Start events": (
        Construct("None", "start x\nend e\nx > e", "test_start_events.py::test_without_a_word_an_instance_begins_at_the_none_start"),
        *(
            Construct(f"{event.title()}, beside others", f"start s\nstart x {how}\nend e\ns > e\nx > e", "test_start_events.py::test_an_instance_begins_where_its_event_happened")
            for event, how in (("message", "message=a"), ("signal", "signal=a"), ("timer", "timeCycle=R/P1D"), ("conditional", 'condition="n > 1"'))
        ),
        Construct("Two start events for one message", "start s message=a\nstart x message=a\nend e\ns > e\nx > e"),
        Construct("Event that begins an embedded sub-process", "start s\nsub a\nstart x message=a\nend ae\nx > ae\n}\nend e\ns > a > e"),
    ),
    "Event sub-processes": (
        *(
            Construct(f"{name} start, interrupting", _handler(how), f"test_event_sub_processes.py::{shown}")
            for name, how, shown in (
                ("Message", "message=a", "test_an_interrupting_one_takes_the_place_of_the_process"),
                ("Signal", "signal=a", "test_an_interrupting_one_takes_the_place_of_the_process"),
                ("Timer", "timeDuration=P1D", "test_an_interrupting_one_takes_the_place_of_the_process"),
                ("Conditional", 'condition="n > 1"', "test_an_interrupting_one_takes_the_place_of_the_process"),
                ("Escalation", "escalation=a", "test_an_interrupting_one_takes_the_place_of_the_process"),
                ("Error", "error=a", "test_an_error_start_catches_the_errors_of_its_level"),
            )
        ),
        *(
            Construct(f"{name} start, not interrupting", _handler(f"{how} {BESIDE}"), "test_event_sub_processes.py::test_one_that_does_not_interrupt_runs_beside")
            for name, how in (
                ("Message", "message=a"), ("Signal", "signal=a"), ("Timer", "timeCycle=R/P1D"),
                ("Conditional", 'condition="n > 1"'), ("Escalation", "escalation=a"),
            )
        ),
        Construct("Error start, not interrupting", _handler(f"error=a {BESIDE}")),
        Construct("Compensation start", _handler("").replace("start xs \n", "<bpmn:startEvent id='xs'><bpmn:compensateEventDefinition/></bpmn:startEvent>\n")),
        Construct("None start", _handler("")),
    ),
    "Intermediate events": (
        _x("throw x", "None throw: a milestone", "test_constructs.py::test_a_none_throw_event_is_a_milestone"),
        Construct("Link throw and catch", "start s\nthrow x link=l\ncatch c link=l\nend e\ns > x\nc > e", "test_links.py::test_a_token_goes_on_at_the_catch_of_the_same_name"),
        Construct("Link without its pair", "start s\nstep a\nthrow x link=l\nend e\ns > a > e\na > x"),
        _x("throw x message=a", "Message throw", "test_messages.py::test_a_thrown_message_is_handed_to_the_host_only"),
        _x("throw x signal=a", "Signal throw", "test_signals.py::test_a_thrown_signal_reaches_the_same_instance_in_the_same_step"),
        _x("throw x escalation=a", "Escalation throw", "test_escalations.py::test_a_boundary_that_does_not_interrupt_goes_on_beside_it"),
        _x(_tag("intermediateThrowEvent", "<bpmn:compensateEventDefinition/>"), "Compensation throw"),
        _x("catch x message=a", "Message catch", "test_messages.py::test_a_catch_waits_with_its_name_and_what_must_agree"),
        _x("catch x signal=a", "Signal catch", "test_signals.py::test_a_signal_from_outside_reaches_every_catcher_that_waits"),
        _x("timer x timeDuration=P1D", "Timer catch: date or duration", "test_timers.py::test_an_intermediate_timer_waits"),
        _x("timer x timeCycle=R3/PT1H", "Timer catch: cycle"),
        _x('catch x condition="n > 1"', "Conditional catch", "test_conditions.py::test_a_condition_waits_until_a_step_makes_it_true"),
        _x(_tag("intermediateCatchEvent"), "Catch of nothing"),
        _x(_tag("intermediateCatchEvent", "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition><bpmn:signalEventDefinition signalRef='Signal_a'/>"), "Multiple and parallel multiple events"),
    ),
    "Boundary events": (
        Construct("Timer, interrupting", _on("timeDuration=P1D"), "test_timers.py::test_an_interrupting_timer_takes_the_task_away"),
        Construct("Timer, not interrupting, cycles too", _on("timeCycle=R3/P1D", kind="beside"), "test_timers.py::test_a_cycle_reminds_as_often_as_it_says_and_keeps_its_id"),
        Construct("Message, interrupting", _on("message=a"), "test_messages.py::test_message_boundaries_interrupt_or_go_beside"),
        Construct("Message, not interrupting", _on("message=a", kind="beside"), "test_messages.py::test_message_boundaries_interrupt_or_go_beside"),
        Construct("Signal, interrupting", _on("signal=a"), "test_signals.py::test_a_signal_boundary_interrupts_or_goes_beside_as_often_as_it_comes"),
        Construct("Signal, not interrupting", _on("signal=a", kind="beside"), "test_signals.py::test_a_signal_boundary_interrupts_or_goes_beside_as_often_as_it_comes"),
        Construct("Conditional, interrupting", _on('condition="n > 1"'), "test_conditions.py::test_an_interrupting_boundary_happens_in_the_same_step"),
        Construct("Conditional, not interrupting", _on('condition="n > 1"', kind="beside"), "test_conditions.py::test_a_condition_has_to_become_false_before_it_happens_again"),
        Construct("Error on what may throw one", _on("error=a", SUB.format("error=a")), "test_constructs.py::test_an_error_end_is_caught_on_the_sub_process_around_it"),
        Construct("Error on what throws none", _on("error=a")),
        Construct("Escalation on a sub-process or call, interrupting", _on("escalation=a", SUB.format("escalation=a")), "test_escalations.py::test_an_interrupting_boundary_takes_the_place_of_the_sub_process"),
        Construct("Escalation on a sub-process or call, not interrupting", _on("escalation=a", SUB.format("escalation=a"), "beside"), "test_escalations.py::test_a_boundary_that_does_not_interrupt_goes_on_beside_it"),
        Construct("Escalation on what throws none", _on("escalation=a")),
        Construct("Two catchers of one error or escalation", _on("error=a", SUB.format("error=a")) + "\nboundary y on=a error=a\ny > e"),
        Construct("Compensation", "start s\nstep a\n<bpmn:boundaryEvent id='x' attachedToRef='a'><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>\nend e\ns > a > e\nx > e"),
        Construct("Cancel", "start s\nsub a\nstart as\nend ae\nas > ae\n}\n<bpmn:boundaryEvent id='x' attachedToRef='a'><bpmn:cancelEventDefinition/></bpmn:boundaryEvent>\nend e\ns > a > e\nx > e"),
    ),
    "End events": (
        Construct("None", "start s\nend x\ns > x", "test_constructs.py::test_the_instance_ends_only_when_the_last_branch_has"),
        Construct("Terminate", "start s\nterminate x\ns > x", "test_constructs.py::test_a_terminate_end_takes_everything_else_away"),
        Construct("Error; one that nothing catches fails the instance", "start s\nerror x error=a\ns > x", "test_escalations.py::test_an_error_that_nobody_catches_fails_the_instance_and_never_completes_it"),
        Construct("Escalation", "start s\nend x escalation=a\ns > x", "test_escalations.py::test_an_escalation_end_leaves_a_called_process"),
        Construct("Message", "start s\nend x message=a\ns > x", "test_messages.py::test_a_message_end_sends_and_ends"),
        Construct("Signal", "start s\nend x signal=a\ns > x", "test_signals.py::test_a_signal_end_throws_and_ends"),
        Construct("Compensation", "start s\n<bpmn:endEvent id='x'><bpmn:compensateEventDefinition/></bpmn:endEvent>\ns > x"),
        Construct("Cancel", "start s\n<bpmn:endEvent id='x'><bpmn:cancelEventDefinition/></bpmn:endEvent>\ns > x"),
    ),
    "Data": (
        _x("step x\n<bpmn:dataObject id='d'/><bpmn:dataStoreReference id='f'/>", "Data objects and stores: drawn only, with a warning", "test_vendors.py::test_data_is_drawn_only"),
        _x(_tag("userTask", DRAWN_DATA, 'camunda:assignee="li"'), "Data associations: drawn only, with a warning", "test_vendors.py::test_data_is_drawn_only"),
        _x(_tag("userTask", DRAWN_DATA.replace("</bpmn:dataInputA", "<bpmn:transformation>1</bpmn:transformation></bpmn:dataInputA"), 'camunda:assignee="li"'), "Data association that computes"),
    ),
}  # fmt: skip


def refusal(construct: Construct) -> str:
    """The sentence by which a construct is refused; "" when it is executed."""
    try:
        decisions = {"grade": model()} if construct.decides else None
        definitions = [parse(draw(construct.text), decisions=decisions)]
        link([*definitions, *([parse(draw(construct.called, "P1"))] if construct.called else [])])
    except DiagramError as refused:
        found = refused.problems[0]
        return f"{found.where}: {found.sentence}"
    return ""


def page() -> str:
    """The page as it has to be."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD.rstrip()
    for group, constructs in GROUPS.items():
        yield f"\n## {group}\n"
        yield "| construct | | shown by, or the refusal |"
        yield "|---|---|---|"
        for each in constructs:
            said = f"`tests/engine/{each.shown_by}`" if each.shown_by else refusal(each)
            yield f"| {each.name} | {'executed' if each.shown_by else 'refused'} | {said} |"
    yield from _dialects()


def _dialects() -> Iterator[str]:
    yield "\n## Dialects\n"
    yield DIALECTS
    yield "\n| written | read as |"
    yield "|---|---|"
    for prefix in RELATIVES:
        yield f"| `{prefix}:…` | `camunda:…` |"
    for name, wanted in RENAMED.items():
        yield f"| `{name}` | `camunda:{wanted}` |"
    for element, attributes in ZEEBE_ATTRIBUTES.items():
        for attribute, wanted in attributes.items():
            yield f"| `zeebe:{element}` `{attribute}` | `camunda:{wanted}` |"
    for element, wanted in ZEEBE_ELEMENTS.items():
        refused = ", refused" if wanted in REFUSED else ""
        yield f"| `zeebe:{element}` | `camunda:{wanted}`{refused} |"
    for element, wanted in PERFORMERS.items():
        yield f"| `{element}` | `camunda:{wanted}` |"


if __name__ == "__main__":
    PAGE.write_text(page())
