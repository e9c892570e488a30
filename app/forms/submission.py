"""What was sent, sorted by the fields of the form; two ways of sending lead to the same shape.

**Inputs of a page**: pairs of name and text, a name for each path.

- `opinion`, `checks.relevance`: a field; `indicators.3.weight`: a cell of the row with index 3.
- Row indices say which row is meant: below the number of rows that the page was shown with it is
  that row, anything else is a new one. Gaps are deleted rows.
- `indicators.__rows` (any text) says that the list was on the page at all: without it and without
  rows the list is left as it is, with it and without rows the list becomes empty.
- `indicators.3.__row` holds the row's place among the rows (default: its index), and keeps a row
  that has no other inputs; `indicators.3.__delete` with any text drops the row.
- A checkbox, checklist or file picker is preceded by a hidden input of the same name and empty
  text, because browsers send nothing for what is not ticked; a field that is not sent is kept.
- Other names (CSRF token, buttons) are not this form's business.

**JSON**: nested objects; a row may name its index by `__row` (default: its position).
Unknown keys are problems here, for a program has nothing else to send.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import Problem, problem
from app.core.i18n import Bilingual
from app.forms import limits, refusals
from app.forms.answers import is_blank
from app.forms.layout import Field, FieldType, Layout, cell_path
from app.forms.refusals import Refusal, describe, shortened
from app.forms.rights import Rights, may_write

#: A JSON-like object, or the inputs of a page in their order.
Submitted = Mapping[str, Any] | Iterable[tuple[str, Any]]

ROWS, ROW, DELETE = "__rows", "__row", "__delete"
MULTIPLE = frozenset({FieldType.CHECKLIST, FieldType.FILES})
#: An index beyond this comes from no page of ours.
_INDEX = re.compile(r"[0-9]{1,6}")
#: A program that sends nonsense is told about the first few.
_MAX_UNKNOWN = 10


@dataclass(frozen=True, slots=True)
class SubmittedRow:
    """A row as it was sent: `index` names the current row that it stands for, if there is one."""

    index: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Submission:
    """Raw answers by path, raw rows by list, and what could not be sorted."""

    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, tuple[SubmittedRow, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_submission(layout: Layout, submitted: object, rights: Rights) -> Submission:
    """Sort what was sent; never raises. What may not be written is left aside in silence."""
    if isinstance(submitted, Mapping):
        submission = Submission()
        _take_object(submission, layout.fields, submitted, "", rights)
        return submission
    if isinstance(submitted, (str, bytes)) or not isinstance(submitted, Iterable):
        unusable = problem("form.type", "", refusals.NOT_ANSWERS, found=describe(submitted))
        return Submission(problems=[unusable])
    return _from_pairs(layout, submitted, rights)


def _from_pairs(layout: Layout, pairs: Iterable[object], rights: Rights) -> Submission:
    submission = Submission()
    texts: dict[str, list[Any]] = {}
    cells: dict[str, dict[int, dict[str, list[Any]]]] = {}
    writable = [each for each in layout.entries() if may_write(each, rights)]
    lists = {each.path: each for each in writable if each.type is FieldType.LIST}
    for count, pair in enumerate(pairs):
        if not isinstance(pair, tuple) or len(pair) != 2:
            template = refusals.NOT_ANSWERS
            submission.problems.append(problem("form.type", "", template, found=describe(pair)))
            break
        name, text = pair
        if count >= limits.MAX_PAIRS:
            wanted = limits.MAX_PAIRS
            template = refusals.TOO_MANY_ANSWERS
            submission.problems.append(problem("form.size", "", template, wanted=wanted))
            break
        if not isinstance(name, str) or len(name) > limits.MAX_NAME_LENGTH:
            continue
        if name in layout.by_path:
            texts.setdefault(name, []).append(text)
        else:
            _sort_cell(name, text, lists, cells)
    for each in writable:
        if each.type is FieldType.LIST:
            if each.path in cells:
                _keep_rows(submission, each, _rows(each, cells[each.path], rights))
        elif each.path in texts:
            submission.values[each.path] = _raw(each, texts[each.path])
    return submission


def _sort_cell(
    name: str,
    text: object,
    lists: Mapping[str, Field],
    cells: dict[str, dict[int, dict[str, list[Any]]]],
) -> None:
    rest, _, last = name.rpartition(".")
    if last == ROWS and rest in lists:
        cells.setdefault(rest, {})
        return
    path, _, index = rest.rpartition(".")
    if path in lists and _INDEX.fullmatch(index):
        row = cells.setdefault(path, {}).setdefault(int(index), {})
        row.setdefault(last, []).append(text)


def _rows(
    field: Field, rows: Mapping[int, Mapping[str, list[Any]]], rights: Rights
) -> list[SubmittedRow]:
    columns = {each.key: each for each in field.children if may_write(each, rights)}
    kept = [index for index, row in rows.items() if all(map(is_blank, row.get(DELETE, ())))]
    return [
        SubmittedRow(
            index,
            {key: _raw(columns[key], sent) for key, sent in rows[index].items() if key in columns},
        )
        for index in sorted(kept, key=lambda index: (_place(rows[index], index), index))
    ]


def _place(row: Mapping[str, list[Any]], index: int) -> int:
    said = row.get(ROW, [""])[-1]
    return int(said) if isinstance(said, str) and _INDEX.fullmatch(said) else index


def _raw(field: Field, sent: list[Any]) -> object:
    return list(sent) if field.type in MULTIPLE else sent[-1]


def _take_object(
    submission: Submission,
    fields: tuple[Field, ...],
    sent: Mapping[str, Any],
    prefix: str,
    rights: Rights,
) -> None:
    known = {each.key: each for each in _named(fields)}
    for key, raw in sent.items():
        found = known.get(key) if isinstance(key, str) else None
        if found is None:
            _note_unknown(submission, prefix, key)
        elif not may_write(found, rights):
            continue
        elif found.type is FieldType.GROUP:
            if isinstance(raw, Mapping):
                _take_object(submission, found.children, raw, f"{found.path}.", rights)
            else:
                values = {"found": describe(raw)}
                _note(submission, found, Refusal("form.type", refusals.NOT_GROUP, values))
        elif found.type is FieldType.LIST:
            _take_rows(submission, found, raw, rights)
        else:
            submission.values[found.path] = raw


def _named(fields: tuple[Field, ...]) -> Iterable[Field]:
    for each in fields:
        if each.key:
            yield each
        else:
            yield from _named(each.children)


def _take_rows(submission: Submission, field: Field, raw: object, rights: Rights) -> None:
    if not isinstance(raw, (list, tuple)):
        _note(submission, field, Refusal("form.type", refusals.NOT_ROWS, {"found": describe(raw)}))
        return
    rows: dict[int, SubmittedRow] = {}
    columns = {each.key for each in field.children}
    writable = {each.key for each in field.children if may_write(each, rights)}
    for position, sent in enumerate(raw[: limits.MAX_ROWS + 1]):
        if not isinstance(sent, Mapping):
            refusal = Refusal("form.type", refusals.NOT_GROUP, {"found": describe(sent)})
            submission.problems.append(
                refusal.at(cell_path(field.path, position), row_label(field, position))
            )
            return
        said = sent.get(ROW)
        index = position
        if isinstance(said, int) and not isinstance(said, bool) and 0 <= said < 10**6:
            index = said
        while index in rows:  # two rows cannot stand for the same one: the second is new
            index = max(len(raw), limits.MAX_ROWS, *rows) + 1
        rows[index] = SubmittedRow(index, {k: v for k, v in sent.items() if k in writable})
        for key in sent:
            if key not in columns and key != ROW:
                _note_unknown(submission, f"{field.path}.{position}.", key)
    _keep_rows(submission, field, list(rows.values()), len(raw))


def _keep_rows(
    submission: Submission, field: Field, rows: list[SubmittedRow], found: int | None = None
) -> None:
    count = len(rows) if found is None else found
    if count > limits.MAX_ROWS:
        values = {"wanted": field.constraint.max_rows, "found": count}
        _note(submission, field, Refusal("form.rows", refusals.TOO_MANY_ROWS, values))
    else:
        submission.rows[field.path] = tuple(rows)


def _note(submission: Submission, field: Field, refusal: Refusal) -> None:
    submission.problems.append(refusal.at(field.path, field.label))


def _note_unknown(submission: Submission, prefix: str, key: object) -> None:
    if sum(each.code == "form.unknown" for each in submission.problems) < _MAX_UNKNOWN:
        name = shortened(f"{prefix}{key}" if isinstance(key, str) else prefix)
        template = refusals.UNKNOWN_FIELD
        submission.problems.append(problem("form.unknown", name, template, found=name))


def row_label(field: Field, position: int, column: Bilingual | None = None) -> Bilingual:
    """How a row or a cell is named to a person: `绩效指标第 4 行·权重`."""
    zh, en = field.label.in_language("zh"), field.label.in_language("en")
    zh, en = f"{zh}第 {position + 1} 行", f"{en}, row {position + 1}"
    if column is None:
        return Bilingual(zh, en)
    return Bilingual(f"{zh}·{column.in_language('zh')}", f"{en}: {column.in_language('en')}")
