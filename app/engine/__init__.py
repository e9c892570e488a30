"""The one door to SpiffWorkflow: diagrams in, frozen steps out.

Everything here is pure: no database, no clock, no network. An instance is a `bytes` state that the
host keeps; each call takes the state and gives a `Step` with the new state and what changed. When a
call raises, the old state still holds.

A diagram is a BPMN 2.0 file with Camunda 7 attributes; all expressions are FEEL.

>>> from datetime import UTC, datetime, timedelta
>>> review = parse(b'''<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
...     xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
...   <process id="review" name="Review" isExecutable="true">
...     <startEvent id="begin"/>
...     <userTask id="declare" camunda:assignee="${initiator}"/>
...     <userTask id="check" camunda:candidateGroups="reviewer" camunda:dueDate="P3D"/>
...     <boundaryEvent id="late" attachedToRef="check" cancelActivity="false">
...       <timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>
...     </boundaryEvent>
...     <serviceTask id="remind" camunda:type="external" camunda:topic="remind"/>
...     <endEvent id="reminded"/>
...     <exclusiveGateway id="decided" default="accept"/>
...     <endEvent id="approved"/>
...     <sequenceFlow id="a" sourceRef="begin" targetRef="declare"/>
...     <sequenceFlow id="b" sourceRef="declare" targetRef="check"/>
...     <sequenceFlow id="c" sourceRef="check" targetRef="decided"/>
...     <sequenceFlow id="accept" sourceRef="decided" targetRef="approved"/>
...     <sequenceFlow id="back" sourceRef="decided" targetRef="declare">
...       <conditionExpression>check.outcome = "return_to_unit"</conditionExpression>
...     </sequenceFlow>
...     <sequenceFlow id="d" sourceRef="late" targetRef="remind"/>
...     <sequenceFlow id="e" sourceRef="remind" targetRef="reminded"/>
...   </process>
... </definitions>''')
>>> [(step.id, [each.code for each in step.outcomes]) for step in review.steps.values()]
[('declare', ['agree']), ('check', ['agree', 'return_to_unit'])]

A process is a definition with those that it calls, linked once and shared by all its instances.

>>> process = link([review])
>>> handlers = {"remind": lambda call: {"at": call.now}}
>>> monday = datetime(2022, 10, 10, 9, tzinfo=UTC)
>>> step = start(process, {"initiator": "li"}, monday, handlers)
>>> task = step.opened[0]
>>> task.step_id, review.steps["declare"].resolve(task.variables, monday).assignee
('declare', 'li')

Completing a step keeps its values under its id, where the gateway behind it reads them.

>>> step = complete(process, step.state, task.id, {"amount": 7}, monday, handlers)
>>> [(timer.element_id, str(timer.due_at)) for timer in step.timers]
[('late', '2022-10-13 09:00:00+00:00')]
>>> step = fire(process, step.state, monday + timedelta(days=3), handlers)
>>> [each.element_id for each in step.passed]
['late', 'd', 'remind', 'e', 'reminded']
>>> (task,) = open_tasks(process, step.state)
>>> [(each.step_id, each.drawn) for each in return_targets(process, step.state, task.id)]
[('declare', 'return_to_unit')]
>>> back = complete(process, step.state, task.id, {"outcome": "return_to_unit"}, monday, handlers)
>>> [each.step_id for each in back.opened]
['declare']
>>> done = complete(process, step.state, task.id, {"outcome": "agree"}, monday, handlers)
>>> done.ended.element_id, done.variables["declare"]
('approved', {'amount': 7})

What the engine would run wrong is refused when it is deployed, with the element's id.

>>> parse(review.xml.replace(b"exclusiveGateway", b"complexGateway"))  # doctest: +ELLIPSIS
Traceback (most recent call last):
app.engine.errors.DiagramError: The diagram cannot be used yet. decided: Expected only ...

A message is delivered to one of those who wait for it, a signal to all; both are thrown into the
step. The host knows every instance: it keeps who waits, and gives on what was thrown.

>>> duel = link([parse(b'''<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
...   <message id="Message_answer" name="answer"/><signal id="Signal_over" name="over"/>
...   <process id="duel" isExecutable="true">
...     <startEvent id="begin"/>
...     <receiveTask id="wait" messageRef="Message_answer"/>
...     <endEvent id="told"><signalEventDefinition signalRef="Signal_over"/></endEvent>
...     <sequenceFlow id="a" sourceRef="begin" targetRef="wait"/>
...     <sequenceFlow id="b" sourceRef="wait" targetRef="told"/>
...   </process>
... </definitions>''')])
>>> step = start(duel, {}, monday, {})
>>> (waits,) = step.waiting
>>> waits.kind, waits.name, waits.element_id
('message', 'answer', 'wait')
>>> step = deliver(duel, step.state, waits.id, {"agreed": True}, monday, {})
>>> step.variables["wait"], [(each.kind, each.name) for each in step.thrown], step.ended.element_id
({'agreed': True}, [('signal', 'over')], 'told')

Variables: the main process and its sub-processes share one set. A called process reads those of its
caller live and gives what it wrote back when it ends; `camunda:in` and `camunda:out` restrict both.
So does each instance of a multi-instance activity, which also knows its item, its number and the
counters.
"""

