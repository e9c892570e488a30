"""In which states items, steps and seats may be, and what a seat or a question is for."""

from enum import StrEnum


class InstanceState(StrEnum):
    """A process instance is active until an end event is reached or a person ends it."""

    ACTIVE = "active"
    #: Clocks stand still and nobody may act, until somebody resumes it.
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    #: Ended by a person before an end event was reached.
    TERMINATED = "terminated"


class TaskState(StrEnum):
    """A user task is open until its rule is met or a return takes it away."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class SeatState(StrEnum):
    """The honest end of one person's place in a step; never closed in another person's name."""

    OPEN = "open"
    #: Its turn comes later: an earlier signer of a sequence, or an added one, goes first.
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    ABSTAINED = "abstained"
    RETURNED = "returned"
    #: A delegate has given the opinion that was asked for.
    ADVISED = "advised"
    TRANSFERRED = "transferred"
    NOT_NEEDED = "not_needed"
    #: Taken away by who had added it or by an administrator, or handed back by its holder, whom a
    #: conflict of interest keeps out.
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    #: The step's time ran out and its rule decided; nobody is said to have voted.
    EXPIRED = "expired"


#: Seats that may still act, now or later.
UNDECIDED = (SeatState.OPEN, SeatState.WAITING)


class SeatKind(StrEnum):
    """What a seat is for (approvals.md §1 and §3)."""

    #: Belongs to the step's electorate.
    VOTE = "vote"
    #: Added before a seat (前加签): that one waits until this has agreed.
    BEFORE = "before"
    #: Added behind (后加签): the step stays open until this has agreed too.
    AFTER = "after"
    #: A delegate (委派): gives an opinion to the owner, never a vote.
    ADVICE = "advice"


class QuestionKind(StrEnum):
    """What is asked of a person while an item waits."""

    #: To the initiator or an earlier approver; the step's clock stands still meanwhile.
    CLARIFICATION = "clarification"
    #: The initiator asks who has read the item to let it go back (撤回, by consent).
    WITHDRAWAL = "withdrawal"
