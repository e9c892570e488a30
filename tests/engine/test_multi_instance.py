"""Multi-instance activities: as many as a number or list says, each for itself, counted."""

from decimal import Decimal

import pytest

from app.engine import (
    BpmnError,
    EngineError,
    MoveError,
    NotWaitingError,
    OutcomeError,
    deliver,
    names_read,
    names_written,
)
from tests.engine.playing import NOW, Game

REVIEW = "start s\nstep a {0}\nend e\ns > a > e"
PEOPLE = ["li", "wang", "zhou"]


def review(loop: str, **variables: object) -> Game:
    """A process with one step that is done several times, for three people."""
    return Game(REVIEW.format(loop), **{"people": PEOPLE, **variables})


def items(game: Game, name: str = "who") -> list[object]:
    """The item of each open task, in order."""
    return [each.variables.get(name) for each in game.tasks("a")]


def task_of(game: Game, item: object, name: str = "who") -> str:
    return next(each.id for each in game.tasks() if each.variables.get(name) == item)


# How many.


def test_a_parallel_one_opens_an_instance_for_every_item() -> None:
    game = review("each=people:who")
    assert items(game) == PEOPLE
    assert len({each.id for each in game.tasks()}) == 3
    assert [each.variables["loopCounter"] for each in game.tasks()] == [1, 2, 3]

    for person in reversed(PEOPLE):
        assert game.ended is None
        game.do_task(task_of(game, person))

    assert (game.ended, game.open) == ("e", [])


def test_a_sequential_one_opens_one_after_the_other_in_order() -> None:
    game = review("each=people:who turns=true")
    seen = []
    while game.ended is None:
        assert len(game.tasks()) == 1
        seen += items(game)
        game.do("a")
    assert seen == PEOPLE


def test_a_number_says_how_many_without_a_list() -> None:
    game = review("times=amount+1", amount=Decimal(1))
    assert [each.variables["loopCounter"] for each in game.tasks()] == [1, 2]
    assert game.do("a").do("a").ended == "e"


def test_the_standards_own_words_for_a_list_are_read() -> None:
    game = Game(
        """
        start s
        <bpmn:userTask id="a" camunda:assignee="${who}"><bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>people</bpmn:loopDataInputRef><bpmn:inputDataItem name="who"/></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
        end e
        s > a > e
        """,  # noqa: E501  a line is an element
        people=PEOPLE,
    )
    step = game.process.step("p", "a")
    assert [step.candidates(each.variables).assignee for each in game.tasks()] == PEOPLE


@pytest.mark.parametrize("none", [[], None])
@pytest.mark.parametrize("turns", ["true", "false"])
def test_an_empty_list_or_none_is_passed_at_once(none: object, turns: str) -> None:
    game = review(f"each=people:who turns={turns} gives=votes:a.x", people=none)
    assert game.ended == "e"
    assert game.variable("votes") == []
    assert game.passed_ids() == ["s", "s-to-a", "a", "a-to-e", "e"]


def test_zero_is_a_number_of_instances() -> None:
    assert review("times=0").ended == "e"


def test_an_item_may_be_null_and_is_an_instance_all_the_same() -> None:
    assert items(review("each=people:who", people=["li", None])) == ["li", None]


@pytest.mark.parametrize(
    ("loop", "people", "said"),
    [
        ("each=people:who", "li", "a list"),
        ("each=people:who", {"a": 1}, "a list"),
        ("each=people:who", [1] * 1001, "at most 1000"),
        ("times=people", 1001, "at most 1000"),
        ("times=people", -1, "whole number"),
        ("times=people", Decimal("1.5"), "whole number"),
        ("times=people", None, "whole number"),
        ("times=people", "2", "whole number"),
        ("times=people", True, "whole number"),
        ("each=nobody:who", [], "nobody"),
    ],
)
@pytest.mark.parametrize("turns", ["true", "false"])
def test_what_is_no_list_or_number_is_an_error_at_the_element(
    loop: str, people: object, said: str, turns: str
) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        review(f"{loop} turns={turns}", people=people)
    assert (caught.value.kind, caught.value.element_id) == ("expression", "a")


