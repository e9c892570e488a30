"""How big a stranger's diagram may be, and the choices that a deployment may make."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from app.core.xml_file import XmlLimits

_BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Limits(XmlLimits):
    """Bounds within which a file is read, checked and run, and policies for the gate."""

    #: Flow nodes and sequence flows together.
    nodes_and_flows: int = 3_000
    #: Tokens that the soundness check moves per level before it stops (and says so).
    soundness_work: int = 200_000
    #: Instances of one multi-instance activity that may be open at a time, or come one by one.
    instances: int = 1_000
    #: `pass`: manual and untyped tasks are passed without asking anyone (as Camunda does, with a
    #: warning); `refuse`: the diagram is refused.
    untyped_tasks: Literal["pass", "refuse"] = "pass"
    #: Zone of dates and times that carry none.
    zone: tzinfo = _BEIJING


#: Automatic elements that one step may run before it is called endless.
AUTOMATIC_ELEMENTS = 10_000
#: Calls, sub-processes and instances of activities that may be open in one instance at a time.
OPEN_LEVELS = 5_000
#: Timers that one wake-up fires; the host sees the rest still due and calls again.
FIRINGS = 500
#: Steps of the path ahead that are shown.
PREVIEWED_STEPS = 200
