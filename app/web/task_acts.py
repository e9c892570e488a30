"""The further acts of the task page: each is one line in the menu “More” and one dialog."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.i18n import N_
from app.web.task_page import TaskPage


@dataclass(frozen=True, slots=True)
class Act:
    """One act; its dialog is `templates/task/acts/<name>.html`, its inputs begin with `act:`."""

    name: str
    icon: str
    #: An English msgid, marked with `N_`.
    label: str
    #: Where the dialog is sent to; a refusal opens the dialog again.
    endpoint: str
    is_offered: Callable[[TaskPage], bool]


#: In the order of the menu. What each needs stands in its guard (`permits.py`).
ACTS: tuple[Act, ...] = (
    Act(
        "ask",
        "message",
        N_("Ask for clarification"),
        "task_talk.ask",
        lambda page: bool(page.said.people),
    ),
    Act("copy", "copy", N_("Give a copy"), "task_talk.copy", lambda page: page.allowed.decide),
    Act("urge", "bell", N_("Urge"), "task_talk.urge_", lambda page: page.said.may_urge),
)
