"""Everything that the page of a task shows, gathered once for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import g, request

from app.core.i18n import N_, Bilingual, Sentence
from app.engine import Outcome
from app.identity import (
    SYSTEM,
    ConflictKind,
    names_of_users,
    organisation_names,
    people_names,
    standing_in,
)
from app.web.context import actor, db, now, settings
from app.web.fields import FormPage
from app.web.goal_diffs import Comparison, last_changes
from app.web.return_points import Checklist, Note
from app.web.seat_panel import Place, SeatPanel, places_to_move, seat_panel
from app.web.since import Since
from app.web.task_form import (
    TypedLine,
    is_of_page,
    kept_pairs,
    shown_form,
    typed_pairs,
    under_review,
)
from app.web.task_history import (
    LedgerLine,
    PastOpinion,
    acting,
    ledger_lines,
    mentioned,
    past_opinions,
)
from app.web.task_outlook import Ahead, Returns, gather_ahead, gather_returns
from app.web.task_returns import beside_form, beside_material, gather_checklist, gather_since
from app.web.task_said import Said, gather_said
from app.web.task_standing import Standing, gather_standing
from app.workflow.applying.loading import LoadedTask, SeatFacts, load_task
from app.workflow.assignment.choices import Choice, choices_asked
from app.workflow.assignment.whys import read_why, stands_in
from app.workflow.deciding.attachments import attachments_of
from app.workflow.deciding.drafts import find_draft
from app.workflow.deciding.models import Attachment, TaskDraft
from app.workflow.names import candidate_keys, group_name
from app.workflow.permits.reading import require_reader
from app.workflow.permits.tasks import Permitted, permitted
from app.workflow.resources import resources_of
from app.workflow.tracking.history import (
    OpenSeat,
    ledger_entries,
    open_incidents,
    open_seats,
    opinions,
)
from app.workflow.voting.own_seats import own_seat, owner_of


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page; `form` is to be filled in when `allowed.decide`, and to be read otherwise."""

    loaded: LoadedTask
    allowed: Permitted
    #: What is under review: the first step's form as last sent, for those who come later.
    material: PastOpinion | None
    form: FormPage | None
    draft: TaskDraft | None
    #: What was typed into a form that can no longer be sent, to be copied.
    orphaned: tuple[TypedLine, ...]
    opinions: tuple[PastOpinion, ...]
    own_vote: PastOpinion | None
    changes: Comparison | None
    checklist: Checklist
    #: What is new to this person; None when he has not seen the item before.
    since: Since | None
    #: The path ahead; None once the item has ended or while it is suspended.
    ahead: Ahead | None
    #: What each return would do; None where none is permitted.
    returns: Returns | None
    seats: tuple["ShownSeat", ...]
    ledger: list[LedgerLine]
    files: list[Attachment]
    people: Mapping[UUID, Bilingual]
    #: Later steps for which an agreement here chooses the people.
    choices: Sequence[Choice]
    organisations: Mapping[str, Bilingual]
    #: Why the reader has a seat, in order.
    why: tuple[Sentence, ...]
    incidents: tuple[Sentence, ...]
    is_copied: bool
    said: Said
    standing: Standing
    #: Whether this person may decide the step, which nobody has read yet.
    is_first_reading: bool
    #: Where several people sign.
    signers: SeatPanel | None
    #: Among which places a transfer may choose; empty where there is no choice.
    places: tuple[Place, ...]

    @property
    def conflict_kinds(self) -> type[ConflictKind]:
        """The kinds of interest that may be declared."""
        return ConflictKind

    @property
    def sent_back(self) -> PastOpinion | None:
        """The return that opened this visit, whose reason is the first thing to read."""
        opened_at = self.loaded.task.opened_at
        back = (each for each in self.opinions if each.is_return and each.counts)
        return next((each for each in back if each.opinion.at == opened_at), None)

    @property
    def reusable(self) -> PastOpinion | None:
        """What this person said here before its branch ran again, to be confirmed or changed."""
        task, codes = self.loaded.task, [each.code for each in self.allowed.approve]
        own = (
            each
            for each in self.opinions
            if each.is_reusable and each.opinion.who_id == actor().id
            and (each.opinion.definition_key, each.opinion.step_id)
            == (task.definition_key, task.step_id)
            and each.opinion.visit < task.visit and each.opinion.outcome in codes
        )  # fmt: skip
        return next(own, None)

    @property
    def beside_form(self) -> Mapping[str, list[Note]]:
        """Points of the return beside the fields of this step's form."""
        return beside_form(self.checklist)

    @property
    def beside_material(self) -> Mapping[str, list[Note]]:
        """Points and former values beside the fields under review."""
        return beside_material(self.checklist, self.since)

    @property
    def approvals(self) -> list[tuple[Outcome, Bilingual | None]]:
        """The ways to agree with their names; None where the diagram gives none."""
        return [
            (each, each.name if str(each.name) not in ("", each.code) else None)
            for each in self.allowed.approve
        ]

    @property
    def subject(self) -> Bilingual:
        """Name of the project."""
        return Bilingual(self.loaded.instance.subject_zh, self.loaded.instance.subject_en)


