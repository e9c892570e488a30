"""Tables of the room: projects, their money, goal versions, indicators and goal letters."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base
from app.core.i18n import Bilingual
from app.core.ids import new_id
from app.core.types import Money, UtcDateTime, money, one_of
from app.projects.indicators import (
    Direction,
    IndicatorLine,
    Level1,
    Level2,
    Operator,
)
from app.projects.kinds import (
    ExAnteConclusion,
    GoalStatus,
    Link,
    LinkStatus,
    Nature,
    Novelty,
    ObjectType,
    Source,
)
from app.projects.quantities import Quantity

#: 10k yuan.
NOTHING = money(0)


def source_columns(amounts: Iterable[tuple[Source, Decimal]]) -> dict[str, Decimal]:
    """The columns of a project that hold its money by source; a source not named gives nothing."""
    empty = {f"{source}_amount": NOTHING for source in Source}
    return empty | {f"{source}_amount": amount for source, amount in amounts}


class Project(Base):
    """One project of one fiscal year; codes of organisations are copied so that lists need no join.

    A department merged mid-year keeps its history, because the codes are never rewritten.
    """

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint(one_of("object_type", ObjectType), name="object_type"),
        CheckConstraint(one_of("nature", Nature), name="nature"),
        CheckConstraint(one_of("novelty", Novelty), name="novelty"),
        CheckConstraint(one_of("link", Link), name="link"),
        CheckConstraint(one_of("link_status", LinkStatus), name="link_status"),
        CheckConstraint(
            "ex_ante_conclusion IS NULL OR " + one_of("ex_ante_conclusion", ExAnteConclusion),
            name="ex_ante_conclusion",
        ),
        CheckConstraint("start_date <= end_date", name="start_before_end"),
        CheckConstraint(
            " AND ".join(f"{source}_amount >= 0" for source in Source), name="source_amounts"
        ),
        CheckConstraint(
            "year_amount = " + " + ".join(f"{source}_amount" for source in Source),
            name="year_amount",
        ),
        CheckConstraint("total_amount >= year_amount", name="total_amount"),
        CheckConstraint("fiscal_year BETWEEN 2000 AND 2100", name="fiscal_year"),
        # projects_page(), one keyset page of a year for each kind of actor:
        # all, unit, department, section, third-party agency.
        Index(None, "fiscal_year", "code"),
        Index(None, "unit_code", "fiscal_year", "code"),
        Index(None, "department_code", "fiscal_year", "code"),
        Index(None, "section_code", "fiscal_year", "code"),
        Index(None, "agency_code", "fiscal_year", "code"),
        # link_counts(): projects and money per link and status of a year.
        Index(None, "fiscal_year", "link", "link_status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    #: `YS2023-0004`: YS for 预算 (budget), the fiscal year, a running number; also the business
    #: subject of its processes.
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    fiscal_year: Mapped[int]
    unit_code: Mapped[str] = mapped_column(ForeignKey("organisation.code"))
    department_code: Mapped[str] = mapped_column(ForeignKey("organisation.code"))
    section_code: Mapped[str] = mapped_column(ForeignKey("organisation.code"))
    object_type: Mapped[str] = mapped_column(String(20), default=ObjectType.PROJECT.value)
    nature: Mapped[str] = mapped_column(String(20))
    novelty: Mapped[str] = mapped_column(String(20))
    #: Key projects (重点项目) are also reviewed by a third party.
    is_key: Mapped[bool] = mapped_column(default=False)
    start_date: Mapped[date]
    end_date: Mapped[date]
    leader_zh: Mapped[str] = mapped_column(String(60))
    leader_en: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(30))
    #: Asked for in the fiscal year, 10k yuan; equals the sum of its sources.
    year_amount: Mapped[Decimal] = mapped_column(Money)
    #: The year's money from each source, 10k yuan. Columns and not rows: the law knows these four,
    #: and an act on a goal then writes its project in one statement.
    fiscal_amount: Mapped[Decimal] = mapped_column(Money, default=NOTHING)
    carry_over_amount: Mapped[Decimal] = mapped_column(Money, default=NOTHING)
    superior_amount: Mapped[Decimal] = mapped_column(Money, default=NOTHING)
    other_amount: Mapped[Decimal] = mapped_column(Money, default=NOTHING)
    #: Over all years, 10k yuan.
    total_amount: Mapped[Decimal] = mapped_column(Money)
    #: The third-party agency appointed to it; its staff see the project only then.
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"))
    ex_ante_conclusion: Mapped[str | None] = mapped_column(String(20))
    link: Mapped[str] = mapped_column(String(20))
    link_status: Mapped[str] = mapped_column(String(20))

    @property
    def name(self) -> Bilingual:
        """Both names."""
        return Bilingual(self.name_zh, self.name_en)

    @property
    def leader(self) -> Bilingual:
        """The named person in charge (项目负责人)."""
        return Bilingual(self.leader_zh, self.leader_en)

    @property
    def sources(self) -> tuple[tuple[Source, Decimal], ...]:
        """The sources that give something this year, with their amounts in 10k yuan."""
        amounts = ((source, getattr(self, f"{source}_amount")) for source in Source)
        return tuple((source, amount) for source, amount in amounts if amount)


class GoalVersion(Base):
    """One submission of a project's performance goal; an approved one is frozen."""

    __tablename__ = "goal_version"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(one_of("status", GoalStatus), name="status"),
        CheckConstraint(
            "(status = 'draft') = (submitted_at IS NULL)"
            " AND (submitted_at IS NULL) = (submitted_by_id IS NULL)",
            name="submitted_by_someone",
        ),
        CheckConstraint("status <> 'approved' OR approved_at IS NOT NULL", name="approved_once"),
        CheckConstraint(
            "approved_at IS NULL OR status IN ('approved', 'superseded')", name="approved_stays"
        ),
        # Later links read the one goal in force.
        Index(
            "uq_goal_version_in_force",
            "project_id",
            unique=True,
            sqlite_where=text("status = 'approved'"),
            postgresql_where=text("status = 'approved'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    #: 1 for the first submission; every resubmission is one more.
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    medium_goal: Mapped[str] = mapped_column(Text, default="")
    annual_goal: Mapped[str] = mapped_column(Text)
    #: The whole form as it was sent, money included.
    form_values: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: SHA-256 of the canonical form values, as hexadecimal text.
    content_hash: Mapped[str] = mapped_column(String(64))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    indicators: Mapped[list["Indicator"]] = relationship(
        order_by="Indicator.position", cascade="all, delete-orphan"
    )

    @property
    def is_frozen(self) -> bool:
        """Approved, now or once: nothing in it may change any more."""
        return self.approved_at is not None


class Indicator(Base):
    """One third-level indicator of a goal version."""

    __tablename__ = "indicator"
    __table_args__ = (
        # Later links compare line by line; a name is said once in a goal.
        UniqueConstraint("goal_version_id", "l3"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint(one_of("l1", Level1), name="l1"),
        CheckConstraint(one_of("l2", Level2), name="l2"),
        CheckConstraint("direction IS NULL OR " + one_of("direction", Direction), name="direction"),
        CheckConstraint("(operator IS NULL) = (direction IS NULL)", name="direction_if_quantified"),
        CheckConstraint("operator IS NULL OR " + one_of("operator", Operator), name="operator"),
        CheckConstraint(
            "(operator IS NULL) = (target_number IS NULL)", name="number_if_quantified"
        ),
        CheckConstraint(
            "(coalesce(operator, '') = 'range') = (target_high IS NOT NULL)", name="high_if_range"
        ),
        CheckConstraint("operator IS NOT NULL OR target_text <> ''", name="text_if_qualitative"),
        CheckConstraint("target_high IS NULL OR target_high >= target_number", name="range_order"),
        CheckConstraint("weight > 0", name="weight"),
    )

    goal_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("goal_version.id", ondelete="CASCADE"), primary_key=True
    )
    #: 1 for the first line of the form.
    position: Mapped[int] = mapped_column(primary_key=True)
    l1: Mapped[str] = mapped_column(String(20))
    l2: Mapped[str] = mapped_column(String(30))
    l3: Mapped[str] = mapped_column(String(60))
    #: Both None for a qualitative line.
    direction: Mapped[str | None] = mapped_column(String(10))
    operator: Mapped[str | None] = mapped_column(String(10))
    target_number: Mapped[Decimal | None] = mapped_column(Quantity)
    target_text: Mapped[str] = mapped_column(String(200), default="")
    #: Upper end of a range.
    target_high: Mapped[Decimal | None] = mapped_column(Quantity)
    unit: Mapped[str] = mapped_column(String(20), default="")
    #: Points; execution adds 10 to the declared 90 in the usual scheme.
    weight: Mapped[Decimal] = mapped_column(Quantity)
    basis: Mapped[str] = mapped_column(Text, default="")
    evidence_source: Mapped[str] = mapped_column(Text, default="")
    #: Reference into the indicator library, if it was picked there.
    from_library: Mapped[str | None] = mapped_column(String(60))
    is_core: Mapped[bool] = mapped_column(default=False)

    @property
    def line(self) -> IndicatorLine:
        """The same as a plain value."""
        return IndicatorLine(
            l1=Level1(self.l1),
            l2=Level2(self.l2),
            l3=self.l3,
            operator=Operator(self.operator) if self.operator else None,
            target_number=self.target_number,
            target_high=self.target_high,
            target_text=self.target_text,
            unit=self.unit,
            weight=self.weight,
            basis=self.basis,
            evidence_source=self.evidence_source,
            from_library=self.from_library,
            is_core=self.is_core,
        )


class GoalFingerprint(Base):
    """One of the dozen band hashes of a goal's text; see `similarity.py`."""

    __tablename__ = "goal_fingerprint"
    __table_args__ = (
        # load_peers(): fiscal_year IN (this, last) AND band_hash IN (12 hashes), other units only,
        # answered from the index alone and cut at 50 candidates.
        Index(None, "band_hash", "fiscal_year", "unit_code", "goal_version_id"),
    )

    goal_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("goal_version.id", ondelete="CASCADE"), primary_key=True
    )
    #: Signed 64 bits; the band's number is folded in.
    band_hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    fiscal_year: Mapped[int]
    unit_code: Mapped[str] = mapped_column(String(20))


class GoalLetter(Base):
    """The reply (批复) that fixes goal and money in one act (谁批复预算、谁批复目标)."""

    __tablename__ = "goal_letter"
    __table_args__ = (
        UniqueConstraint("goal_version_id"),
        CheckConstraint("approved_amount >= 0", name="approved_amount"),
        # The letters of one project, newest version first.
        Index(None, "project_id", "number"),
    )

    #: `绩批-YS2023-0008-2`: built from the project's code and the goal's version, because a
    #: running number would make two approvals at the same moment wait for each other.
    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    goal_version_id: Mapped[UUID] = mapped_column(ForeignKey("goal_version.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Empty when a script of the process issued it.
    issued_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    #: 10k yuan.
    approved_amount: Mapped[Decimal] = mapped_column(Money)
    #: That of the goal version at the time of issue, so that a later change would show.
    content_hash: Mapped[str] = mapped_column(String(64))
