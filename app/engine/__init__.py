"""The one door to SpiffWorkflow: diagrams in, frozen steps out.

Everything here is pure: no database, no clock, no network. An instance is a `bytes` state that the
host keeps; each call takes the state and gives a `Step` with the new one and what changed.
"""

from app.engine.definition import (
    Assignment,
    Definition,
    Element,
    Outcome,
    Process,
    StepDefinition,
)
from app.engine.deployment import link, parse
from app.engine.errors import (
    BpmnError,
    DiagramError,
    EngineError,
    MoveError,
    OutcomeError,
    TaskNotOpenError,
)
from app.engine.heading import Heading, read_heading
from app.engine.limits import Limits
from app.engine.moves import move, return_targets
from app.engine.runner import complete, fire, open_tasks, start
from app.engine.step import (
    ClosedTask,
    Ended,
    Handler,
    Handlers,
    OpenTask,
    Passed,
    ReturnTarget,
    ServiceCall,
    Step,
    Timer,
)

__all__ = [
    "Assignment",
    "BpmnError",
    "ClosedTask",
    "Definition",
    "DiagramError",
    "Element",
    "Ended",
    "EngineError",
    "Handler",
    "Handlers",
    "Heading",
    "Limits",
    "MoveError",
    "OpenTask",
    "Outcome",
    "OutcomeError",
    "Passed",
    "Process",
    "ReturnTarget",
    "ServiceCall",
    "Step",
    "StepDefinition",
    "TaskNotOpenError",
    "Timer",
    "complete",
    "fire",
    "link",
    "move",
    "open_tasks",
    "parse",
    "read_heading",
    "return_targets",
    "start",
]
