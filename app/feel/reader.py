"""Steps through the tokens: what comes next, names, types, and the sentence when it is wrong."""

from collections.abc import Iterable, Mapping

from app.feel.budget import Budget
from app.feel.builtins import BUILTINS
from app.feel.errors import FeelBudgetError, FeelSyntaxError, line_and_column
from app.feel.lexer import Token, tokenize
from app.feel.names import Names, join
from app.feel.syntax import Type

KEYWORDS = frozenset(
    {"and", "between", "else", "every", "external", "false", "for", "function", "if", "in"}
    | {"instance", "not", "null", "of", "or", "return", "satisfies", "some", "then", "true"}
)
_SIMPLE_TYPES = frozenset(
    {"number", "string", "boolean", "date", "time", "date and time", "Any", "Null"}
    | {"days and time duration", "years and months duration"}
)
_PARTS = ("time offset", "start included", "end included")
_KNOWN_NAMES = Names((*sorted(_SIMPLE_TYPES), *_PARTS, *BUILTINS))
_NO_TYPES: Mapping[str, Type] = {}


class Reader:
    """The part of the parser that knows tokens but no grammar of expressions."""

    def __init__(
        self,
        source: str,
        names: Iterable[str],
        budget: Budget,
        types: Mapping[str, Type] = _NO_TYPES,
    ) -> None:
        if len(source) > budget.max_source_length:
            raise FeelBudgetError(
                f"Expected a source of at most {budget.max_source_length} characters, "
                f"but found {len(source)}."
            )
        self.source = source
        self.tokens = tokenize(source)
        self.at = 0
        self.names = Names((*names, *types), base=_KNOWN_NAMES)
        self._types = types
        self._limit = budget.max_nesting
        self.nesting = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.at]

    @property
    def end(self) -> int:
        """Where the last token read ends."""
        return self.tokens[self.at - 1].end

    def next_is(self, *texts: str) -> bool:
        """Whether a keyword or symbol comes next."""
        token = self.token
        return token.text in texts and token.kind in ("symbol", "name")

    def accept(self, *texts: str) -> bool:
        """Step over a keyword or symbol if it comes next."""
        if self.next_is(*texts):
            self.at += 1
            return True
        return False

    def expect(self, text: str, purpose: str = "") -> None:
        """Step over a keyword or symbol that has to come next."""
        if not self.accept(text):
            raise self.error(f"'{text}'{purpose}")

    def error(self, expected: str) -> FeelSyntaxError:
        """What to raise when the next token is not what was expected."""
        token = self.token
        kind = "" if token.kind == "symbol" else f"the {token.kind} "
        shown = token.text if len(token.text) <= 40 else token.text[:37] + "..."
        found = "the end" if token.kind == "end" else f"{kind}'{shown}'"
        before = self.tokens[self.at - 1] if self.at else token
        if token.kind == "name" == before.kind and not KEYWORDS & {token.text, before.text}:
            found += " (a name with spaces has to be declared)"
        line, column = line_and_column(self.source, token.start)
        return FeelSyntaxError(expected=expected, found=found, line=line, column=column)

    def deeper(self) -> None:
        """Count one more level; whoever began the level sets `nesting` back."""
        self.nesting += 1
        if self.nesting > self._limit:
            line, column = line_and_column(self.source, self.token.start)
            raise FeelBudgetError(
                f"Expected at most {self._limit} levels of nesting, but found more "
                f"at line {line}, column {column}."
            )

    def finish(self) -> None:
        """Check that nothing follows."""
        if self.token.kind != "end":
            raise self.error("an operator or the end of the expression")

    def name(self, expected: str) -> str:
        """Read a name: the longest declared one, or one token."""
        known = self.names.match(self.tokens, self.at)
        if known is not None:
            self.at += known[1]
            return known[0]
        if self.token.kind != "name":
            raise self.error(expected)
        self.at += 1
        return self.tokens[self.at - 1].text

    def new_name(self, expected: str, *stops: str) -> str:
        """Read and declare a name that ends before one of the given tokens."""
        length = self.name_length(*stops)
        if length is None or self.token.kind != "name":
            raise self.error(expected)
        name = join(self.tokens[self.at : self.at + length])
        self.at += length
        self.names.add(name)
        return name

    def name_length(self, *stops: str) -> int | None:
        """How many tokens go before the next stop, if they can be one name."""
        for length, token in enumerate(self.tokens[self.at : self.at + 40]):
            if length and token.text in stops and token.kind in ("name", "symbol"):
                return length
            if token.kind in ("end", "string") or token.text in "()[]{},":
                return None
        return None

    def type(self) -> Type:
        """Read a type after `instance of` or of a parameter."""
        self.deeper()
        read = self._type(self.name("a type"))
        self.nesting -= 1
        return read

    def _type(self, name: str) -> Type:
        if name in _SIMPLE_TYPES:
            return Type(name)
        if name in self._types:
            return self._types[name]
        if name in ("list", "range"):
            arguments: tuple[Type, ...] = ()
            if self.accept("<"):
                arguments = (self.type(),)
                self.expect(">")
            return Type(name, arguments)
        if name == "context":
            return self._context_type()
        if name == "function":
            return self._function_type()
        self.at -= 1
        raise self.error("a type such as number, string, date or list<number>")

    def _context_type(self) -> Type:
        entries: list[tuple[str, Type]] = []
        if self.accept("<"):
            while not entries or self.accept(","):
                key = self.new_name("the name of an entry", ":")
                self.expect(":")
                entries.append((key, self.type()))
            self.expect(">")
        return Type("context", entries=tuple(entries))

    def _function_type(self) -> Type:
        types: list[Type] = []
        if self.accept("<"):
            while not self.next_is(">") and (not types or self.accept(",")):
                types.append(self.type())
            self.expect(">")
            self.expect("->")
            types.append(self.type())
        return Type("function", tuple(types))