from app.engine.decisions import Decisions
from app.engine.definition import (
    Assignment,
    Definition,
    Element,
    EventUse,
    Outcome,
    Process,
    StartDefinition,
    StepDefinition,
)
from app.engine.deployment import parse
from app.engine.errors import (
    BpmnError,
    DiagramError,
    EngineError,
    MoveError,
    NotWaitingError,
    OutcomeError,
    StartError,
    TaskNotOpenError,
)
from app.engine.expressions import Dynamic, dynamic
from app.engine.forks import target_name
from app.engine.heading import Heading, read_heading
from app.engine.instances import add_instance, remove_instance
from app.engine.limits import Limits
from app.engine.linking import link
from app.engine.lookahead import ReturnEffect, return_effect, steps_inside
from app.engine.moves import may_resume, move, resume_at, return_targets
from app.engine.names import NameRead, names_read, names_written
from app.engine.preview import (
    Ahead,
    EndAhead,
    Preview,
    StepAhead,
    Way,
    WaysAhead,
    preview,
    preview_start,
)
from app.engine.rewind import postpone, restore
from app.engine.runner import (
    broadcast,
    complete,
    deliver,
    fire,
    open_tasks,
    start,
    waiting_events,
)
from app.engine.step import (
    ClosedTask,
    Ended,
    Failed,
    Handler,
    Handlers,
    OpenTask,
    Passed,
    ReturnTarget,
    ServiceCall,
    Step,
    Thrown,
    Timer,
    Waiting,
)
from app.engine.timers import Schedule, TimerError
from app.engine.values import UnstorableError, pack, unpack

__all__ = [
    "Ahead",
    "Assignment",
    "BpmnError",
    "ClosedTask",
    "Decisions",
    "Definition",
    "DiagramError",
    "Dynamic",
    "Element",
    "EndAhead",
    "Ended",
    "EngineError",
    "EventUse",
    "Failed",
    "Handler",
    "Handlers",
    "Heading",
    "Limits",
    "MoveError",
    "NameRead",
    "NotWaitingError",
    "OpenTask",
    "Outcome",
    "OutcomeError",
    "Passed",
    "Preview",
    "Process",
    "ReturnEffect",
    "ReturnTarget",
    "Schedule",
    "ServiceCall",
    "StartDefinition",
    "StartError",
    "Step",
    "StepAhead",
    "StepDefinition",
    "TaskNotOpenError",
    "Thrown",
    "Timer",
    "TimerError",
    "UnstorableError",
    "Waiting",
    "Way",
    "WaysAhead",
    "add_instance",
    "broadcast",
    "complete",
    "deliver",
    "dynamic",
    "fire",
    "link",
    "may_resume",
    "move",
    "names_read",
    "names_written",
    "open_tasks",
    "pack",
    "parse",
    "postpone",
    "preview",
    "preview_start",
    "read_heading",
    "remove_instance",
    "restore",
    "resume_at",
    "return_effect",
    "return_targets",
    "start",
    "steps_inside",
    "target_name",
    "unpack",
    "waiting_events",
]
