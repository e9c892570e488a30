"""The docstring of the room is true, and a model is shared safely."""

import doctest
from concurrent.futures import ThreadPoolExecutor

import app.dmn
from app.dmn import evaluate, parse_decisions
from tests.dmn.models import decision, definitions, input_data, knowledge, literal


def test_a_stranger_can_evaluate_a_decision_from_the_docstring() -> None:
    result = doctest.testmod(app.dmn)
    assert result.attempted > 3
    assert result.failed == 0


def test_one_model_is_shared_by_many_threads() -> None:
    model = parse_decisions(
        definitions(
            input_data("n", "number"),
            knowledge("f", "x", literal("if x = 0 then 0 else x + f(x - 1)")),
            decision("a", literal("f(n)"), needs="i:n k:f"),
            decision("d", literal("a * 2"), needs="d:a"),
        )
    )

    def ask(n: int) -> bool:
        return all(evaluate(model, "d", {"n": n}).value == n * (n + 1) for _ in range(20))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(20)))
