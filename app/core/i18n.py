"""Texts in both languages: names that data carries, and sentences that the page translates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A name in Simplified Chinese and in English; the page shows the reader's language."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The text for a language tag such as `en` or `zh`; the other one when it is empty."""
        first, second = (self.zh, self.en) if language.startswith("zh") else (self.en, self.zh)
        return first or second

    def __str__(self) -> str:
        return self.en or self.zh


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence with `{named}` places; `app.web` translates it, everyone else reads it.

    The template is also the key of the translation, so it is written once, inside `N_`.
    Values may be plain values or `Bilingual` names.
    """

    template: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return self.template.format(**self.values)

    def dump(self) -> dict[str, object]:
        """As JSON, for rows that keep a sentence and are read in any language later."""
        return {"template": self.template, "values": {k: _dump(v) for k, v in self.values.items()}}

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Sentence":
        """Back from JSON."""
        return cls(stored["template"], {k: _load(v) for k, v in stored["values"].items()})


def _dump(value: object) -> object:
    if isinstance(value, Bilingual):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return value if isinstance(value, int | str | None) else str(value)


def _load(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    return datetime.fromisoformat(value["at"]) if "at" in value else Bilingual(**value)


def N_(template: str) -> str:
    """Mark a sentence for the translators; returns it unchanged."""
    return template
