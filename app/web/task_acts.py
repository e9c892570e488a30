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


#: In the order of the menu. What each needs stands in its guard (`…_permits.py`).
ACTS: tuple[Act, ...] = (
    Act(
        "add_signer",
        "users",
        N_("Add a signer…"),
        "task_signing.add",
        lambda page: bool(page.allowed.add_signer),
    ),
    Act(
        "delegate",
        "forms",
        N_("Delegate…"),
        "task_signing.delegate",
        lambda page: page.allowed.delegate,
    ),
    Act(
        "ask",
        "message",
        N_("Ask for clarification"),
        "task_talk.ask",
        lambda page: bool(page.said.people),
    ),
    Act("copy", "copy", N_("Give a copy"), "task_talk.copy", lambda page: page.allowed.decide),
    Act(
        "conflict",
        "shield-check",
        N_("I have a conflict of interest"),
        "task_conflict.declare",
        lambda page: page.allowed.declare,
    ),
    Act(
        "step_aside",
        "arrow-back-up",
        N_("Hand the step back"),
        "task_conflict.leave",
        lambda page: page.allowed.step_aside,
    ),
    Act("urge", "bell", N_("Urge"), "task_talk.urge_", lambda page: page.said.may_urge),
    Act(
        "recall",
        "arrow-back-up",
        N_("Recall your decision"),
        "task_back.recall",
        lambda page: page.standing.may_recall,
    ),
    Act(
        "withdraw",
        "arrow-back-up",
        N_("Withdraw this item"),
        "task_back.withdraw_",
        lambda page: page.standing.may_withdraw,
    ),
    Act(
        "suspend",
        "lock",
        N_("Suspend this item"),
        "task_stop.suspend",
        lambda page: page.standing.may_suspend,
    ),
    Act(
        "resume",
        "arrow-forward-up",
        N_("Resume this item"),
        "task_stop.resume",
        lambda page: page.standing.may_resume,
    ),
    Act(
        "terminate",
        "circle-x",
        N_("Terminate this item"),
        "task_stop.terminate",
        lambda page: page.standing.may_terminate,
    ),
)
