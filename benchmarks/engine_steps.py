"""CPU time of a completed step (load + run + save) and size of the state, fresh and after returns.

python -m benchmarks.engine_steps
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time_ns

from app.engine import Process, Step, complete, link, open_tasks, parse, start

DIAGRAMS = Path(__file__).parent.parent / "bpmn"
NOW = datetime(2022, 10, 10, 1, tzinfo=UTC)
#: One round of the goal review chain of a key project, back to the unit at the end.
ROUND = (
    ("compile_goals", "agree"),
    ("department_review", "agree"),
    ("center_desk_review", "agree"),
    ("third_party_review", "agree"),
    ("preliminary_review", "agree"),
    ("re_examination", "return_to_unit"),
)
FACTS = {"is_key": True, "unit_code": "U001", "department_code": "D01", "amount": 1_200_000}


def main() -> None:
    """Print the figures."""
    definitions = [parse((DIAGRAMS / f"{key}.bpmn").read_bytes()) for key in ("P_GOAL", "P_PRELIM")]
    print(f"parse         {_cpu(lambda: parse(definitions[0].xml), 20):8.3f} ms  P_GOAL")
    process = link(definitions)
    print(f"start         {_cpu(lambda: _begin(process), 200):8.3f} ms")
    for rounds in (0, 20, 50):
        step = _begin(process)
        for _ in range(rounds):
            step = _play(process, step, ROUND)
        figures = sorted(_play_measured(process, step) for _ in range(60))
        size = len(step.state)
        print(f"after {rounds:3} returns {median(figures):6.4f} ms per step, state {size} bytes")


def _begin(process: Process) -> Step:
    return start(process, FACTS, NOW, _handlers(process))


def _handlers(process: Process) -> dict[str, object]:
    return {topic: lambda call: None for topic in process.topics}


def _play(process: Process, step: Step, choices: Sequence[tuple[str, str]]) -> Step:
    for step_id, outcome in choices:
        step = _do(process, step, step_id, outcome)
    return step


def _do(process: Process, step: Step, step_id: str, outcome: str) -> Step:
    task = next(each.id for each in open_tasks(process, step.state) if each.step_id == step_id)
    return complete(process, step.state, task, {"outcome": outcome}, NOW, _handlers(process))


def _play_measured(process: Process, step: Step) -> float:
    """Mean CPU milliseconds of the completions of one round."""
    handlers, spent = _handlers(process), 0
    for step_id, outcome in ROUND:
        task = next(each.id for each in open_tasks(process, step.state) if each.step_id == step_id)
        begun = process_time_ns()
        step = complete(process, step.state, task, {"outcome": outcome}, NOW, handlers)
        spent += process_time_ns() - begun
    return spent / len(ROUND) / 1e6


def _cpu(action: object, times: int) -> float:
    begun = process_time_ns()
    for _ in range(times):
        action()
    return (process_time_ns() - begun) / times / 1e6


if __name__ == "__main__":
    main()
