"""The library of definitions as its pages list it: newest versions, drafts, history, what runs."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

import orjson
from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session, defer

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, problem
from app.core.i18n import N_, Bilingual
from app.engine import read_heading
from app.identity import SYSTEM, Actor, Permission, people_names
from app.workflow.definitions.drafts import save_definition_draft
from app.workflow.definitions.models import DefinitionDraft, ProcessDefinition
from app.workflow.definitions.versions import (
    bilingual_name,
    get_definition,
    latest_definition,
    newest_definitions,
)
from app.workflow.models import ProcessInstance
from app.workflow.names import person_name
from app.workflow.states import InstanceState

#: What may be a key: an XML name without a prefix, short enough for its column.
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Version:
    """One deployed version, with the instances that were started on it or call it."""

    id: UUID
    key: str
    number: int
    name: Bilingual
    note: str
    deployed_at: datetime
    deployed_by: Bilingual
    running: int
    finished: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has saved and nobody has deployed."""

    key: str
    name: Bilingual
    revision: int
    saved_at: datetime
    saved_by: Bilingual
    xml: bytes


@dataclass(frozen=True)
class Shelf:
    """One process of the library: its versions, newest first, and its draft."""

    key: str
    versions: tuple[Version, ...]
    draft: Draft | None

    @property
    def name(self) -> Bilingual:
        """What the newest version is called; of a process never deployed, the draft."""
        if self.versions:
            return self.versions[0].name
        return self.draft.name if self.draft else Bilingual(self.key, self.key)

    @property
    def newest(self) -> Version | None:
        """The version that a new instance takes."""
        return self.versions[0] if self.versions else None

    @cached_property
    def running(self) -> int:
        """Instances under way, on whatever version."""
        return sum(each.running for each in self.versions)

    @property
    def draft_is_older(self) -> bool:
        """Whether a version was deployed after the draft was saved."""
        newest = self.newest
        return bool(self.draft and newest and newest.deployed_at > self.draft.saved_at)


def list_shelves(session: Session, actor: Actor) -> list[Shelf]:
    """Every process that was ever deployed or drafted, by key, in at most four statements.

    Raises:
        NotPermittedError: the actor may not see definitions.
    """
    actor.require(Permission.DEFINITION_VIEW)
    versions = session.scalars(
        select(ProcessDefinition)
        .options(defer(ProcessDefinition.xml))
        .order_by(ProcessDefinition.key, ProcessDefinition.version.desc())
    ).all()
    drafts = session.scalars(select(DefinitionDraft)).all()
    return _shelves(session, versions, drafts)


def get_shelf(session: Session, actor: Actor, key: str) -> Shelf:
    """One process with its whole history, in at most four statements.

    Raises:
        NotPermittedError: the actor may not see definitions. NotFoundError: no such process.
    """
    actor.require(Permission.DEFINITION_VIEW)
    versions = session.scalars(
        select(ProcessDefinition)
        .options(defer(ProcessDefinition.xml))
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
    ).all()
    draft = session.get(DefinitionDraft, key)
    found = _shelves(session, versions, [draft] if draft else [])
    if not found:
        raise NotFoundError(N_("Expected the process “{key}”, found none."), key=key)
    return found[0]


def get_draft(session: Session, actor: Actor, key: str) -> Draft:
    """The draft of a process.

    Raises:
        NotPermittedError: the actor may not edit. NotFoundError: there is no draft.
    """
    actor.require(Permission.DEFINITION_EDIT)
    row = session.get(DefinitionDraft, key)
    if row is None:
        raise NotFoundError(N_("Expected a draft of the process “{key}”, found none."), key=key)
    return _draft(row, people_names(session, [row.saved_by_id]))


def begin_definition(
    session: Session, actor: Actor, key: str, xml: bytes, now: datetime
) -> DefinitionDraft:
    """Start a process that does not exist yet from a first diagram, kept as a draft.

    Raises:
        NotPermittedError: the actor may not edit. InvalidInputError: the key cannot be one.
        ConflictError: the key is taken.
    """
    actor.require(Permission.DEFINITION_EDIT)
    _require_key(key)
    if latest_definition(session, key) or session.get(DefinitionDraft, key):
        raise ConflictError(
            N_("Expected a new key, but the process “{key}” exists. Edit it instead."), key=key
        )
    return save_definition_draft(session, actor, key, xml, 0, now)


def import_definition(session: Session, actor: Actor, xml: bytes, now: datetime) -> DefinitionDraft:
    """Keep a file from elsewhere as the draft of the process that it draws.

    It need not pass the deploy gate, but it must be readable and have a layout to be edited in.

    Raises:
        NotPermittedError: the actor may not edit. InvalidInputError: no usable file.
        ConflictError: somebody has a draft of this process; importing would replace it.
    """
    actor.require(Permission.DEFINITION_EDIT)
    try:
        heading = read_heading(xml)
    except InvalidInputError as refusal:
        raise InvalidInputError(N_("The file cannot be imported."), refusal.problems) from None
    _require_key(heading.key)
    if not heading.has_layout:
        raise InvalidInputError(
            N_(
                "Expected a diagram with a layout, but “{name}” draws no element. Open it in a "
                "modeler that lays it out, save it there, and import it again."
            ),
            name=heading.name,
        )
    present = session.get(DefinitionDraft, heading.key)
    if present is not None:
        raise ConflictError(
            N_(
                "Expected no draft of “{name}”, but {who} saved one {when}. Deploy or discard it "
                "first; the file was not imported."
            ),
            name=heading.name,
            who=person_name(session, present.saved_by_id),
            when=present.saved_at,
        )
    return save_definition_draft(session, actor, heading.key, xml, 0, now)