def test_the_list_is_read_once_at_the_entry() -> None:
    game = Game(
        """
        start s
        and f
        step a each=people:who turns=true
        step b
        script change script=["x"] resultVariable=people
        and j
        end e
        s > f > a > j
        f > b > change > j
        j > e
        """,
        people=PEOPLE,
    )
    game.do("b").do("a")
    assert game.variable("people") == ["x"]
    assert items(game) == ["wang"]


# Each for itself.


def test_what_an_instance_writes_is_its_own_until_it_ends() -> None:
    game = Game(
        """
        start s
        sub x each=people:who gives=marks:mark
        start xs
        step a
        script mark script=who+a.mark resultVariable=mark
        step b
        end xe
        xs > a > mark > b > xe
        }
        end e
        s > x > e
        """,
        people=["li", "wang"],
    )
    game.do_task(task_of(game, "wang"), mark="2").do_task(task_of(game, "li"), mark="1")
    assert game.variable("mark") is None
    marks = [(each.variables["who"], each.variables["mark"]) for each in game.tasks("b")]
    assert sorted(marks) == [("li", "li1"), ("wang", "wang2")]

    game.do_task(task_of(game, "wang")).do_task(task_of(game, "li"))

    assert game.variable("marks") == ["li1", "wang2"]
    assert game.variable("mark") == "li1"  # the last to end


def test_nothing_that_an_instance_was_given_is_left_behind() -> None:
    game = review("each=people:who").do("a").do("a").do("a", note="x")
    assert dict(game.step.variables) == {"people": PEOPLE, "a": {"note": "x"}}


def test_a_script_is_done_for_every_item_and_may_add_up() -> None:
    game = Game(
        """
        start s
        script x script=total+n resultVariable=total each=numbers:n
        end e
        s > x > e
        """,
        numbers=[1, 2, 3],
        total=0,
    )
    assert (game.ended, game.variable("total")) == ("e", 6)


def test_a_service_is_called_for_every_item() -> None:
    seen: list[object] = []
    handlers = {"work": lambda call: seen.append(call.variables["who"])}
    game = Game(REVIEW.replace("step", "service").format("each=people:who"), handlers=handlers,
                people=PEOPLE)  # fmt: skip
    assert (seen, game.ended) == (PEOPLE, "e")


def test_a_called_process_runs_for_every_item() -> None:
    game = Game(
        """
        start s
        call c key=P1 each=people:who gives=notes:answer
        end e
        s > c > e
        """,
        """
        start s
        step a
        script answer script=who+a.note
        end e
        s > a > answer > e
        """,
        people=["li", "wang"],
    )
    assert items(game) == ["li", "wang"]
    game.do_task(task_of(game, "wang"), note="!").do_task(task_of(game, "li"), note="?")
    assert (game.ended, game.variable("notes")) == ("e", ["li?", "wang!"])


def test_instances_of_a_receive_task_wait_each_for_itself() -> None:
    game = Game("start s\nreceive a message=a each=people:who\nend e\ns > a > e", people=["x", "y"])
    first, second = game.step.waiting
    assert first.id != second.id
    game.message("a")
    assert len(game.step.waiting) == 1
    assert game.message("a").ended == "e"


def test_one_inside_another_counts_for_itself() -> None:
    game = Game(
        """
        start s
        sub x each=groups:group
        start xs
        step a each=group:who
        end xe
        xs > a > xe
        }
        end e
        s > x > e
        """,
        groups=[["li", "wang"], ["zhou"], []],
    )
    assert items(game) == ["li", "wang", "zhou"]
    assert [each.variables["numberOfInstances"] for each in game.tasks()] == [2, 2, 1]
    assert game.do("a").do("a").do("a").ended == "e"


# Counting and completing.


def test_the_counters_have_the_names_of_the_standard_and_their_synonyms() -> None:
    game = review("each=people:who").do("a")
    variables = game.tasks()[0].variables
    for name, synonym, count in (
        ("numberOfInstances", "nrOfInstances", 3),
        ("numberOfActiveInstances", "nrOfActiveInstances", 2),
        ("numberOfCompletedInstances", "nrOfCompletedInstances", 1),
        ("numberOfTerminatedInstances", "nrOfTerminatedInstances", 0),
    ):
        assert (variables[name], variables[synonym]) == (count, count)


