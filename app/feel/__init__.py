"""FEEL, the expression language of DMN 1.5: compile once, evaluate often, never run away.

    from app.feel import compile_expression

    condition = compile_expression("amount > limit and not(已退回)", names=["amount", "limit"])
    condition.reads                                  # frozenset({"amount", "limit", "已退回"})
    condition.evaluate({"amount": 7, "limit": 5, "已退回": False})         # True
    condition.evaluate({"amount": "7"})              # None: FEEL answers null, not an error
    condition.evaluate_strict({"amount": "7", "limit": 5})   # FeelEvaluationError, a sentence

`names` declares variables whose names have spaces or signs in them ("monthly salary",
"预算(万元)"); plain names, Chinese ones too, need no declaration. Gateways use
`evaluate_strict`, so that a misspelt variable is an incident and not a silent null.

Values go in as int, Decimal, float (by its shortest text), str, bool, None, date, datetime,
time, timedelta, list, tuple, mapping; they come out as Decimal, str, bool, None, date,
datetime, time, timedelta, YearsMonthsDuration, Range, list, dict, or a function.

`compile_unary_tests('"a", "b"').evaluate(value, variables)` does the same for the tests of
a decision table; `translate_legacy("${amount > 100 && !ok}")` turns a condition of Camunda 7
into FEEL source. A `Budget` bounds length, nesting, steps and sizes, and carries the clock
of `now()` and `today()`: without one they are null. Seconds go down to microseconds and
years from 1 to 9999, as in Python; what lies beyond is null.

All errors are `FeelError`: `FeelSyntaxError` (line, column, expected, found),
`FeelEvaluationError` (strict evaluation only) and `FeelBudgetError`.
"""

from app.feel.budget import Budget
from app.feel.errors import FeelBudgetError, FeelError, FeelEvaluationError, FeelSyntaxError
from app.feel.expression import Expression, UnaryTests, compile_expression, compile_unary_tests
from app.feel.legacy import translate_legacy, translate_template
from app.feel.values import Range, Value, YearsMonthsDuration

__all__ = [
    "Budget",
    "Expression",
    "FeelBudgetError",
    "FeelError",
    "FeelEvaluationError",
    "FeelSyntaxError",
    "Range",
    "UnaryTests",
    "Value",
    "YearsMonthsDuration",
    "compile_expression",
    "compile_unary_tests",
    "translate_legacy",
    "translate_template",
]
