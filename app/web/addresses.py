"""Filters in the address of a page, typed by anybody: what cannot be is named and left out."""

from collections.abc import Collection
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app.core.errors import Problem, problem
from app.core.i18n import N_

LONGEST_TEXT = 100


@dataclass(slots=True)
class AddressReader:
    """Reads the arguments of one address and collects a problem for each that cannot be."""

    said: MultiDict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A search as a person could have typed it."""
        said = self.said.get(name, "")
        return "".join(each for each in said if each.isprintable()).strip()[:LONGEST_TEXT]

    def flag(self, name: str) -> bool:
        """Whether it is there and not empty."""
        return bool(self.said.get(name))

    def one_of(self, name: str, known: Collection[str], default: str, sentence: str) -> str:
        """One of the known words; `sentence` says what was wanted, with a place for `found`."""
        wanted = self.said.get(name, "")
        if not wanted or wanted in known:
            return wanted or default
        self.problems.append(problem(f"address.{name}", name, sentence, found=wanted))
        return default

    def year(self, default: int) -> int:
        """A fiscal year, 2000 to 2100."""
        text = self.said.get("year", "")
        if not text:
            return default
        is_year = text.isascii() and text.isdecimal() and len(text) == 4
        if is_year and 2000 <= int(text) <= 2100:
            return int(text)
        self.problems.append(
            problem(
                "address.year",
                "year",
                N_("Expected a year such as {default}, found “{found}”; showing {default}."),
                default=str(default),
                found=text,
            )
        )
        return default
