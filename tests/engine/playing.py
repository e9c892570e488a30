"""A running instance in a test: every act loads the stored state, as the product does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import orjson

from app.engine import (
    Handler,
    OpenTask,
    Process,
    ReturnTarget,
    Step,
    Waiting,
    add_instance,
    broadcast,
    complete,
    deliver,
    fire,
    link,
    may_resume,
    move,
    open_tasks,
    parse,
    postpone,
    remove_instance,
    restore,
    resume_at,
    return_targets,
    start,
    waiting_events,
)
from tests.engine.drawing import draw

NOW = datetime(2022, 10, 10, 1, 0, tzinfo=UTC)


def process_of(*texts: str) -> Process:
    """The process whose main diagram is the first text; the others are called P1, P2, …"""
    keys = ["p", *(f"P{number}" for number in range(1, len(texts)))]
    return link([parse(draw(text, key)) for key, text in zip(keys, texts, strict=True)])


class Game:
    def __init__(
        self,
        *texts: str,
        handlers: Mapping[str, Handler] | None = None,
        now: datetime = NOW,
        process: Process | None = None,
        at: str | None = None,
        payload: Mapping[str, object] | None = None,
        **variables: object,
    ) -> None:
        self.process = process or process_of(*texts)
        self.handlers = handlers or {}
        self.now = now
        self.step: Step = start(self.process, variables, now, self.handlers, at=at, payload=payload)
        self.passed = list(self.step.passed)

    @property
    def open(self) -> list[str]:
        """Step ids of the open tasks, sorted."""
        return sorted(each.step_id for each in open_tasks(self.process, self.step.state))

    @property
    def ended(self) -> str | None:
        return self.step.ended.element_id if self.step.ended else None

    def task(self, step_id: str) -> str:
        tasks = open_tasks(self.process, self.step.state)
        return next(each.id for each in tasks if each.step_id == step_id)

    def do(self, step_id: str, outcome: str | None = None, **values: object) -> "Game":
        if outcome is not None:
            values["outcome"] = outcome
        return self._take(
            complete(
                self.process, self.step.state, self.task(step_id), values, self.now, self.handlers
            )
        )

    def tasks(self, step_id: str | None = None) -> list[OpenTask]:
        """The open tasks of a step (of all steps), in the order in which they opened."""
        found = open_tasks(self.process, self.step.state)
        return [each for each in found if step_id in {None, each.step_id}]

    def do_task(self, task_id: str, **values: object) -> "Game":
        """Complete one of several open tasks of a step."""
        return self._take(
            complete(self.process, self.step.state, task_id, values, self.now, self.handlers)
        )

    def add(self, task_id: str, item: object = None) -> "Game":
        """Add an instance beside that of an open task."""
        state = self.step.state
        return self._take(add_instance(self.process, state, task_id, item, self.now, self.handlers))

    def remove(self, task_id: str) -> "Game":
        """Take away the instance of an open task."""
        state = self.step.state
        return self._take(remove_instance(self.process, state, task_id, self.now, self.handlers))

    def move(self, step_id: str, target: str) -> "Game":
        return self._take(
            move(self.process, self.step.state, self.task(step_id), target, self.now, self.handlers)
        )

    def may_resume(self, step_id: str, target: str, key: str = "p") -> bool:
        task = self.task(step_id)
        return may_resume(self.process, self.step.state, task, (key, target))

    def resume(self, step_id: str, target: str, key: str = "p", **values: object) -> "Game":
        task = self.task(step_id)
        state, place = self.step.state, (key, target)
        return self._take(
            resume_at(self.process, state, task, place, values, self.now, self.handlers)
        )

    def restore(self, previous: bytes) -> "Game":
        return self._take(restore(self.process, self.step.state, previous, self.now, self.handlers))

    def stand_still(self, **duration: float) -> "Game":
        """Let the clocks stand still for this long."""
        by = timedelta(**duration)
        self.now += by
        return self._take(postpone(self.process, self.step.state, by, self.now, self.handlers))

    def wait(self, **duration: float) -> "Game":
        self.now += timedelta(**duration)
        return self._take(fire(self.process, self.step.state, self.now, self.handlers))

    @property
    def waiting(self) -> list[str]:
        """Ids of the elements that wait for messages and signals, sorted."""
        return sorted(each.element_id for each in self._waiting())

    def subscription(self, element_id: str) -> Waiting:
        return next(each for each in self._waiting() if each.element_id == element_id)

    def _waiting(self) -> tuple[Waiting, ...]:
        return waiting_events(self.process, self.step.state)

    @property
    def timers(self) -> list[str]:
        """Ids of the elements whose timers run, in due order."""
        return [each.element_id for each in self.step.timers]

    def message(self, element_id: str, **payload: object) -> "Game":
        """Deliver a message to the element that waits for it."""
        found = self.subscription(element_id).id
        return self._take(
            deliver(self.process, self.step.state, found, payload, self.now, self.handlers)
        )

    def signal(self, name: str, **payload: object) -> "Game":
        """Give a signal from outside to the instance."""
        return self._take(
            broadcast(self.process, self.step.state, name, payload, self.now, self.handlers)
        )

    def tokens_at(self, element_id: str) -> int:
        """How many tokens the stored state has at an element, those included that wait there."""
        levels = orjson.loads(self.step.state)["s"]
        return sum(token[1] == element_id for level in levels for token in level["t"])

    @property
    def failed(self) -> str | None:
        return self.step.failed.error_code if self.step.failed else None

    def targets(self, step_id: str, policy: str | None = "any") -> list[str]:
        return [each.step_id for each in self.choices(step_id, policy)]

    def choices(self, step_id: str, policy: str | None = "any") -> tuple[ReturnTarget, ...]:
        return return_targets(self.process, self.step.state, self.task(step_id), policy)

    def variable(self, name: str) -> object:
        return self.step.variables.get(name)

    def _take(self, step: Step) -> "Game":
        self.step = step
        self.passed += step.passed
        return self

    def passed_ids(self) -> list[str]:
        return [each.element_id for each in self.passed]
