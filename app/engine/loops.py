"""Running loops: the level that counts, and the levels of the instances.

An instance reads the variables around it live. What it writes stays its own until it ends, so that
instances side by side cannot mix; then the level around gets it, the last one wins. A standard
loop writes straight to the level around, as if it were drawn with a gateway.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from app.core.i18n import N_
from app.engine.errors import EngineError
from app.engine.expressions import Expression
from app.engine.level_specs import InstanceSpec, LoopSpec
from app.engine.loop_reader import COUNTERS, LOOP_COUNTER
from app.engine.scopes import LEVELS, SubScope
from app.engine.spiff import TaskState
from app.engine.step import Passed
from app.engine.token_spec import TokenSpec
from app.engine.tokens import Scope, Token

if TYPE_CHECKING:
    from app.engine.scopes import TopScope


class LoopScope(SubScope):
    """Counts the instances of one activity, opens the next, and knows when all is done."""

    def __init__(self, token: Token, top: "TopScope") -> None:
        super().__init__(token, top)
        self.loop = cast(LoopSpec, token.task_spec)
        self.rule = self.loop.rule
        self.total = self.begun = self.done = self.terminated = 0
        #: The items of instances that come one by one.
        self.to_come: list[Any] = []
        #: Number of an instance → what it added to the list of results.
        self._results: dict[int, Any] = {}

    # Instances.

    def begin(self, start: TokenSpec) -> None:
        """Open the first instance, or all of them; where there is none all is done at once."""
        if self.rule.kind == "standard":
            if not self.rule.tests_before or self._goes_round(self):
                self._open(None)
        else:
            items = self._items()
            self.total = len(items)
            self._write_results()
            if self.rule.kind == "sequential":
                self.to_come = list(items[1:]) if self.rule.collection else []
                items = items[:1]
            for item in items:
                self._open(item)
        if not self.begun:
            self.top.passed.append(Passed(self.spec.definition_key, self.loop.activity))
            self.finish()

    def add(self, item: object) -> None:
        """One more instance beside those that run."""
        self._refuse_many(self.begun + 1)
        self.total += 1
        self._open(item)

    def remove(self, token: Token) -> None:
        """Take one running instance away; it counts as terminated."""
        self.terminated += 1
        self.cancel_token(token)

    def ended(self, instance: "InstanceScope") -> None:
        """An instance has ended: keep what it gave, then go on or be done."""
        self.done += 1
        instance.give_back()
        self._remove_task(instance.parent_token.id)
        if self._has_next(instance):
            self._open(self.to_come.pop(0) if self.to_come else None)
        elif not self.tokens():
            self.finish()

    def keep(self, number: int, instance: "InstanceScope") -> None:
        """Keep what an instance adds to the list of results, in the order of their numbers."""
        if self.rule.result is not None:
            self._results[number] = self.loop.evaluate(self.rule.result, instance)
            self._write_results()

    def _has_next(self, instance: "InstanceScope") -> bool:
        if self.rule.kind == "standard":
            return self._goes_round(instance)
        if self.rule.condition is not None and self._truth(self.rule.condition, instance):
            self.terminated += len(self.tokens())
            self.clear()
            return False
        return self.rule.kind == "sequential" and self.begun < self.total

    def _goes_round(self, scope: Scope) -> bool:
        rule = self.rule
        may = rule.maximum is None or self.done < rule.maximum
        return may and (rule.condition is None or self._truth(rule.condition, scope))

    def _open(self, item: object) -> None:
        self.begun += 1
        token = self.enter(self.spec.first)
        token._set_state(TaskState.STARTED)
        self.top.make_room(token)
        InstanceScope(token, self.top).begin_with(self.begun, item)

    def _write_results(self) -> None:
        """Those given so far are seen outside at once: an interrupted loop leaves them behind."""
        if self.rule.output is not None:
            self.write(self.rule.output, [self._results[each] for each in sorted(self._results)])

    # How many.

    def _items(self) -> Sequence[Any]:
        """One item for each instance, worked out once."""
        rule, outer = self.rule, self._parent_token.scope
        if rule.collection is not None:
            found = self.loop.evaluate(rule.collection, outer)
            if not isinstance(found, list | tuple | None):
                raise self._unusable(
                    N_("Expected a list from “{text}”, found {found}."), rule.collection, found
                )
            self._refuse_many(len(found or ()))
            return found or ()
        if rule.cardinality is None:
            raise AssertionError("The gate asks for a collection or a number.")
        count = self.loop.evaluate(rule.cardinality, outer)
        is_number = isinstance(count, int | Decimal) and not isinstance(count, bool)
        if not is_number or count < 0 or count != int(count):  # type: ignore[operator, call-overload]  # a number
            raise self._unusable(
                N_("Expected a whole number from 0 on from “{text}”, found {found}."),
                rule.cardinality,
                count,
            )
        number = int(cast(Decimal, count))
        self._refuse_many(number)
        return (None,) * number

    def _refuse_many(self, found: int) -> None:
        if found > self.spec.most_instances:
            raise self.loop.failure(
                "expression",
                N_("Expected at most {wanted} instances, found {found}."),
                wanted=self.spec.most_instances,
                found=found,
            )

    def _truth(self, condition: Expression, scope: Scope) -> bool:
        value = self.loop.evaluate(condition, scope)
        if not isinstance(value, bool):
            raise self._unusable(
                N_("Expected true or false from the condition “{text}”, found {found}."),
                condition,
                value,
            )
        return value

    def _unusable(self, template: str, expression: Expression, found: object) -> EngineError:
        text = "null" if found is None else str(found)
        return self.loop.failure("expression", template, text=expression.source, found=text)

    # Variables.

    def variables(self) -> Mapping[str, object]:
        """Those around, and the counters."""
        return {**self._parent_token.scope.variables(), **self._counters()}

    def _counters(self) -> dict[str, object]:
        if self.rule.kind == "standard":
            return {LOOP_COUNTER: self.begun}
        counts = (self.total, len(self.tokens()), self.done, self.terminated)
        return {
            name: count
            for names, count in zip(COUNTERS.items(), counts, strict=True)
            for name in names
        }

    # Keeping.

    def record(self) -> Any:
        """What was counted, and what is still to come."""
        numbers = [self.total, self.begun, self.done, self.terminated]
        return [*numbers, self.to_come, list(self._results.items())]

    def recall(self, record: Any) -> None:
        """Take up what `record` gave."""
        self.total, self.begun, self.done, self.terminated, to_come, results = record
        self.to_come = to_come
        self._results = dict(results)


class InstanceScope(SubScope):
    """One instance: the activity alone, with variables of its own."""

    def __init__(self, token: Token, top: "TopScope") -> None:
        super().__init__(token, top)
        self.loop = cast(LoopScope, token.scope)
        if self.owns_data:
            self.data = {}

    @property
    def owns_data(self) -> bool:
        """Whether what is written here stays here until the instance ends."""
        return self.loop.rule.kind != "standard"

    def numbers(self) -> Iterator[int]:
        """Those of the loops around, and its own."""
        yield from super().numbers()
        yield cast(int, self.data[LOOP_COUNTER]) if self.owns_data else self.loop.begun

    def begin_with(self, number: int, item: object) -> None:
        """Begin the instance of this number."""
        if self.owns_data:
            self.data[LOOP_COUNTER] = number
            if self.loop.rule.item is not None:
                self.data[self.loop.rule.item] = item
        self.begin(self.spec.first)

    def begin(self, start: TokenSpec) -> None:
        """Let the activity begin, whatever it is."""
        start._update(self.enter(start))

    def variables(self) -> Mapping[str, object]:
        """Those around and the counters, and its own."""
        around = self.loop.variables()
        return {**around, **self.data} if self.owns_data else around

    def give_back(self) -> None:
        """The level around gets what the instance wrote, but not what it was given."""
        if not self.owns_data:
            return
        given = {LOOP_COUNTER, self.loop.rule.item}
        for name, value in self.data.items():
            if name not in given:
                self.loop.write(name, value)
        self.loop.keep(self.data[LOOP_COUNTER], self)

    def finish(self) -> None:
        """The activity is done."""
        del self.top.subprocesses[self._parent_token.id]
        self.loop.ended(self)


LEVELS |= {LoopSpec: LoopScope, InstanceSpec: InstanceScope}
