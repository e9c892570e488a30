"""Tables of the room: organisations, user accounts and memberships."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base
from app.core.i18n import Bilingual
from app.core.ids import new_id
from app.core.types import UtcDateTime, one_of
from app.identity.groups import make_group_key
from app.identity.roles import Role, Scope


class OrganisationKind(StrEnum):
    """What an organisation is; units lie under departments, everything of ours under the bureau."""

    BUREAU = "bureau"
    CENTER = "center"
    SECTION = "section"
    DEPARTMENT = "department"
    UNIT = "unit"
    AGENCY = "agency"


class Organisation(Base):
    """The finance bureau and its sections, budget departments and units, third-party agencies."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(one_of("kind", OrganisationKind), name="kind"),
        CheckConstraint("code <> '' AND code NOT LIKE '%@%'", name="code_fits_group_key"),
        CheckConstraint(
            "(kind = 'department') = (section_code IS NOT NULL)", name="section_if_department"
        ),
        CheckConstraint("kind <> 'unit' OR parent_code IS NOT NULL", name="parent_if_unit"),
        CheckConstraint("parent_code <> code", name="not_own_parent"),
        # units_of(): the units of a department; sections and centers of the bureau.
        Index(None, "parent_code", "code"),
        # departments(): those that one expenditure section looks after.
        Index(None, "section_code", "code"),
    )

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"))
    #: The expenditure section (支出科室) that a department belongs to: exactly one.
    section_code: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"))

    @property
    def name(self) -> Bilingual:
        """Both names."""
        return Bilingual(self.name_zh, self.name_en)


class User(Base):
    """A person with an account."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint("username = lower(username) AND username <> ''", name="username"),
        CheckConstraint("language IN ('zh', 'en')", name="language"),
        CheckConstraint("failed_sign_ins >= 0", name="failed_sign_ins"),
        # find_people(): the people of one organisation.
        Index(None, "organisation_code", "username"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    #: sign_in(): looked up by the unique index.
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))
    organisation_code: Mapped[str] = mapped_column(ForeignKey("organisation.code"))
    position_zh: Mapped[str] = mapped_column(String(60), default="")
    position_en: Mapped[str] = mapped_column(String(60), default="")
    #: Where mail notices go; none are sent while it is empty.
    email: Mapped[str] = mapped_column(String(200), default="")
    #: argon2id in its own text form, parameters and salt included.
    password_hash: Mapped[str] = mapped_column(String(200))
    #: Empty until the person chooses one: then the browser decides.
    language: Mapped[str | None] = mapped_column(String(2))
    #: False for a leaver: signs in no more, and gets no seat.
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Made by the sample bureau; the sign-in page offers these by name.
    is_sample: Mapped[bool] = mapped_column(default=False)
    #: Consecutive failures since the last success or lock.
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: A cookie signs in only with the number it was given; one more ends them all, copies too.
    session_epoch: Mapped[int] = mapped_column(default=0)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user", lazy="raise")

    @property
    def name(self) -> Bilingual:
        """Both names."""
        return Bilingual(self.name_zh, self.name_en)

    @property
    def position(self) -> Bilingual:
        """What is written on the door."""
        return Bilingual(self.position_zh, self.position_en)


class Substitution(Base):
    """One person stands in for another for some days (代理), in all processes or in one."""

    __tablename__ = "substitution"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="first_before_last"),
        CheckConstraint("owner_id <> substitute_id", name="somebody_else"),
        # load_actor(): those for whom a person stands in today.
        Index(None, "substitute_id", "last_day"),
        # The chain from an owner, and the owner's own list.
        Index(None, "owner_id", "last_day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    substitute_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    #: Both days included, in the bureau's time zone.
    first_day: Mapped[date]
    last_day: Mapped[date]
    #: Empty for all processes.
    process_key: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(200), default="")
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When it was ended before its last day.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RefusedRequest(Base):
    """A request that a signed-in person may not make, as none of our pages offers it to them."""

    __tablename__ = "refused_request"
    __table_args__ = (
        # The administrators' page, newest first: id < ? ORDER BY id DESC.
        # How many of a person's were written today: user_id = ? AND at >= ?.
        Index(None, "user_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(300))
    #: The sentence that the person was shown: a template and its values.
    sentence: Mapped[dict[str, Any]] = mapped_column(JSON)


class ConflictKind(StrEnum):
    """Why a person may not judge somebody's matter."""

    EMPLOYMENT = "employment"
    RELATIVE = "relative"
    CONTRACT = "contract"
    OTHER = "other"

    @property
    def display_name(self) -> Bilingual:
        """The words that pages show."""
        return _CONFLICT_NAMES[self]


_CONFLICT_NAMES = {
    ConflictKind.EMPLOYMENT: Bilingual("近三年曾在此任职", "worked there within three years"),
    ConflictKind.RELATIVE: Bilingual("近亲属在此任职", "a close relative works there"),
    ConflictKind.CONTRACT: Bilingual("有合同或经济往来", "a contract or business with it"),
    ConflictKind.OTHER: Bilingual("其他", "other"),
}


class Conflict(Base):
    """A declared conflict of interest (利益冲突): with an organisation, or with one project.

    While it is in force the person gets no seat in such an item and decides nothing there. What
    was declared stays; at most it is withdrawn, with a reason.
    """

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        CheckConstraint(one_of("kind", ConflictKind), name="kind_known"),
        CheckConstraint(
            "(organisation_code IS NULL) <> (subject_code IS NULL)", name="with_one_thing"
        ),
        CheckConstraint("first_day <= last_day", name="first_before_last"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_by_someone"
        ),
        # load_actor() and a person's own list: user_id = ? ORDER BY id DESC.
        Index(None, "user_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    #: A unit, a department with all its units, or a third-party agency.
    organisation_code: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"))
    #: Code of a project.
    subject_code: Mapped[str | None] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200))
    #: Both days included, in the bureau's time zone; empty at the end: until it is withdrawn.
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The person, or a manager who entered it.
    declared_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    #: Why it was withdrawn.
    withdrawal: Mapped[str] = mapped_column(String(200), default="")


_SCOPED_ROLES = [role for role in Role if role.scope is not Scope.BUREAU]


class Membership(Base):
    """One person in one group; build it with `Membership.of`."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint(
            f"({one_of('role', _SCOPED_ROLES)}) = (organisation_code IS NOT NULL)",
            name="organisation_if_scoped",
        ),
        CheckConstraint(
            "group_key = role || "
            "CASE WHEN organisation_code IS NULL THEN '' ELSE '@' || organisation_code END",
            name="group_key",
        ),
        # load_actor(): the groups of one person. members() reads the primary key.
        Index(None, "user_id"),
    )

    #: `role` or `role@CODE`; kept as a column so that a seat finds its members by one equality.
    group_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(30))
    organisation_code: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"))

    user: Mapped[User] = relationship(back_populates="memberships", lazy="raise")

    @classmethod
    def of(cls, user_id: UUID, role: Role, organisation_code: str | None = None) -> "Membership":
        """A membership whose group key fits its role and organisation."""
        return cls(
            user_id=user_id,
            role=role.value,
            organisation_code=organisation_code,
            group_key=make_group_key(role, organisation_code),
        )