@dataclass(frozen=True, slots=True)
class ShownSeat:
    """Who is expected to act at an open step, and since when."""

    seat: OpenSeat
    groups: tuple[Bilingual, ...]
    #: Why these people, in order; at last who stands in for the holder today.
    why: tuple[Sentence, ...]


def gather(task_id: UUID) -> TaskPage:
    """Read the page of a task for the present person.

    Raises:
        NotFoundError: no such task. NotPermittedError: it does not concern this person.
    """
    loaded = load_task(db(), task_id, lock=False)
    seat = own_seat(loaded, actor())
    if seat is None:
        require_reader(db(), actor(), loaded.instance)
    allowed = permitted(loaded, actor())
    instance = loaded.instance
    said = opinions(db(), instance.instance_id)
    votes = [each for each in said if each.voided_at is None]
    seats = open_seats(db(), instance.instance_id)
    entries = ledger_entries(db(), instance.instance_id)
    files = attachments_of(db(), instance.instance_id)
    forms = resources_of(db()).forms
    organisations = organisation_names(db(), _codes(loaded, seats))
    people = people_names(
        db(),
        acting(entries) | {each.uploaded_by_id for each in files},
    )
    absent = _absences(seats)
    past = past_opinions(said, loaded.process, forms, loaded.progress.reusable)
    draft = find_draft(db(), task_id, actor())
    is_refused = g.get("refill") and is_of_page(request.form)
    typed = typed_pairs() if is_refused else kept_pairs(draft)
    form, orphaned = shown_form(loaded, allowed, typed, votes)
    material = under_review(loaded, past, votes)
    checklist = gather_checklist(loaded, votes, material, form, typed)
    return TaskPage(
        loaded=loaded,
        allowed=allowed,
        material=material,
        form=form,
        draft=draft,
        orphaned=orphaned,
        opinions=tuple(past),
        own_vote=next((e for e in past if e.opinion.task_id == task_id and e.counts), None),
        changes=last_changes(db(), forms, instance.process_key, instance.subject_code, votes),
        checklist=checklist,
        since=gather_since(loaded, past, entries, material, checklist),
        ahead=gather_ahead(loaded),
        returns=gather_returns(loaded, allowed, past),
        seats=tuple(
            ShownSeat(
                each,
                tuple(group_name(key, organisations) for key in each.groups),
                (*read_why(each.why, organisations), *absent.get(each.holder_id, ())),
            )
            for each in seats
        ),
        ledger=ledger_lines(
            entries,
            loaded.process,
            people,
            organisations,
            SYSTEM.name,
            names_of_users(db(), mentioned(entries)),
        ),
        files=files,
        people=people,
        choices=choices_asked(loaded, actor()) if allowed.approve else (),
        organisations=organisations,
        why=_own_why(seat, organisations),
        incidents=tuple(
            Sentence.load(each.sentence) for each in open_incidents(db(), instance.instance_id)
        ),
        is_copied=not candidate_keys(actor()).isdisjoint(loaded.progress.copied),
        said=gather_said(loaded, allowed, organisations),
        standing=gather_standing(loaded, entries, people),
        is_first_reading=seat is not None and loaded.is_open and loaded.task.read_at is None,
        signers=seat_panel(loaded, actor(), organisations),
        places=places_to_move(loaded, actor(), organisations) if allowed.transfer else (),
    )


def _own_why(
    seat: SeatFacts | None, organisations: Mapping[str, Bilingual]
) -> tuple[Sentence, ...]:
    if seat is None:
        return ()
    owner = owner_of(seat, actor())
    return (
        *read_why(seat.why, organisations),
        *((stands_in(actor().name, owner),) if owner else ()),
    )


def _absences(seats: Sequence[OpenSeat]) -> Mapping[UUID | None, tuple[Sentence, ...]]:
    """Who is away today, and who stands in: the last link of “why this person?”."""
    today = now().astimezone(settings().time_zone).date()
    rows = standing_in(db(), [each.holder_id for each in seats if each.holder_id], today)
    names = people_names(db(), {each.substitute_id for each in rows})
    return {
        row.owner_id: (
            Sentence(
                N_("Away until {day}; {who} stands in."),
                {"day": row.last_day.isoformat(), "who": names[row.substitute_id]},
            ),
        )
        for row in rows
    }


def _codes(loaded: LoadedTask, seats: Sequence[OpenSeat]) -> set[str]:
    instance = loaded.instance
    groups = [*(key for each in seats for key in each.groups), *loaded.progress.copied]
    whys = [*(seat.why for seat in loaded.seats), *(each.why for each in seats)]
    groups += [str(each.get("group", "")) for each in whys]
    groups += [seat.group_key for seat in loaded.seats if seat.group_key]
    codes = {key.partition("@")[2] for key in groups} - {""}
    return codes | {instance.unit_code, instance.department_code}
