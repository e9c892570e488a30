"""Sums and statistics over lists of numbers (DMN 1.5, 10.3.4.4)."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from app.feel.functions import Refusal, builtin
from app.feel.values import NUMBERS, NoResult, Value, YearsMonthsDuration, describe

_NUMBERS = ("list: list", "items...: any")


def _numbers(items: list[Value]) -> list[Decimal] | None:
    """The list if it holds numbers only; None if it is empty or one is null."""
    if not items or None in items:
        return None
    for item in items:
        if not isinstance(item, Decimal):
            raise Refusal(f"Expected a list of numbers, but found {describe(item)}")
    return items  # type: ignore[return-value]  # checked above


@builtin("sum", *_NUMBERS)
def _sum(items: list[Value]) -> Value:
    """Of numbers, or of durations of one kind."""
    first: Any = items[0] if items else None
    if isinstance(first, (timedelta, YearsMonthsDuration)):
        if not all(type(item) is type(first) for item in items):
            raise Refusal("Expected durations of one kind")
        if isinstance(first, YearsMonthsDuration):
            return YearsMonthsDuration(sum(item.total_months for item in items))  # type: ignore[union-attr, misc]
        return sum(items, timedelta())  # type: ignore[type-var]
    numbers = _numbers(items)
    return None if numbers is None else _total(numbers)


def _total(numbers: list[Decimal]) -> Decimal:
    return reduce(NUMBERS.add, numbers)


@builtin("mean", *_NUMBERS)
def _mean(items: list[Value]) -> Value:
    numbers = _numbers(items)
    return None if numbers is None else _average(numbers)


def _average(numbers: list[Decimal]) -> Decimal:
    return NUMBERS.divide(_total(numbers), Decimal(len(numbers)))


@builtin("product", *_NUMBERS)
def _product(items: list[Value]) -> Value:
    numbers = _numbers(items)
    return None if numbers is None else reduce(NUMBERS.multiply, numbers)


@builtin("median", *_NUMBERS)
def _median(items: list[Value]) -> Value:
    numbers = _numbers(items)
    if numbers is None:
        return None
    ranked = sorted(numbers)
    middle = len(ranked) // 2
    return ranked[middle] if len(ranked) % 2 else _average(ranked[middle - 1 : middle + 1])


@builtin("stddev", *_NUMBERS)
def _stddev(items: list[Value]) -> Value:
    """The standard deviation of a sample: at least two numbers."""
    numbers = _numbers(items)
    if numbers is None:
        return None
    if len(numbers) < 2:
        raise NoResult("at least two numbers")
    average = _average(numbers)
    squares = [NUMBERS.power(NUMBERS.subtract(number, average), 2) for number in numbers]
    return NUMBERS.sqrt(NUMBERS.divide(_total(squares), Decimal(len(numbers) - 1)))


@builtin("mode", *_NUMBERS)
def _mode(items: list[Value]) -> Value:
    """The most frequent numbers, ascending; of no numbers an empty list."""
    if not items:
        return []
    numbers = _numbers(items)
    if numbers is None:
        return None
    counts = Counter(numbers)
    most = max(counts.values())
    return sorted(number for number, times in counts.items() if times == most)
