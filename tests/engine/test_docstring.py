"""The docstring of the room is true, and specs are shared safely."""

import doctest
from concurrent.futures import ThreadPoolExecutor

import app.engine
from tests.engine.playing import Game, process_of
from tests.engine.test_state import LOOP


def test_a_stranger_can_drive_the_engine_from_its_docstring() -> None:
    result = doctest.testmod(app.engine)
    assert result.attempted > 10
    assert result.failed == 0


def test_one_process_is_shared_by_many_threads_and_never_changes() -> None:
    process = process_of(LOOP)
    spec = process.main.scopes["p"]
    before = {name: dict(vars(each)) for name, each in spec.task_specs.items()}

    def play(rounds: int) -> str | None:
        game = Game(process=process)
        for _ in range(rounds):
            game.do("a").do("b").do("c").do("d", "return_to_unit")
        return game.do("a").do("c").do("b").do("d", "agree").ended

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(play, range(16))) == {"e"}
    assert {name: dict(vars(each)) for name, each in spec.task_specs.items()} == before
