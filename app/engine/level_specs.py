"""Specs of what opens a level inside: sub-processes, calls, and loops around an activity."""

from typing import TYPE_CHECKING

from app.engine.graph import Loop, Node
from app.engine.spiff import CallActivity, SubWorkflowTask, TaskState
from app.engine.token_spec import TokenSpec
from app.engine.unfold import activity_id

if TYPE_CHECKING:
    from app.engine.tokens import Token


class SubProcessSpec(TokenSpec, SubWorkflowTask):
    """Embedded sub-process: a level of its own that shares the variables of its parent."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"subworkflow_spec": node.id}

    def _arrive(self, token: "Token") -> bool:
        token._set_state(TaskState.STARTED)
        token.scope.attach_boundaries(token)
        token.scope.top.open_scope(token)
        return False


class CallSpec(SubProcessSpec, CallActivity):
    """Call of another definition."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"subworkflow_spec": node.called}


class LoopSpec(SubProcessSpec):
    """An activity with a loop (`unfold.py`): begins once, is left when all is done."""

    @property
    def rule(self) -> Loop:
        """How often the activity is done."""
        if self.node.loop is None:
            raise AssertionError("A loop is unfolded with its rule.")
        return self.node.loop

    @property
    def activity(self) -> str:
        """Id of the activity that is done."""
        return activity_id(self.node.id)


class InstanceSpec(SubProcessSpec):
    """One instance of the activity: a level of its own, opened and ended by the loop."""
