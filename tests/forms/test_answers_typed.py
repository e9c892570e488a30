"""Every kind of answer: what is understood, what is refused and how it is said."""

import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.forms import Form
from tests.forms.conftest import CreateForm, field

WRITE = {"a": "write"}


def answer(form: Form, raw: Any, **context: Any) -> tuple[Any, str]:
    bound = form.bind({"a": raw}, {}, WRITE, context)
    return bound.values["a"], " ".join(str(each.sentence) for each in bound.problems)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("480", "480.00"),
        (" 1,200.50 ", "1200.50"),
        ("１２．５", "12.50"),
        ("１，２００", "1200.00"),
        ("-0", "0.00"),
        ("+3.10", "3.10"),
        ("1.500", "1.50"),
        ("0001", "1.00"),
        (5, "5.00"),
        (0.1, "0.10"),
        (12.5, "12.50"),
        (Decimal("7"), "7.00"),
    ],
)
def test_number_is_exact(create_form: CreateForm, raw: Any, value: str) -> None:
    form = create_form(field("number", "a", decimalDigits=2, increment="0.01"))
    found, said = answer(form, raw)
    assert (str(found), said) == (value, "")


@pytest.mark.parametrize(("raw", "value"), [("42.0000", "42"), ("1200", "1200"), ("0.50", "0.5")])
def test_number_without_step_is_written_short(
    create_form: CreateForm, raw: str, value: str
) -> None:
    form = create_form(field("number", "a", decimalDigits=4))
    assert str(answer(form, raw)[0]) == value


@pytest.mark.parametrize(
    "raw",
    [
        *("NaN", "Infinity", "-inf", "1e999", "1e3", "12a", "1,20", ",5", "1.", ".5", "0x10"),
        *("½", "²", "١٢", "1 200", "--1", "1_000", "9" * 41),
        *(float("nan"), float("inf"), 1e999, True, [], {}, [1], {"a": 1}),
        pytest.param("9" * 10_000_000, id="huge text"),
        pytest.param(10**5000, id="huge int"),
    ],
)
def test_what_is_no_number_is_refused(create_form: CreateForm, raw: Any) -> None:
    found, said = answer(create_form(field("number", "a")), raw)
    assert found is None
    assert "expected a number such as 1200.50" in said
    assert len(said) < 200


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("1.005", "a: expected at most 2 decimal places, found “1.005”."),
        ("0." + "0" * 30 + "1", "decimal places"),
        (1e-300, "decimal places"),
        ("1000000000000000", "a: expected at most 15 digits before the decimal point"),
        (1e300, "digits before"),
        ("-0.01", "a: expected 0 or more, found -0.01."),
        ("100.01", "a: expected 100 or less, found 100.01."),
    ],
)
def test_number_keeps_its_limits(create_form: CreateForm, raw: Any, said: str) -> None:
    limits = {"min": 0, "max": 100}
    form = create_form(field("number", "a", decimalDigits=2, validate=limits))
    assert said in answer(form, raw)[1]


@pytest.mark.parametrize(
    "raw",
    ["2022-02-03", "2022/2/3", "2022.2.3", "2022年2月3日", "２０２２-02-03", date(2022, 2, 3)],
)
def test_day_is_understood(create_form: CreateForm, raw: Any) -> None:
    assert answer(create_form(field("datetime", "a")), raw) == (date(2022, 2, 3), "")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("2022-02-30", "expected a day of the calendar, found “2022-02-30”"),
        ("2021-02-29", "expected a day of the calendar"),
        ("0000-01-01", "expected a day of the calendar"),
        ("0001-01-01", "expected a day of the calendar"),
        ("9999-12-31", "expected a day of the calendar"),
        ("2022-13-01", "expected a day of the calendar"),
        ("20220203", "expected a date such as"),
        ("2022-10-10T09:00", "expected a date such as"),
        ("tomorrow", "expected a date such as"),
        (20220203, "expected a date such as"),
        (["2022-02-03"], "expected a date such as"),
    ],
)
def test_what_is_no_day_is_refused(create_form: CreateForm, raw: Any, said: str) -> None:
    assert said in answer(create_form(field("datetime", "a")), raw)[1]


def test_day_keeps_its_limits(create_form: CreateForm) -> None:
    days = {"date.min": "2022-01-01", "date.max": "today"}
    form = create_form(field("datetime", "a", properties=days))
    today = date(2022, 10, 10)
    assert answer(form, "2022-10-10", today=today)[1] == ""
    assert "2022-10-10 or earlier" in answer(form, "2022-10-11", today=today)[1]
    assert "2022-01-01 or later" in answer(form, "2021-12-31", today=today)[1]


def test_text_is_trimmed_and_its_lines_are_plain(create_form: CreateForm) -> None:
    form = create_form(field("textarea", "a"))
    assert answer(form, "\u3000 一\r\n二\r三 \n") == ("一\n二\n三", "")


@pytest.mark.parametrize("raw", ["", "   ", "\u3000", "\u200b\ufeff", "\n\t", None])
def test_blank_is_no_answer(create_form: CreateForm, raw: Any) -> None:
    optional = create_form(field("textfield", "a"))
    required = create_form(field("textfield", "a", validate={"required": True}))
    assert answer(optional, raw) == (None, "")
    assert answer(required, raw) == (None, "a: an answer is needed, but none was given.")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("a\0b", "cannot be stored"),
        ("\ud800", "cannot be stored"),
        ("a\x1b[31m", "cannot be stored"),
        (5, "expected text, found 5"),
        (True, "expected text, found true"),
        ({"a": {"b": {}}}, "expected text, found an object"),
        (["x"] * 100, "expected text, found a list"),
        ("字" * 201, "expected at most 200 characters, found 201"),
        pytest.param("x" * 10_000_000, "found 10000000", id="huge"),
    ],
)
def test_what_is_no_text_is_refused(create_form: CreateForm, raw: Any, said: str) -> None:
    found, sentence = answer(create_form(field("textfield", "a")), raw)
    assert found is None
    assert said in sentence
    sentence.encode()


