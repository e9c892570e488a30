"""For rooms that put FEEL into something of their own, such as the boxes of a decision model.

They build a syntax tree that mixes parsed FEEL with nodes of their own (a subclass of `Node`
whose function `compiles` registers), compile it within known names, and evaluate it in a `Run`
that all parts share, so that one budget holds for the whole.
"""

from app.feel.compile_operators import compile_test, passes
from app.feel.compiler import Compiler, Evaluator, LocalNames, compiles
from app.feel.functions import BUILTINS, Callee
from app.feel.operators import contains, equal
from app.feel.parser import parse_expression, parse_unary_tests
from app.feel.run import Run, Scope, Site
from app.feel.syntax import (
    Call,
    ContextOf,
    Filter,
    For,
    FunctionOf,
    If,
    Iterator,
    ListOf,
    Literal,
    Name,
    Node,
    Quantified,
    Tests,
    Type,
)
from app.feel.types import conforms
from app.feel.userfunctions import UserFunction
from app.feel.values import NUMBERS, NotAValue, describe, from_python

__all__ = [
    "BUILTINS",
    "NUMBERS",
    "Call",
    "Callee",
    "Compiler",
    "ContextOf",
    "Evaluator",
    "Filter",
    "For",
    "FunctionOf",
    "If",
    "Iterator",
    "ListOf",
    "Literal",
    "LocalNames",
    "Name",
    "Node",
    "NotAValue",
    "Quantified",
    "Run",
    "Scope",
    "Site",
    "Tests",
    "Type",
    "UserFunction",
    "compile_test",
    "compiles",
    "conforms",
    "contains",
    "describe",
    "equal",
    "from_python",
    "parse_expression",
    "parse_unary_tests",
    "passes",
]
