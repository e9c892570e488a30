"""The navigation at the left: one list, shown to those who may use each entry."""

from dataclasses import dataclass

from flask import Flask, current_app, request

from app.core.i18n import N_
from app.identity import Actor, Permission
from app.web.context import actor_or_none

#: Pages without an entry of their own, and the blueprint below whose entry they lie.
_PLACES = {
    "batch": "inbox",
    "calendars": "definitions",
    "conflicts": "staff",
    "handover": "staff",
    "return_counts": "definitions",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation. `icon` is a symbol of `frontend/src/icons.svg`."""

    endpoint: str
    label: str
    icon: str
    permission: Permission

    @property
    def is_current(self) -> bool:
        """Whether the present page belongs to the same blueprint."""
        blueprint = _PLACES.get(request.blueprint or "", request.blueprint)
        return blueprint == self.endpoint.split(".")[0]


ENTRIES = (
    Entry("inbox.index", N_("Tasks"), "inbox", Permission.TASK_WORK),
    Entry("board.index", N_("Board"), "layout-board", Permission.BOARD_VIEW),
    Entry("projects.index", N_("Projects"), "list", Permission.PROJECT_VIEW),
    Entry("definitions.index", N_("Processes"), "sitemap", Permission.DEFINITION_VIEW),
    Entry("operations.index", N_("Incidents"), "alert-triangle", Permission.INCIDENT_MANAGE),
    Entry("staff.index", N_("People and absence"), "users", Permission.TASK_WORK),
    Entry("staff.index", N_("People and absence"), "users", Permission.ITEM_MANAGE),
)


def entries_for(who: Actor | None) -> list[Entry]:
    """What a person may use, among the pages that this application was built with."""
    if who is None:
        return []
    known = current_app.view_functions
    return [each for each in ENTRIES if each.endpoint in known and who.can(each.permission)]


def register(app: Flask) -> None:
    """Give the templates `navigation` and `me`."""
    app.context_processor(
        lambda: {"navigation": entries_for(actor_or_none()), "me": actor_or_none()}
    )
