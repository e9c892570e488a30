"""Answers as a person reads them, in both languages: for print, history and differences."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.i18n import Bilingual
from app.forms.layout import CHOICES, EMPTY, Field, FieldType, Option

YES, NO = Bilingual("是", "Yes"), Bilingual("否", "No")
#: Between the Chinese and the English name in a field whose property `names` is `both`.
_BESIDE = " / "


def shown(field: Field, value: Any, options: Sequence[Option] = ()) -> Bilingual:
    """The value as text: labels of options, `1,200.50` (a year without comma), names of files.

    `options` are those of now, where they come from an expression.
    """
    if value is None or value == []:
        return EMPTY
    if field.type in CHOICES or field.options:
        return _labels(options or field.options, value)
    if field.type is FieldType.LIST:
        return _rows(field, value)
    match value:
        case bool():
            return YES if value else NO
        case Decimal():
            text = f"{value:f}" if field.properties.get("grouping") == "none" else f"{value:,f}"
        case date():
            text = value.isoformat()
        case list():
            text = ", ".join(_file_name(each) for each in value)
        case str() if field.properties.get("names") == "both":
            chinese, _, english = value.partition(_BESIDE)
            return Bilingual(chinese, english)
        case _:
            text = str(value)
    return Bilingual(text, text)


def both_names(name: Bilingual) -> str:
    """A name as a field whose property `names` is `both` holds it; each reader sees one half."""
    return f"{name.zh}{_BESIDE}{name.en}"


def as_text(value: Any) -> str:
    """The value as an input holds it: `1200.50`, `2022-10-10`, an option's value."""
    match value:
        case None | list():
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    return str(value)


def shown_row(field: Field, row: Mapping[str, Any]) -> Bilingual:
    """One row in one line: `三级指标:管网长度;目标值:42`."""
    parts = [(each.label, shown(each, row.get(each.key))) for each in field.children]
    said = [(label, text) for label, text in parts if text != EMPTY]
    return Bilingual(
        ";".join(f"{a.in_language('zh')}:{b.in_language('zh')}" for a, b in said),
        "; ".join(f"{a.in_language('en')}: {b.in_language('en')}" for a, b in said),
    )


def _rows(field: Field, rows: Sequence[Mapping[str, Any]]) -> Bilingual:
    lines = [shown_row(field, each) for each in rows if isinstance(each, Mapping)]
    return Bilingual("\n".join(e.zh for e in lines), "\n".join(e.en for e in lines))


def _labels(options: Sequence[Option], value: Any) -> Bilingual:
    labels = {each.value: each.label for each in options}
    chosen = value if isinstance(value, list) else [value]
    found = [labels.get(each, Bilingual(str(each), "")) for each in chosen]
    return Bilingual(
        "、".join(each.in_language("zh") for each in found),
        ", ".join(each.in_language("en") for each in found),
    )


def _file_name(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("id") or "")
    return str(value)