def test_a_sequential_one_has_one_active_instance_of_all() -> None:
    variables = review("each=people:who turns=true").tasks()[0].variables
    assert (variables["nrOfInstances"], variables["nrOfActiveInstances"]) == (3, 1)


def test_the_rest_is_cancelled_once_the_condition_is_true() -> None:
    game = review('each=people:who enough="nrOfCompletedInstances >= 2"').do("a")
    assert game.ended is None
    left = task_of(game, "zhou")

    game.do("a")

    assert game.ended == "e"
    assert [(each.id, each.how) for each in game.step.closed if each.id == left] == [
        (left, "cancelled")
    ]


def test_old_expressions_count_too() -> None:
    game = review('each=${people}:who enough="${nrOfCompletedInstances / nrOfInstances > 0.5}"')
    assert game.do("a").ended is None
    assert game.do("a").ended == "e"


def test_a_sequential_one_opens_no_more_once_the_condition_is_true() -> None:
    game = review("each=people:who turns=true enough=a.stop").do("a", stop=False)
    assert items(game) == ["wang"]
    assert game.do("a", stop=True).ended == "e"


def test_the_condition_reads_what_this_instance_said() -> None:
    game = review("each=people:who enough=a.stop")
    assert game.do("a", stop=False).ended is None
    assert game.do("a", stop=True).ended == "e"


def test_the_condition_reads_the_results_so_far() -> None:
    game = review('each=people:who gives=marks:a.mark enough="sum(marks) > 5"')
    assert game.do("a", mark=3).ended is None
    assert game.do("a", mark=4).ended == "e"
    assert game.variable("marks") == [3, 4]


@pytest.mark.parametrize("answer", [None, "yes", 1])
def test_a_condition_that_is_neither_true_nor_false_is_an_error(answer: object) -> None:
    game = review("each=people:who enough=a.stop")
    with pytest.raises(EngineError, match="true or false") as caught:
        game.do("a", stop=answer)
    assert caught.value.element_id == "a"
    assert len(game.tasks()) == 3


def test_automatic_instances_after_enough_are_not_run() -> None:
    seen: list[object] = []
    handlers = {"work": lambda call: seen.append(call.variables["who"])}
    text = REVIEW.replace("step", "service").format("each=people:who enough=loopCounter=2")
    game = Game(text, handlers=handlers, people=PEOPLE)
    assert (seen, game.ended) == (["li", "wang"], "e")


def test_results_stand_in_the_order_of_the_list_whoever_is_first() -> None:
    game = review("each=people:who gives=notes:a.note")
    for person in ("zhou", "li", "wang"):
        game.do_task(task_of(game, person), note=person)
    assert game.variable("notes") == PEOPLE


# Entered again.

AGAIN = """
    start s
    xor m
    step z
    step a each=people:who gives=notes:a.note
    step b
    xor g default=g-to-e
    end e
    s > m > z > a > b > g
    g > m : b.outcome = "return_to_unit"
    g > e
"""


def test_it_begins_anew_when_it_is_entered_again() -> None:
    game = Game(AGAIN, people=PEOPLE).do("z")
    for each in game.tasks():
        game.do_task(each.id, note="old")
    game.do("b", "return_to_unit").do("z")
    assert (items(game), game.variable("notes")) == (PEOPLE, [])
    assert game.tasks()[0].variables["nrOfCompletedInstances"] == 0
    game.do("a", note="new")
    assert game.variable("notes") == ["new"]


def test_a_return_out_of_it_takes_every_instance_away() -> None:
    game = Game(AGAIN, people=PEOPLE).do("z").do("a", note="x")
    assert game.targets("a") == ["z"]
    game.move("a", "z")
    assert game.open == ["z"]
    assert items(game.do("z")) == PEOPLE


