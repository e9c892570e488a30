"""The bureau's words for why an item is sent back, read from `config/return_reasons.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core.i18n import Bilingual

FILE_NAME = "return_reasons.toml"


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """One choice of a return's checklist."""

    code: str
    name: Bilingual
    #: Whether the words alone do not say what is to be done.
    needs_text: bool


def load_return_reasons(config_folder: Path) -> Mapping[str, ReturnReason]:
    """The reasons by code, in the order in which they are offered."""
    read = tomllib.loads((config_folder / FILE_NAME).read_text(encoding="utf-8"))
    return {
        each["code"]: ReturnReason(
            each["code"], Bilingual(each["zh"], each["en"]), each.get("needs_text", False)
        )
        for each in read["reason"]
    }
