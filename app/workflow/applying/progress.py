"""The small facts of an instance that verbs need without a query, kept as one JSON column."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from app.engine import Passed


def place(definition_key: str, element_id: str) -> str:
    """One name for an element across the main and the called diagrams: `P_PRELIM/desk_review`."""
    return f"{definition_key}/{element_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recallable:
    """What a recall (收回) has to know of the newest decision in a step; ids are texts."""

    task: str
    vote: str
    seat: str
    actor: str
    #: Whether the step was decided by this vote; otherwise only the vote is taken back.
    advanced: bool = False
    #: Seats of the open tasks → the states that they had before.
    seats: Mapping[str, str] = field(default_factory=dict)
    #: Tasks that it opened, and other open ones that it took away.
    opened: Sequence[str] = ()
    cancelled: Sequence[str] = ()
    #: The first thing that ran by itself behind it: a service, a script, a timer.
    automatic: str | None = None
    #: Of the voter and whom he stood in for, those who had not acted in this step before.
    newcomers: Sequence[str] = ()
    #: Points of a return that it answered, as `Progress.owed` had them.
    answered: Sequence[Mapping[str, Any]] = ()
    #: Who had approved in this round before, as `Progress.approved` had it.
    approved: Sequence[str] = ()
    #: How many elements a token had left before.
    passed: int = 0

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Recallable":
        """From the column; what an earlier version wrote there and nobody needs is left out."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})

    def applied(
        self, opened: Sequence[str], cancelled: Sequence[str], automatic: str | None, passed: int
    ) -> "Recallable":
        """The same once the engine has gone on by it."""
        return replace(
            self,
            advanced=True,
            opened=opened,
            cancelled=cancelled,
            automatic=automatic,
            passed=passed,
        )

    def stands(self, other_task: str, still_open: Collection[str]) -> bool:
        """Whether a decision in another task leaves this one recallable."""
        if not self.advanced:
            return self.task in still_open
        return bool(self.opened) and all(
            each in still_open and each != other_task for each in self.opened
        )


@dataclass(slots=True)
class Progress:
    """Visits per step, who acted in which step, waiting timers and elements passed."""

    #: place → how often the token entered it.
    visits: dict[str, int] = field(default_factory=dict)
    #: step id → ids of the people who decided there, in any round.
    acted: dict[str, list[str]] = field(default_factory=dict)
    #: timer id → due time (ISO), as last written to the timer rows.
    timers: dict[str, str] = field(default_factory=dict)
    #: messages and signals that are waited for, as last written to the rows of subscriptions.
    waiting: list[str] = field(default_factory=list)
    #: places that a token has left, in order of the first time.
    passed: list[str] = field(default_factory=list)
    #: files that were attached, as forms name them (`attachments.as_form_value`).
    attached: list[dict[str, Any]] = field(default_factory=list)
    #: ids of the people who have agreed since something went back last (`appr.duplicate`).
    approved: list[str] = field(default_factory=list)
    #: step id → whom an earlier decision chose for it: `people` (user names) and `why`.
    chosen: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: groups that have a copy of the item.
    copied: list[str] = field(default_factory=list)
    #: points of returns that nobody has answered: id, the target, and the steps that it opened.
    owed: list[dict[str, Any]] = field(default_factory=list)
    #: Whether readers are asked to let the item go back to its initiator (`withdraw`).
    is_leave_asked: bool = False
    #: task id → its newest decision, as long as that may be recalled (`Recallable`).
    decided: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: place that returned the item → the routing variables as they were then.
    returned: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: places in branches that a return opened again → the last round that may be confirmed.
    reusable: dict[str, int] = field(default_factory=dict)
    #: the task before whose decision the instance keeps its `previous_state`.
    kept: str | None = None
    #: tasks whose decision was recalled: they open with what was said before.
    recalled: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Progress":
        """From the column."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})

    def dump(self) -> dict[str, Any]:
        """For the column."""
        return {name: getattr(self, name) for name in self.__slots__}

    def enter(self, definition_key: str, step_id: str) -> int:
        """Count one more visit and give its number."""
        where = place(definition_key, step_id)
        self.visits[where] = self.visits.get(where, 0) + 1
        return self.visits[where]

    def leave_uncounted(self, definition_key: str, step_id: str) -> None:
        """The newest visit was recalled: the next one has its number."""
        self.visits[place(definition_key, step_id)] -= 1

    def record_actor(self, step_id: str, user_id: UUID) -> bool:
        """Remember who decided, for duties that must be kept apart; whether it was news."""
        people = self.acted.setdefault(step_id, [])
        if str(user_id) in people:
            return False
        people.append(str(user_id))
        return True

    def went_back(self, again: Collection[str], inside: Iterable[str]) -> None:
        """A return lets the places `again` run again; `inside` are those of a fork's branches.

        What was said in the branches may be confirmed, until they are sent back once more.
        """
        kept = {where: last for where, last in self.reusable.items() if where not in again}
        done = {where: self.visits[where] for where in sorted(inside) if where in self.visits}
        self.reusable = kept | done

    def keep_decision(self, decision: Recallable, still_open: Collection[str]) -> None:
        """Remember a decision, and forget those that went on by it."""
        others = (Recallable.load(each) for each in self.decided.values())
        left = [
            each for each in others
            if each.task != decision.task and each.stands(decision.task, still_open)
        ]  # fmt: skip
        self.decided = {each.task: asdict(each) for each in (*left, decision)}
        if decision.advanced:
            self.kept = decision.task
        elif self.kept not in self.decided:
            self.kept = None

    def forget_decisions(self) -> None:
        """The item has gone on without a decision: none may be recalled any more."""
        self.decided, self.kept = {}, None

    def forget_decision(self, task: str) -> None:
        """A decision was taken back: the state before it is present again."""
        self.decided.pop(task, None)
        self.kept = None

    def decision_in(self, task_id: UUID) -> Recallable | None:
        """The decision of a task that may still be recalled."""
        known = self.decided.get(str(task_id))
        return Recallable.load(known) if known else None

    def ask_points_of(self, steps: Sequence[str]) -> None:
        """The points that a return has just asked are owed by each of the steps that it opened."""
        for point in self.owed:
            if point["steps"] is None:
                point["steps"] = list(steps)

    def record_approval(self, user_id: UUID) -> None:
        """Remember who has agreed in this round."""
        if str(user_id) not in self.approved:
            self.approved.append(str(user_id))

    def record_passed(self, elements: Iterable[Passed]) -> None:
        """Remember what the diagram shows as done."""
        known = set(self.passed)
        for element in elements:
            where = place(element.definition_key, element.element_id)
            if where not in known:
                known.add(where)
                self.passed.append(where)
