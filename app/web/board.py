"""The manager's board: projects × steps, what the figures say, and the list behind each of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.core.errors import Problem, problem
from app.core.i18n import N_, Bilingual, Sentence
from app.engine import Process
from app.identity import Permission, organisation_scope
from app.web.addresses import AddressReader
from app.web.context import actor, db, now
from app.web.security import needs
from app.workflow.assignment.whys import read_why
from app.workflow.definitions.versions import process_of
from app.workflow.names import group_name
from app.workflow.tracking.board_choices import BoardChoices, board_choices
from app.workflow.tracking.board_columns import Column, board_columns
from app.workflow.tracking.board_filters import BoardFilters
from app.workflow.tracking.board_pages import board_page
from app.workflow.tracking.figures import board_figures

pages = Blueprint("board", __name__)


@dataclass(frozen=True, slots=True)
class BoardAddress:
    """What the address of a board says, and what it says that cannot be."""

    filters: BoardFilters
    problems: tuple[Problem, ...] = ()

    def arguments(self) -> dict[str, str]:
        """The address again, without what narrows nothing."""
        said = {
            "process": self.filters.process_key,
            "year": str(self.filters.fiscal_year),
            "text": self.filters.text,
            "department": self.filters.department_code,
            "section": self.filters.section_code,
            "key": "1" if self.filters.only_key else "",
            "overdue": "1" if self.filters.only_overdue else "",
            "column": self.filters.column,
        }
        return {name: value for name, value in said.items() if value}

    def url(self, **changes: Any) -> str:
        """Address of the same board with some filters changed; None leaves one out."""
        return url_for("board.index", **{**self.arguments(), **changes})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the process and the year is chosen."""
        return len(self.arguments()) > 2

    def without_column(self, columns: Collection[str]) -> "BoardAddress":
        """The same, with a sentence instead of a column that this board does not have."""
        column = self.filters.column
        if column in ("", *columns):
            return self
        refused = problem(
            "board.column",
            "column",
            N_("Expected a column of this board, found “{found}”; showing all of them."),
            found=column,
        )
        return BoardAddress(replace(self.filters, column=""), (*self.problems, refused))


@pages.get("/board")
@needs(Permission.BOARD_VIEW)
def index() -> ResponseReturnValue:
    """The board; whatever in the address cannot be is named and left out, with status 422."""
    scope = organisation_scope(actor())
    choices = board_choices(db(), scope)
    if not choices.years:
        return render_template("board/nothing.html")
    place = read_address(request.args, choices)
    figures = board_figures(db(), scope, place.filters, now())
    columns = board_columns(
        _newest(place.filters.process_key, choices),
        {column: cell.name for column, cell in figures.cells.items()},
    )
    place = place.without_column([each.id for each in columns])
    page = board_page(db(), scope, place.filters, now(), request.args.get("after", ""))
    shown = render_template(
        "board/index.html",
        place=place,
        choices=choices,
        figures=figures,
        columns=columns,
        calls=_calls(columns),
        page=page,
        chosen=next((each for each in columns if each.id == place.filters.column), None),
        is_first=not request.args.get("after"),
        group_name=lambda key: group_name(key, choices.names),
        why=lambda whys: _why(whys, choices.names),
        sees_everything=scope.everything,
    )
    return shown, 422 if place.problems else 200


def _why(
    whys: Sequence[Mapping[str, Any]], organisations: Mapping[str, Bilingual]
) -> list[Sentence]:
    """Why the people of a place have it, each sentence once."""
    said = [each for stored in whys for each in read_why(stored, organisations)]
    return [each for place, each in enumerate(said) if each not in said[:place]]


def read_address(said: MultiDict[str, str], choices: BoardChoices) -> BoardAddress:
    """Read an address; the process and the year have defaults, the newest ones with projects."""
    reader = AddressReader(said)
    process_key = reader.one_of(
        "process",
        choices.years,
        _default_process(choices),
        N_("Expected a process that projects have started, found “{found}”; showing another one."),
    )
    filters = BoardFilters(
        process_key=process_key,
        fiscal_year=reader.year(choices.years[process_key][0]),
        text=reader.text("text"),
        department_code=reader.one_of(
            "department",
            choices.departments,
            "",
            N_("Expected the code of a department, found “{found}”; showing all departments."),
        ),
        section_code=reader.one_of(
            "section",
            choices.sections,
            "",
            N_("Expected the code of an expenditure section, found “{found}”; showing all."),
        ),
        only_key=reader.flag("key"),
        only_overdue=reader.flag("overdue"),
        column=said.get("column", ""),
    )
    return BoardAddress(filters, tuple(reader.problems))


def _default_process(choices: BoardChoices) -> str:
    """The one that serves the newest year; of several, the first by key."""
    return min(choices.years, key=lambda key: (-choices.years[key][0], key))


def _newest(process_key: str, choices: BoardChoices) -> Process:
    """The newest version with the newest of everything that it may call."""
    others = sorted(str(id_) for key, (id_, _) in choices.processes.items() if key != process_key)
    return process_of(db(), [str(choices.processes[process_key][0]), *others])


def _calls(columns: tuple[Column, ...]) -> list[tuple[Bilingual | None, int, str]]:
    """Neighbouring columns of one call, or of one kind, with how many they are."""
    by: Callable[[Column], Any] = lambda each: (each.call, each.kind)  # noqa: E731
    return [(call, len(list(found)), kind) for (call, kind), found in groupby(columns, by)]
