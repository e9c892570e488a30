"""CPU time of reading and of asking decision tables of 10, 100 and 1,000 rules.

python -m benchmarks.decision_tables
"""

from collections.abc import Callable
from time import process_time

from app.dmn import evaluate, parse_decisions

_HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m"'
    ' namespace="urn:m"><decision id="d" name="d"><decisionTable hitPolicy="UNIQUE">'
    "<input><inputExpression><text>amount</text></inputExpression></input>"
    "<input><inputExpression><text>kind</text></inputExpression></input><output/>"
)
_TAIL = "</decisionTable></decision></definitions>"


def main() -> None:
    """Print the figures."""
    for rules in (10, 100, 1000):
        xml = (_HEAD + "".join(map(_rule, range(rules))) + _TAIL).encode()
        model = parse_decisions(xml)
        asked = {"amount": rules * 10 - 5, "kind": "a"}
        read = _milliseconds(lambda xml=xml: parse_decisions(xml), 3)
        ask = _milliseconds(lambda model=model, asked=asked: evaluate(model, "d", asked), 200)
        print(f"{rules:5} rules: read {read:8.2f} ms, ask {ask:7.3f} ms")


def _rule(number: int) -> str:
    cells = (f"[{number * 10}..{number * 10 + 9}]", '"a", "b"')
    drawn = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells)
    return f"<rule>{drawn}<outputEntry><text>{number}</text></outputEntry></rule>"


def _milliseconds(act: Callable[[], object], rounds: int) -> float:
    begin = process_time()
    for _ in range(rounds):
        act()
    return (process_time() - begin) / rounds * 1000


if __name__ == "__main__":
    main()
