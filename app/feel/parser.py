"""Tokens to syntax tree: precedence climbing over the grammar of DMN 1.5, 10.3.1."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from app.feel import syntax as ast
from app.feel.budget import Budget
from app.feel.reader import KEYWORDS, Reader
from app.feel.temporal import parse_any

COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")
OR, AND, COMPARISON, ADDITION, MULTIPLICATION, POWER, INSTANCE = range(1, 8)
_BINARY = (
    {"or": OR, "and": AND, "between": COMPARISON, "in": COMPARISON, "instance": INSTANCE}
    | dict.fromkeys(COMPARISONS, COMPARISON)
    | {"+": ADDITION, "-": ADDITION, "*": MULTIPLICATION, "/": MULTIPLICATION, "**": POWER}
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_BEGINS_EXPRESSION = KEYWORDS & {"not", "null", "true", "false", "if", "for", "some", "every"}


def parse_expression(
    source: str,
    names: Iterable[str],
    budget: Budget,
    types: Mapping[str, ast.Type] | None = None,
) -> ast.Node:
    """The tree of an expression; raises `FeelSyntaxError` or `FeelBudgetError`.

    `types` are those that the host defines, for `instance of` and parameters.
    """
    parser = _Parser(source, names, budget, types or {})
    node = parser.expression()
    parser.finish()
    return node


def parse_unary_tests(
    source: str,
    names: Iterable[str],
    budget: Budget,
    types: Mapping[str, ast.Type] | None = None,
) -> ast.Tests:
    """The tree of unary tests such as `-`, `< 5`, `"a", "b"`, `not([1..5])`."""
    return _Parser(source, names, budget, types or {}).unary_tests()


class _Parser(Reader):
    def expression(self, level: int = OR) -> ast.Node:
        """An expression of operators that bind at least as tightly as `level`."""
        before = self.nesting
        self.deeper()
        if level == OR and self.next_is(*COMPARISONS):
            node: ast.Node = self._unary_comparison()
        else:
            node = self._infix(self._prefix(), level)
        self.nesting = before
        return node

    def _infix(self, left: ast.Node, level: int) -> ast.Node:
        while True:
            token = self.token
            binding = _BINARY.get(token.text, 0) if token.kind in ("symbol", "name") else 0
            if binding < level or not binding:
                return left
            self.deeper()  # a long chain of operators is a deep tree too
            self.at += 1
            left = self._operation(token.text, left, binding)

    def _operation(self, operator: str, left: ast.Node, binding: int) -> ast.Node:
        start = left.start
        if operator in ("and", "or"):
            operands = [left, self.expression(binding + 1)]
            while self.accept(operator):
                operands.append(self.expression(binding + 1))
            return ast.Logic(start, self.end, operator, tuple(operands))
        if operator == "between":
            low = self.expression(ADDITION)
            self.expect("and", " of 'between'")
            high = self.expression(ADDITION)
            return ast.Between(start, self.end, left, low, high)
        if operator == "in":
            tests = self._in_tests()
            return ast.In(start, self.end, left, tests)
        if operator == "instance":
            self.expect("of", " after 'instance'")
            of_type = self.type()
            return ast.InstanceOf(start, self.end, left, of_type)
        if operator in ("=", "!=") and self.next_is(*COMPARISONS):
            right: ast.Node = self._unary_comparison()  # two ranges: `range("[2..)") = >= 2`
        else:
            right = self.expression(binding + 1)
        if operator in COMPARISONS:
            return ast.Comparison(start, self.end, operator, left, right)
        return ast.Arithmetic(start, self.end, operator, left, right)

    def _prefix(self) -> ast.Node:
        token = self.token
        if not self.accept("-"):
            return self._postfix(self._primary())
        # Negation binds tighter than `**` (10.3.1.2): -2 ** 2 is 4.
        operand = self.expression(INSTANCE)
        if isinstance(operand, ast.Literal) and isinstance(operand.value, Decimal):
            return ast.Literal(token.start, self.end, operand.value.copy_negate())
        return ast.Negation(token.start, self.end, operand)

    def _postfix(self, node: ast.Node) -> ast.Node:
        while True:
            if self.next_is("."):
                self.deeper()
                self.at += 1
                name = self.name("a name after '.'")
                node = ast.Path(node.start, self.end, node, name)
            elif self.next_is("[") and not self._bracket_ends_range():
                self.deeper()
                self.at += 1
                condition = self.expression()
                self.expect("]")
                node = ast.Filter(node.start, self.end, node, condition)
            elif self.next_is("("):
                self.deeper()
                self.at += 1
                node = self._call(node)
            else:
                return node

    def _bracket_ends_range(self) -> bool:
        """Whether `[` closes a range, as in `]1..5[`: then no expression can follow it."""
        after = self.tokens[self.at + 1]
        if after.kind == "name":
            return after.text in KEYWORDS - _BEGINS_EXPRESSION
        return after.kind == "end" or (
            after.kind == "symbol" and after.text not in ("(", "[", "{", "@", "?", "-")
        )

    def _call(self, function: ast.Node) -> ast.Node:
        arguments: list[ast.Node] = []
        named: list[str] = []
        while not self.accept(")"):
            if arguments:
                self.expect(",", " or ')'")
            length = self.name_length(":")
            if length is not None or named:
                named.append(self.new_name("the name of a parameter", ":"))
                self.expect(":")
            elif arguments and named:
                raise self.error("all arguments by name or none")
            arguments.append(self.expression())
            if named and len(named) != len(arguments):
                raise self.error("all arguments by name or none")
        return ast.Call(function.start, self.end, function, tuple(arguments), tuple(named))

    def _primary(self) -> ast.Node:
        token = self.token
        if token.kind in ("number", "string"):
            self.at += 1
            return ast.Literal(token.start, token.end, token.value)
        if token.kind == "symbol":
            return self._symbol()
        declared = self.names.match(self.tokens, self.at) is not None
        if token.text in KEYWORDS and not declared:
            return self._keyword()
        name = self.name("an expression")
        return ast.Name(token.start, self.end, name)

    def _keyword(self) -> ast.Node:
        token = self.token
        if token.text in _CONSTANTS:
            self.at += 1
            return ast.Literal(token.start, token.end, _CONSTANTS[token.text])
        if token.text == "not":  # a keyword that is also the name of a built-in function
            self.at += 1
            return ast.Name(token.start, token.end, "not")
        if token.text == "if":
            return self._if()
        if token.text == "for":
            return self._for()
        if token.text in ("some", "every"):
            return self._quantified()
        if token.text == "function":
            return self._function()
        raise self.error("an expression")

    def _symbol(self) -> ast.Node:
        token = self.token
        if token.text not in ("?", "@", "(", "[", "]", "{"):
            name = self.name("an expression")  # a declared name may begin with any sign
            return ast.Name(token.start, self.end, name)
        self.at += 1
        if token.text == "?":
            return ast.Name(token.start, token.end, "?")
        if token.text == "[":
            return self._list_or_range(token.start)
        if token.text == "{":
            return self._context(token.start)
        if token.text == "@":
            return self._at_literal(token.start)
        return self._bracketed(token.start, token.text)

    def _at_literal(self, start: int) -> ast.Node:
        literal = self.token
        if literal.kind != "string":
            raise self.error("a string after '@'")
        try:
            value = parse_any(str(literal.value))
        except (ValueError, OverflowError):
            raise self.error("a date, time, date and time or duration after '@'") from None
        self.at += 1
        return ast.Literal(start, literal.end, value)

    def _bracketed(self, start: int, opening: str) -> ast.Node:
        inner = self.expression()
        if opening == "(" and not self.next_is(".."):
            self.expect(")")
            return inner
        self.expect("..")
        return self._range_end(start, inner, low_included=False)

    def _list_or_range(self, start: int) -> ast.Node:
        items: list[ast.Node] = []
        while not self.accept("]"):
            if items:
                self.expect(",", " or ']'")
            items.append(self.expression())
            if len(items) == 1 and self.accept(".."):
                return self._range_end(start, items[0], low_included=True)
        return ast.ListOf(start, self.end, tuple(items))

    def _range_end(self, start: int, low: ast.Node, low_included: bool) -> ast.Node:
        high = self.expression(ADDITION)
        closing = self.token.text
        if not self.accept("]", ")", "["):
            raise self.error("']', ')' or '[' at the end of the range")
        return ast.RangeOf(start, self.end, low, high, low_included, closing == "]")

    def _context(self, start: int) -> ast.Node:
        entries: list[tuple[str, ast.Node]] = []
        while not self.accept("}"):
            if entries:
                self.expect(",", " or '}'")
            if self.token.kind == "string":
                key = str(self.token.value)
                self.at += 1
                self.names.add(key)
            else:
                key = self.new_name("the key of an entry", ":")
            if any(key == other for other, _ in entries):
                self.at -= 1
                raise self.error(f"a key other than '{key}'")
            self.expect(":")
            entries.append((key, self.expression()))
        return ast.ContextOf(start, self.end, tuple(entries))

    def _if(self) -> ast.Node:
        start = self.token.start
        self.at += 1
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        otherwise = self.expression()
        return ast.If(start, self.end, condition, then, otherwise)

    def _for(self) -> ast.Node:
        start = self.token.start
        iterators = self._iterators()
        self.expect("return")
        body = self.expression()
        return ast.For(start, self.end, iterators, body)

    def _quantified(self) -> ast.Node:
        token = self.token
        iterators = self._iterators()
        self.expect("satisfies")
        condition = self.expression()
        return ast.Quantified(token.start, self.end, token.text, iterators, condition)

    def _iterators(self) -> tuple[ast.Iterator, ...]:
        self.at += 1
        iterators: list[ast.Iterator] = []
        while not iterators or self.accept(","):
            name = self.new_name("the name of a loop variable", "in")
            self.expect("in")
            domain = self.expression()
            if self.accept(".."):
                high = self.expression(ADDITION)
                domain = ast.Span(domain.start, self.end, domain, high)
            iterators.append(ast.Iterator(name, domain))
        return tuple(iterators)

    def _function(self) -> ast.Node:
        start = self.token.start
        self.at += 1
        self.expect("(", " after 'function'")
        parameters: list[tuple[str, ast.Type | None]] = []
        while not self.accept(")"):
            if parameters:
                self.expect(",", " or ')'")
            name = self.new_name("the name of a parameter", ":", ",", ")")
            parameters.append((name, self.type() if self.accept(":") else None))
        if self.next_is("external"):
            raise self.error("the function's own expression")
        body = self.expression()
        return ast.FunctionOf(start, self.end, tuple(parameters), body)

    # Unary tests

    def _in_tests(self) -> tuple[ast.Node, ...]:
        if self.next_is(*COMPARISONS):
            return (self._unary_comparison(),)
        start = self.token.start
        if not self.accept("("):
            return (self.expression(ADDITION),)
        tests = [self._test()]
        if self.accept(".."):
            return (self._range_end(start, tests[0], low_included=False),)
        while self.accept(","):
            tests.append(self._test())
        self.expect(")")
        if len(tests) == 1 and not isinstance(tests[0], ast.UnaryComparison):
            # The bracket was only the beginning: `x in (a).b`, `x in (a + b) * 2`.
            tests = [self._infix(self._postfix(tests[0]), ADDITION)]
        return tuple(tests)

    def _test(self) -> ast.Node:
        return self._unary_comparison() if self.next_is(*COMPARISONS) else self.expression()

    def _unary_comparison(self) -> ast.Node:
        token = self.token
        self.at += 1
        operand = self.expression(ADDITION)
        return ast.UnaryComparison(token.start, self.end, token.text, operand)

    def unary_tests(self) -> ast.Tests:
        end = len(self.source)
        if self.next_is("-") and self.tokens[self.at + 1].kind == "end":
            return ast.Tests(0, end)
        if self.next_is("not") and self.tokens[self.at + 1].text == "(":
            self.at += 2
            tests = self._test_list()
            if self.accept(")") and self.token.kind == "end":
                return ast.Tests(0, end, tests, negated=True)
            self.at = self.nesting = 0  # `not(a) and b`: the function, within an expression
        tests = self._test_list()
        self.finish()
        return ast.Tests(0, end, tests)

    def _test_list(self) -> tuple[ast.Node, ...]:
        tests = [self._test()]
        while self.accept(","):
            tests.append(self._test())
        return tuple(tests)