def test_a_return_into_it_begins_it_anew() -> None:
    game = Game(AGAIN, people=PEOPLE).do("z")
    for each in game.tasks():
        game.do_task(each.id, note="old")
    assert game.targets("b") == ["z", "a"]
    game.move("b", "a")
    assert (items(game), game.variable("notes")) == (PEOPLE, [])
    for each in game.tasks():
        game.do_task(each.id, note="new")
    assert (game.open, game.variable("notes")) == (["b"], ["new"] * 3)


def test_a_return_inside_an_instance_leaves_its_siblings_alone() -> None:
    game = Game(
        """
        start s
        sub x each=people:who
        start xs
        step a
        step b
        end xe
        xs > a > b > xe
        }
        end e
        s > x > e
        """,
        people=["li", "wang"],
    )
    game.do_task(task_of(game, "li"))
    assert game.targets("b") == ["a"]
    game.move("b", "a")
    assert items(game) == ["li", "wang"]
    game.do("a").do("a").do("b").do("b")
    assert game.ended == "e"


# Events on it.


def test_an_interrupting_timer_takes_all_instances_and_keeps_the_results_so_far() -> None:
    game = Game(
        """
        start s
        step a each=people:who gives=notes:a.note
        boundary late on=a timeDuration=P3D
        step b
        end e
        s > a > e
        late > b > e
        """,
        people=PEOPLE,
    )
    game.do("a", note="x")
    assert game.timers == ["late"]
    game.wait(days=3)
    assert (game.open, game.variable("notes")) == (["b"], ["x"])
    assert [each.how for each in game.step.closed] == ["cancelled"] * 2
    assert game.do("b").ended == "e"


def test_a_reminder_that_does_not_interrupt_comes_once_for_all_instances() -> None:
    game = Game(
        """
        start s
        step a each=people:who
        beside late on=a timeDuration=P3D
        step b
        end e
        end f
        s > a > e
        late > b > f
        """,
        people=PEOPLE,
    ).wait(days=3)
    assert game.open == ["a", "a", "a", "b"]


def test_a_message_on_it_interrupts_all_instances() -> None:
    game = Game(
        "start s\nstep a each=people:who\nboundary stop on=a message=a\nend e\nend f\n"
        "s > a > e\nstop > f",
        people=PEOPLE,
    )
    assert game.message("stop").ended == "f"


def test_an_error_of_one_instance_takes_all_away() -> None:
    def work(call: object) -> None:
        raise BpmnError("a")

    game = Game(
        """
        start s
        sub x each=people:who
        start xs
        step a
        service w
        end xe
        xs > a > w > xe
        }
        boundary bad on=x error=a
        end e
        end f
        s > x > e
        bad > f
        """,
        people=PEOPLE,
        handlers={"work": work},
    ).do("a")
    assert (game.ended, game.open) == ("f", [])


def test_an_escalation_of_one_instance_goes_beside_or_interrupts() -> None:
    text = """
        start s
        sub x each=people:who
        start xs
        step a
        throw t escalation=a
        step b
        end xe
        xs > a > t > b > xe
        }}
        {kind} up on=x escalation=a
        step c
        end e
        end f
        s > x > e
        up > c > f
    """
    beside = Game(text.format(kind="beside"), people=["li", "wang"]).do("a")
    assert beside.open == ["a", "b", "c"]
    assert beside.do("a").open == ["b", "b", "c", "c"]
    assert Game(text.format(kind="boundary"), people=["li", "wang"]).do("a").open == ["c"]


def test_a_terminate_end_ends_its_own_instance_only() -> None:
    game = Game(
        """
        start s
        sub x each=people:who
        start xs
        and f
        step a
        step b
        terminate t
        end xe
        xs > f
        f > a > t
        f > b > xe
        }
        end e
        s > x > e
        """,
        people=["li", "wang"],
    ).do("a")
    assert game.open == ["a", "b"]
    assert game.do("a").ended == "e"


def test_an_event_sub_process_belongs_to_its_instance() -> None:
    game = Game(
        """
        start s
        sub x each=people:who
        start xs
        step a
        end xe
        xs > a > xe
        handler h
        start hs message=a
        step b
        end he
        hs > b > he
        }
        }
        end e
        s > x > e
        """,
        people=["li", "wang"],
    )
    assert game.waiting == ["hs", "hs"]
    game.message("hs")
    assert game.open == ["a", "b"]
    assert game.do("a").do("b").ended == "e"