def test_pattern_is_linear_and_says_what_it_wants(create_form: CreateForm) -> None:
    hint = {"pattern.zh": "字母", "pattern.en": "letters a"}
    validate = {"pattern": "^(a+)+$", "maxLength": 20000}
    form = create_form(field("textarea", "a", validate=validate, properties=hint))
    begin = time.process_time()  # not the wall clock: the machine may be busy
    assert "expected letters a, found “aaaa" in answer(form, "a" * 19_000 + "!")[1]
    assert time.process_time() - begin < 1
    assert answer(form, "aaa")[1] == ""


@pytest.mark.parametrize("kind", ["select", "radio"])
def test_choice_is_one_of_the_options(create_form: CreateForm, kind: str) -> None:
    form = create_form(field(kind, "a", values=[{"value": "x", "label": "X"}]))
    assert answer(form, "x") == ("x", "")
    for wrong in ("y", "X", 5, ["x"], {"x": 1}):
        assert answer(form, wrong)[1]


def test_several_choices_keep_the_order_of_the_form(create_form: CreateForm) -> None:
    options = [{"value": each, "label": each} for each in "abc"]
    form = create_form(field("checklist", "a", values=options))
    assert answer(form, ["c", "a", "c"]) == (["a", "c"], "")
    assert answer(form, ["", "b"]) == (["b"], "")
    assert answer(form, []) == ([], "")
    assert "found “d”" in answer(form, ["a", "d"])[1]
    assert answer(form, [["a"]])[1]


@pytest.mark.parametrize(
    ("raw", "value"), [("true", True), ("on", True), ("", False), ("否", False), (True, True)]
)
def test_tick_is_yes_or_no(create_form: CreateForm, raw: Any, value: bool) -> None:
    assert answer(create_form(field("checkbox", "a")), raw) == (value, "")


def test_required_tick_must_be_yes(create_form: CreateForm) -> None:
    form = create_form(field("checkbox", "a", validate={"required": True}))
    assert answer(form, "")[1] == "a: this must be ticked, but it is not."
    assert "expected yes or no" in answer(form, "maybe")[1]


FILE = {"id": "0192", "name": "report.pdf", "size": 5, "hash": "ab"}


class TestFiles:
    def test_only_received_files_count_and_the_host_says_what_they_are(
        self, create_form: CreateForm
    ) -> None:
        form = create_form(field("filepicker", "a"))
        forged = {"id": "0192", "name": "../../etc/passwd", "size": 0}
        assert answer(form, [forged], attachments=[FILE]) == ([FILE], "")
        by_id = {"0192": {"name": "report.pdf", "size": 5, "hash": "ab"}}
        assert answer(form, "0192", attachments=by_id) == ([FILE], "")

    def test_unknown_file_is_refused(self, create_form: CreateForm) -> None:
        form = create_form(field("filepicker", "a"))
        assert "unknown id “0193”" in answer(form, ["0193"], attachments=[FILE])[1]
        assert "unknown id" in answer(form, ["0192"])[1]

    def test_file_that_was_there_stays(self, create_form: CreateForm) -> None:
        form = create_form(field("filepicker", "a"))
        assert form.bind({}, {"a": [FILE]}, WRITE, {}).values["a"] == [FILE]

    def test_required_means_at_least_one(self, create_form: CreateForm) -> None:
        form = create_form(field("filepicker", "a", validate={"required": True}))
        assert "an answer is needed" in answer(form, [])[1]
        assert "an answer is needed" in answer(form, [""])[1]

    def test_one_picker_takes_one_file(self, create_form: CreateForm) -> None:
        form = create_form(field("filepicker", "a"))
        assert "expected at most 1 files, found 2" in answer(form, ["1", "2"])[1]
        assert "expected uploaded files" in answer(form, [5])[1]


def test_options_may_come_from_the_surroundings(create_form: CreateForm) -> None:
    form = create_form(field("select", "a", valuesExpression="=goal.indicators.l3"))
    goal = {"indicators": [{"l3": "长度"}, {"l3": "质量"}]}
    assert answer(form, "长度", goal=goal) == ("长度", "")
    assert "found “高度”" in answer(form, "高度", goal=goal)[1]
    assert answer(form, "长度")[1]


def test_choice_follows_its_neighbour(create_form: CreateForm) -> None:
    by = {"options.by": "a", "option.quantity.by": "output", "option.social.by": "benefit"}
    governor = [{"value": each, "label": each} for each in ("output", "benefit")]
    narrowed = [{"value": each, "label": each} for each in ("quantity", "social", "other")]
    form = create_form(
        field("select", "a", values=governor), field("select", "b", values=narrowed, properties=by)
    )
    rights = {"a": "write", "b": "write"}
    for chosen in ("quantity", "other"):
        assert not form.bind({"a": "output", "b": chosen}, {}, rights, {}).problems
    problem = form.bind({"a": "output", "b": "social"}, {}, rights, {}).problems[0]
    assert str(problem) == "b: b: “social” does not go with a “output”."