def require_newest(session: Session, key: str, version: int) -> None:
    """Refuse to deploy over a version that the author has not seen; 0 stands for none.

    Raises:
        ConflictError: somebody deployed in between; the sentence says who and when.
    """
    newest = latest_definition(session, key)
    found = newest.version if newest else 0
    if newest is not None and found != version:
        raise ConflictError(
            N_(
                "Expected version {wanted} to be the newest, but {who} deployed version {found} "
                "{when}. Look at it, then decide which changes to keep."
            ),
            wanted=version,
            found=found,
            who=person_name(session, newest.deployed_by_id),
            when=newest.deployed_at,
        )


def instances_of_newest(session: Session, key: str) -> int:
    """How many running instances stay on the newest version when another one is deployed."""
    newest = latest_definition(session, key)
    return _instances(session)[0][newest.id] if newest else 0


def other_definitions(session: Session, key: str) -> list[ProcessDefinition]:
    """The newest version of every process but this one: what its diagram may call."""
    return [each for each in newest_definitions(session) if each.key != key]


def version_xml(session: Session, actor: Actor, key: str, version: int) -> bytes:
    """The file of a version as its author wrote it.

    Raises:
        NotPermittedError: the actor may not see definitions. NotFoundError: no such version.
    """
    actor.require(Permission.DEFINITION_VIEW)
    return get_definition(session, key, version).xml


def _require_key(key: str) -> None:
    if not KEY.fullmatch(key):
        raise InvalidInputError(
            N_("The key of the process cannot be used."),
            [
                problem(
                    "definition.key",
                    "key",
                    N_(
                        "Expected a key of letters, digits, “_”, “-” and “.”, beginning with a "
                        "letter, found “{found}”."
                    ),
                    found=key,
                )
            ],
        )


def _shelves(
    session: Session, versions: Iterable[ProcessDefinition], drafts: Iterable[DefinitionDraft]
) -> list[Shelf]:
    rows: dict[str, list[ProcessDefinition]] = {}
    for row in versions:
        rows.setdefault(row.key, []).append(row)
    by_key = {each.key: each for each in drafts}
    people = {row.deployed_by_id for found in rows.values() for row in found}
    people |= {each.saved_by_id for each in by_key.values()}
    names = people_names(session, [each for each in people if each is not None])
    running, finished = _instances(session) if rows else (Counter(), Counter())
    return [
        Shelf(
            key,
            tuple(_version(row, names, running, finished) for row in rows.get(key, [])),
            _draft(by_key[key], names) if key in by_key else None,
        )
        for key in sorted({*rows, *by_key})
    ]


def _version(
    row: ProcessDefinition,
    names: Mapping[UUID, Bilingual],
    running: Counter[UUID],
    finished: Counter[UUID],
) -> Version:
    return Version(
        id=row.id,
        key=row.key,
        number=row.version,
        name=bilingual_name(row),
        note=row.note,
        deployed_at=row.deployed_at,
        deployed_by=_who(row.deployed_by_id, names),
        running=running[row.id],
        finished=finished[row.id],
    )


def _draft(row: DefinitionDraft, names: Mapping[UUID, Bilingual]) -> Draft:
    try:
        name = read_heading(row.xml).name
    except InvalidInputError:
        name = Bilingual(row.key, row.key)
    who = _who(row.saved_by_id, names)
    return Draft(row.key, name, row.revision, row.saved_at, who, row.xml)


def _who(user_id: UUID | None, names: Mapping[UUID, Bilingual]) -> Bilingual:
    """The person's name; the system's for what the product's own installation deployed."""
    return SYSTEM.name if user_id is None else names.get(user_id, SYSTEM.name)


def _instances(session: Session) -> tuple[Counter[UUID], Counter[UUID]]:
    """Running and finished instances of each version, as main process or called by one.

    There are few different lists of ids, so the database groups them as text.
    """
    versions = cast(ProcessInstance.definition_ids, Text)
    rows = session.execute(
        select(versions, ProcessInstance.state, func.count()).group_by(
            versions, ProcessInstance.state
        )
    )
    running: Counter[UUID] = Counter()
    finished: Counter[UUID] = Counter()
    for ids, state, count in rows:
        under_way = state in (InstanceState.ACTIVE, InstanceState.SUSPENDED)
        counter = running if under_way else finished
        for each in orjson.loads(ids):
            counter[UUID(each)] += count
    return running, finished


def has_layout(xml: bytes) -> bool:
    """Whether a page can show this file; a file that cannot be read has none."""
    try:
        return read_heading(xml).has_layout
    except InvalidInputError:
        return False
