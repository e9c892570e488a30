"""Whatever is sent: binding never raises, and rights and storage hold."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import documents
from app.core.errors import InvalidInputError
from app.forms import Form, diff, load_form

CURRENT: dict[str, Any] = {
    "name": "road",
    "basis": "law",
    "amount": Decimal("5.00"),
    "secret": "s",
    "rows": [{"item": "one", "weight": Decimal("1.00"), "internal": "i"}],
}
KEYS = [
    *("name", "basis", "amount", "count", "start", "kind", "grade", "key_project", "marks"),
    *("files", "checks", "secret", "rows", "total", "late_reason", "note", "x"),
    *("item", "weight", "internal", "remark", "double", "__row"),
]
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(categories=("Cs", "Cc", "Nd", "Zs", "Cf")), max_size=8),
    st.sampled_from(["", "a", "b", "12", "1,200.50", "2022-02-30", "2022-10-10", "on", "1e9"]),
)
SCALARS = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.binary()
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), TREES, max_size=8)
NAMES = st.sampled_from(
    [*KEYS, "checks.note", "rows.__rows"]
    + [f"rows.{index}.{key}" for index in (0, 1, 7) for key in (*KEYS[-7:], "__row", "__delete")]
)
PAIRS = st.lists(st.tuples(NAMES | st.text(max_size=8), TEXTS), max_size=20)
RIGHTS = st.dictionaries(
    st.sampled_from([*KEYS, "rows.item", "rows.weight", "rows.internal", "checks.note"]),
    st.sampled_from(["write", "read", "hidden"]),
)


@settings(max_examples=80, deadline=None)
@given(sent=OBJECTS | PAIRS | TREES, rights=RIGHTS)
def test_binding_returns_and_can_be_shown_and_stored(
    road: Form, sent: Any, rights: dict[str, str]
) -> None:
    bound = road.bind(sent, CURRENT, rights, {})
    for each in bound.problems:
        str(each).encode()
    road.view(bound.values, rights, {}, bound.problems, bound.typed)
    stored = documents.dump(road.dump(bound.values))
    assert road.load(documents.load(stored)) == bound.values
    assert diff(road, bound.values, bound.values) == ()


@settings(max_examples=80, deadline=None)
@given(sent=OBJECTS | PAIRS, rights=RIGHTS)
def test_what_may_not_be_written_never_changes(
    road: Form, sent: Any, rights: dict[str, str]
) -> None:
    values = road.bind(sent, CURRENT, rights, {}).values
    for key in ("name", "basis", "amount", "secret"):
        if rights.get(key) != "write":
            assert values[key] == CURRENT[key]
    if rights.get("rows") == "write":
        return
    (row,) = values["rows"]
    for key in ("item", "weight", "internal"):
        if rights.get("rows") == "hidden" or rights.get(f"rows.{key}") != "write":
            assert row[key] == CURRENT["rows"][0][key]


@settings(max_examples=60, deadline=None)
@given(sent=PAIRS)
def test_what_is_hidden_never_leaves(road: Form, sent: Any) -> None:
    rights = {**dict.fromkeys(KEYS, "write"), "secret": "hidden", "rows.internal": "hidden"}
    current = {**CURRENT, "secret": "S3CR3T", "rows": [{"internal": "1NT3RN4L"}]}
    bound = road.bind(sent, current, rights, {})
    shown = repr(road.view(bound.values, rights, {}, bound.problems, bound.typed))
    shown += repr(diff(road, current, bound.values, rights)) + repr(bound.problems)
    assert "S3CR3T" not in shown
    assert "1NT3RN4L" not in shown


@settings(max_examples=60, deadline=None)
@given(sent=PAIRS, rights=RIGHTS)
def test_what_was_typed_binds_to_the_same_again(
    road: Form, sent: Any, rights: dict[str, str]
) -> None:
    bound = road.bind(sent, CURRENT, rights, {})
    again = road.bind(bound.typed.as_pairs(), CURRENT, rights, {})
    assert again.values == bound.values
    assert len(again.problems) == len(bound.problems)


@settings(max_examples=60, deadline=None)
@given(
    document=st.recursive(
        SCALARS,
        lambda t: (
            st.lists(t)
            | st.dictionaries(
                st.sampled_from(
                    ["components", "type", "key", "id", "validate", "values", "properties"]
                ),
                t,
            )
        ),
        max_leaves=20,
    )
)
def test_any_document_is_a_form_or_a_refusal(document: Any) -> None:
    try:
        load_form({"components": [document]}, "any")
    except InvalidInputError as refused:
        str(refused)
