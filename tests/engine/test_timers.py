"""Timers: due times from the caller's clock, fired one by one in due order."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.engine import EngineError, parse
from app.engine.timers import TimerError, due_at, parse_duration
from tests.engine.drawing import draw
from tests.engine.playing import NOW, Game

INTERRUPTING = """
    start s
    step a
    boundary t on=a timeDuration=PT36H
    step late
    end e
    s > a > e
    t > late > e
"""
REMINDING = """
    start s
    step a
    beside t on=a timeCycle=R3/PT24H
    service tell topic=tell
    end e
    end told
    s > a > e
    t > tell > told
"""

WAITING = (
    '<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition>{}'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)


def test_a_boundary_timer_waits_with_its_task_and_goes_with_it() -> None:
    game = Game(INTERRUPTING)
    (timer,) = game.step.timers
    assert (timer.element_id, timer.due_at) == ("t", NOW + timedelta(hours=36))
    assert timer.attached_to == game.task("a")
    assert game.do("a").step.timers == ()


def test_an_interrupting_timer_takes_the_task_away() -> None:
    game = Game(INTERRUPTING).wait(hours=35)
    assert game.open == ["a"]
    game.wait(hours=1)
    assert game.open == ["late"]
    assert [(each.step_id, each.how) for each in game.step.closed] == [("a", "cancelled")]
    assert game.step.timers == ()
    assert game.do("late").ended == "e"


def test_a_cycle_reminds_as_often_as_it_says_and_keeps_its_id() -> None:
    told: list[datetime] = []
    handlers = {"tell": lambda call: told.append(call.now)}
    game = Game(REMINDING, handlers=handlers)
    first = game.step.timers[0].id
    for day in (1, 2):
        game.wait(days=1)
        assert len(told) == day
        assert game.step.timers[0].id == first
    assert game.wait(days=1).step.timers == ()
    assert len(told) == 3
    assert game.open == ["a"]
    assert game.do("a").ended == "e"


def test_missed_reminders_are_made_up_one_by_one_and_an_endless_cycle_skips_them() -> None:
    told: list[datetime] = []
    handlers = {"tell": lambda call: told.append(call.now)}
    assert Game(REMINDING, handlers=handlers).wait(days=9).step.timers == ()
    assert len(told) == 3
    endless = Game(REMINDING.replace("R3", "R"), handlers=handlers).wait(days=9, hours=1)
    assert len(told) == 4
    assert endless.step.timers[0].due_at == NOW + timedelta(days=10)


def test_of_two_overdue_interrupting_timers_only_the_first_happens() -> None:
    game = Game("""
        start s
        step a
        boundary soon on=a timeDuration=P1D
        boundary later on=a timeDuration=P2D
        step one
        step two
        end e
        s > a > e
        soon > one > e
        later > two > e
    """).wait(days=5)
    assert game.open == ["one"]


def test_an_intermediate_timer_waits() -> None:
    game = Game("start s\ntimer t timeDate=2022-10-12T09:00:00+08:00\nend e\ns > t > e")
    (timer,) = game.step.timers
    assert (timer.due_at, timer.attached_to) == (datetime(2022, 10, 12, 1, tzinfo=UTC), None)
    assert game.wait(days=1).ended is None
    assert game.wait(days=1).ended == "e"


@pytest.mark.parametrize(
    ("text", "value", "due"),
    [
        ("due", date(2022, 10, 12), datetime(2022, 10, 11, 16, tzinfo=UTC)),
        ("=due", datetime(2022, 10, 12, 9), datetime(2022, 10, 12, 1, tzinfo=UTC)),
        ("${due}", datetime(2022, 10, 12, 9, tzinfo=UTC), datetime(2022, 10, 12, 9, tzinfo=UTC)),
        ("due", "2022-10-12T09:00:00Z", datetime(2022, 10, 12, 9, tzinfo=UTC)),
        ("due", "P2D", NOW + timedelta(days=2)),
        ("due", timedelta(hours=5), NOW + timedelta(hours=5)),
        ('"PT5H"', None, NOW + timedelta(hours=5)),
        ('=duration("P1M")', None, datetime(2022, 11, 10, 1, tzinfo=UTC)),
        ("=now() + due", timedelta(hours=1), NOW + timedelta(hours=1)),
        ("=today()", None, datetime(2022, 10, 9, 16, tzinfo=UTC)),
    ],
)
def test_an_expression_may_give_a_date_a_time_or_a_duration(
    text: str, value: object, due: datetime
) -> None:
    line = f"<bpmn:timeDate>{text}</bpmn:timeDate>".replace('"', "&quot;")
    game = Game(
        f"""
        start s
        {WAITING.format(line)}
        end e
        s > t > e
    """,
        due=value,
    )
    assert game.step.timers[0].due_at == due


def test_an_unusable_time_is_an_error_at_the_timer() -> None:
    with pytest.raises(EngineError, match="found null") as caught:
        Game("start s\ntimer t timeDate=due\nend e\ns > t > e", due=None)
    assert (caught.value.kind, caught.value.element_id) == ("timer", "t")


def test_a_timer_on_a_call_takes_the_whole_called_process_away() -> None:
    game = Game(
        """
        start s
        call c key=P1
        boundary t on=c timeDuration=P1D
        step late
        end e
        s > c > e
        t > late > e
        """,
        """
        start s
        and f
        step a
        step b
        beside r on=b timeCycle=R9/PT1H
        and j
        end e
        end told
        s > f
        f > a > j
        f > b > j
        r > told
        j > e
        """,
    )
    game.do("a").wait(days=1)
    assert game.open == ["late"]
    assert game.step.timers == ()
    assert game.do("late").ended == "e"


def test_a_reminder_path_does_not_decide_how_the_instance_ended() -> None:
    game = Game("""
        start s
        step a
        beside t on=a timeDuration=P1D
        step phone
        end e
        end phoned
        s > a > e
        t > phone > phoned
    """).wait(days=1)
    assert game.open == ["a", "phone"]
    assert game.tokens_at("t") == 0
    assert game.do("a").ended is None
    assert game.do("phone").ended == "e"


def test_no_wall_clock_matters() -> None:
    past = datetime(1999, 12, 31, 23, tzinfo=UTC)
    game = Game(INTERRUPTING, now=past)
    assert game.step.timers[0].due_at == past + timedelta(hours=36)
    assert game.wait(hours=35).open == ["a"]
    assert game.wait(hours=1).open == ["late"]


def test_months_follow_the_calendar() -> None:
    end = datetime(2023, 1, 31, tzinfo=UTC)
    assert parse_duration("P1M").after(end) == datetime(2023, 2, 28, tzinfo=UTC)
    assert parse_duration("P1Y2M10DT2H30M").after(end) == datetime(2024, 4, 10, 2, 30, tzinfo=UTC)
    assert parse_duration("P2W").after(end) == datetime(2023, 2, 14, tzinfo=UTC)


@pytest.mark.parametrize("text", ["P", "PT", "3D", "P1", "P-1D", "P1H", "P9999999D", "P1.5D"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(TimerError):
        due_at(text, NOW, UTC)


def test_due_dates_of_a_step_are_worked_out_for_an_instance() -> None:
    definition = parse(
        draw("""
        start s
        step a dueDate=P3D followUpDate="=due" priority=50
        step b dueDate=P3BD
        end e
        s > a > b > e
    """)
    )
    plan = definition.steps["a"].resolve({"due": date(2022, 10, 12)}, NOW)
    assert plan.due_at == NOW + timedelta(days=3)
    assert plan.follow_up_at == datetime(2022, 10, 12, 16, tzinfo=UTC)
    assert plan.priority == 50
    assert definition.steps["b"].resolve({}, NOW).due_at is None
