"""What can go wrong with an expression, each as one sentence."""


class FeelError(Exception):
    """Anything that the expression language refuses; `message` is a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FeelSyntaxError(FeelError):
    """The text is no expression: what was expected, what was found, and where (from 1)."""

    def __init__(self, *, expected: str, found: str, line: int, column: int) -> None:
        super().__init__(f"Expected {expected}, but found {found} at line {line}, column {column}.")
        self.expected = expected
        self.found = found
        self.line = line
        self.column = column


class FeelEvaluationError(FeelError):
    """A strict evaluation met a type error or an unknown name; `at` is the sub-expression."""

    def __init__(self, problem: str, *, at: str, line: int, column: int) -> None:
        super().__init__(f"{problem} in '{at}' at line {line}, column {column}.")
        self.at = at
        self.line = line
        self.column = column


class FeelBudgetError(FeelError):
    """The expression wanted more steps, depth or room than its `Budget` allows."""


def line_and_column(source: str, offset: int) -> tuple[int, int]:
    """The place of a character, both counted from 1."""
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