def test_a_cancelled_instance_waits_for_nothing_any_more() -> None:
    game = Game(
        "start s\nreceive a message=a each=people:who enough=true\nend e\ns > a > e",
        people=["x", "y"],
    )
    other = game.step.waiting[1].id
    game.message("a")
    assert game.ended == "e"
    with pytest.raises(NotWaitingError):
        deliver(game.process, game.step.state, other, {}, NOW, {})


# More and fewer while it runs.


def test_an_instance_can_be_added_while_others_run() -> None:
    game = review("each=people:who").do("a")
    game.add(game.task("a"), "chen")
    assert items(game) == ["wang", "zhou", "chen"]
    assert game.tasks()[2].variables["loopCounter"] == 4
    assert game.tasks()[0].variables["nrOfInstances"] == 4
    assert game.do("a").do("a").do("a").ended == "e"


def test_an_instance_can_be_taken_away_while_others_run() -> None:
    game = review("each=people:who")
    game.remove(task_of(game, "wang"))
    assert items(game) == ["li", "zhou"]
    assert [each.how for each in game.step.closed] == ["cancelled"]
    assert game.tasks()[0].variables["numberOfTerminatedInstances"] == 1
    assert game.do("a").do("a").ended == "e"


def test_the_last_instance_is_not_taken_away() -> None:
    game = review("each=people:who").do("a").do("a")
    with pytest.raises(MoveError, match="another instance"):
        game.remove(game.task("a"))


@pytest.mark.parametrize("loop", ["", "each=people:who turns=true", "most=3"])
def test_only_what_runs_side_by_side_can_be_added_to(loop: str) -> None:
    game = review(loop)
    with pytest.raises(MoveError, match="side by side"):
        game.add(game.task("a"), "chen")
    with pytest.raises(MoveError, match="side by side"):
        game.remove(game.task("a"))


def test_no_more_than_the_limit_can_be_added() -> None:
    game = review("each=people:who", people=[1] * 1000)
    with pytest.raises(EngineError, match="at most 1000"):
        game.add(game.task("a"), 1)


# Votes.


def test_the_outcomes_of_a_vote_are_those_that_are_counted() -> None:
    game = Game(
        """
        start s
        step a each=people:who gives=votes:a.outcome
        xor g default=g-to-e
        end e
        end no
        s > a > g
        g > no : count(votes[item = "reject"]) > 1
        g > e
        """,
        people=PEOPLE,
    )
    assert [each.code for each in game.process.step("p", "a").outcomes] == ["agree", "reject"]
    with pytest.raises(OutcomeError):
        game.do("a", "maybe")
    game.do("a", "reject").do("a", "agree").do("a", "reject")
    assert (game.ended, game.variable("votes")) == ("no", ["reject", "agree", "reject"])


def test_a_veto_is_an_outcome_that_the_condition_names() -> None:
    game = Game(
        """
        start s
        <bpmn:userTask id="a" camunda:assignee="${who}"><bpmn:multiInstanceLoopCharacteristics camunda:collection="people" camunda:elementVariable="who"><bpmn:completionCondition>a.outcome = "reject"</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
        end e
        s > a > e
        """,  # noqa: E501  a line is an element
        people=PEOPLE,
    )
    assert [each.code for each in game.process.step("p", "a").outcomes] == ["agree", "reject"]
    assert game.do("a", "agree").ended is None
    assert game.do("a", "reject").ended == "e"


def test_the_names_of_a_loop_are_known_to_the_gate_of_the_host() -> None:
    game = review('each=people:who gives=notes:a.x enough="nrOfInstances > limit"')
    main = game.process.main
    read = {each.name for each in names_read(main) if each.element_id == "a"}
    assert read == {"people", "a", "nrOfInstances", "limit"}
    assert {"who", "notes", "loopCounter", "nrOfInstances"} <= names_written(main)
