"""Outcomes come from the diagram: codes, names and targets, across gateways, levels and calls."""

from app.engine import Process
from tests.engine.playing import Game, process_of


def _outcomes(process: Process, step_id: str, key: str = "p") -> list[tuple[str, str, str]]:
    step = process.step(key, step_id)
    return [(each.code, each.name.zh, each.target) for each in step.outcomes]


def test_a_plain_flow_is_the_single_outcome_agree() -> None:
    process = process_of("start s\nstep a\nstep b\nend e\ns > a > b > e")
    assert _outcomes(process, "a") == [("agree", "同意", "b")]
    assert _outcomes(process, "b") == [("agree", "同意", "e")]


def test_names_come_from_the_flows_and_targets_lie_behind_merges() -> None:
    process = process_of("""
        start s
        xor m
        step a
        step b
        xor g default=g-to-e
        end e
        end no
        s > m > a > b > g
        g > m # 退回申报单位 : b.outcome = "return_to_unit"
        g > no : b.outcome = "reject"
        g > e # 通过
    """)
    assert _outcomes(process, "b") == [
        ("agree", "通过", "e"),
        ("return_to_unit", "退回申报单位", "a"),
        ("reject", "不同意", "no"),
    ]


def test_chained_gateways_and_lists_of_codes() -> None:
    process = process_of("""
        start s
        step a
        xor g default=g-to-h
        xor h default=h-to-e
        step edit
        end e
        end no
        s > a > g
        g > no : a.outcome in ("reject", "veto")
        g > h
        h > edit : a.outcome = "agree_with_edits" and true
        h > e
        edit > e
    """)
    assert {code: target for code, _, target in _outcomes(process, "a")} == {
        "agree": "e", "reject": "no", "veto": "no", "agree_with_edits": "edit",
    }  # fmt: skip


def test_a_named_agree_leaves_no_outcome_for_the_default() -> None:
    process = process_of("""
        start s
        step a
        xor g default=g-to-no
        end e
        end no
        s > a > g
        g > e : "agree" = a.outcome
        g > no
    """)
    assert _outcomes(process, "a") == [("agree", "同意", "e")]


def test_a_gateway_that_asks_something_else_is_no_outcome() -> None:
    process = process_of("""
        start s
        step a
        xor g default=g-to-e
        step b
        end e
        s > a > g
        g > b : amount > 5 and kind = "big"
        g > e
        b > e
    """)
    assert _outcomes(process, "a") == [("agree", "同意", "g")]


def test_a_condition_with_more_than_the_outcome_leads_where_it_is_drawn() -> None:
    process = process_of("""
        start s
        step a
        xor g default=g-to-e
        step b
        end e
        s > a > g
        g > b : a.outcome = "agree_with_edits" and amount > 5
        g > e
        b > e
    """)
    assert ("agree_with_edits", "修改后同意", "b") in _outcomes(process, "a")


def test_outcomes_cross_the_end_of_a_sub_process_and_of_a_called_process() -> None:
    process = process_of(
        """
        start s
        step unit
        call c key=P1
        xor g default=g-to-e
        sub x
        start xs
        step inner
        end xe
        xs > inner > xe
        }
        xor h default=h-to-e
        end e
        end no
        s > unit > c > g
        g > unit : last.outcome = "return_to_unit"
        g > x : last.outcome = "agree_with_edits"
        g > e
        x > h
        h > no : inner.outcome = "reject"
        h > e
        """,
        "start s\nstep first\nstep last\nend e\ns > first > last > e",
    )
    assert _outcomes(process, "first", "P1") == [("agree", "同意", "last")]
    assert {code: target for code, _, target in _outcomes(process, "last", "P1")} == {
        "agree": "e", "return_to_unit": "unit", "agree_with_edits": "x",
    }  # fmt: skip
    assert {each.definition_key for each in process.step("P1", "last").outcomes} == {"p"}
    assert {code: target for code, _, target in _outcomes(process, "inner")} == {
        "agree": "e", "reject": "no",
    }  # fmt: skip
    # Before it is linked, nobody calls the called process.
    definition = process.definitions["P1"]
    assert [each.code for each in definition.steps["last"].outcomes] == ["agree"]


def test_old_conditions_are_translated() -> None:
    process = process_of("""
        start s
        step a
        xor g default=g-to-e
        end e
        end no
        s > a > g
        g > no : ${a.outcome == 'reject' && amount > 5}
        g > e
    """)
    assert ("reject", "不同意", "no") in _outcomes(process, "a")
    game = Game(process=process, amount=7)
    assert game.do("a", "reject").ended == "no"


def test_a_step_id_with_signs_is_readable_in_conditions() -> None:
    process = process_of("""
        start s
        step desk-review
        xor g default=g-to-e
        end e
        end no
        s > desk-review > g
        g > no : desk-review.outcome = "reject"
        g > e
    """)
    assert Game(process=process).do("desk-review", "reject").ended == "no"
    assert ("reject", "不同意", "no") in _outcomes(process, "desk-review")
