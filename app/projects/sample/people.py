"""The 93 people of the invented bureau (domain dossier, section 5)."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.i18n import Bilingual
from app.identity import Role
from app.projects.sample.names import personal_name
from app.projects.sample.organisations import AGENCIES, DEPARTMENTS, SECTIONS

#: Every sample account has this one; the sign-in page says so.
SAMPLE_PASSWORD = "countersign"  # noqa: S105 -- printed on the sign-in page of the sample


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One account with the one role that it is appointed to."""

    username: str
    name: Bilingual
    organisation_code: str
    position: Bilingual
    role: Role
    #: The organisation that the role is held for; None for a role of the whole bureau.
    role_organisation: str | None = None


def people() -> tuple[SamplePerson, ...]:
    """All of them, always with the same names."""
    return tuple(
        SamplePerson(username, personal_name(number), organisation, position, role, held_for)
        for number, (username, organisation, position, role, held_for) in enumerate(_posts())
    )


_Post = tuple[str, str, Bilingual, Role, str | None]


def _posts() -> Iterator[_Post]:
    yield from _department_posts()
    yield from _bureau_posts()
    for section, _ in SECTIONS:
        prefix = f"sec.{section.lower()}"
        reviewer, head = Bilingual("科员", "Section officer"), Bilingual("科长", "Section head")
        yield f"{prefix}.rev", section, reviewer, Role.SECTION_REVIEWER, section
        yield f"{prefix}.head", section, head, Role.SECTION_HEAD, section
    analyst = Bilingual("评价师", "Evaluator")
    for agency, _ in AGENCIES:
        for number in (1, 2):
            username = f"tpa.{agency[-1].lower()}{number}"
            yield username, agency, analyst, Role.THIRD_PARTY, agency


def _department_posts() -> Iterator[_Post]:
    clerk = Bilingual("项目经办", "Project clerk")
    finance = Bilingual("财务科科长", "Head of finance")
    head = Bilingual("分管副局长", "Deputy director")
    for department in DEPARTMENTS:
        code = department.code
        for unit, _ in department.units:
            yield f"{unit.lower()}.clerk", unit, clerk, Role.UNIT_CLERK, unit
        headquarters = f"{code}U0"
        yield f"{code.lower()}.fin", headquarters, finance, Role.DEPARTMENT_REVIEWER, code
        yield f"{code.lower()}.head", headquarters, head, Role.DEPARTMENT_HEAD, code


def _bureau_posts() -> Iterator[_Post]:
    reviewer, examiner = Bilingual("评审员", "Reviewer"), Bilingual("复审员", "Examiner")
    for number in (1, 2, 3):
        yield f"ctr.rev{number}", "CTR", reviewer, Role.CENTER_REVIEWER, None
    yield "ctr.head", "CTR", Bilingual("中心主任", "Center director"), Role.CENTER_HEAD, None
    for number in (1, 2, 3):
        yield f"perf.ex{number}", "PERF", examiner, Role.PERFORMANCE_EXAMINER, None
    yield "perf.head", "PERF", Bilingual("科长", "Section head"), Role.PERFORMANCE_HEAD, None
    for number in (1, 2):
        yield f"bud.{number}", "BUD", Bilingual("科员", "Officer"), Role.BUDGET_OFFICER, None
    yield "tre.1", "TRE", Bilingual("科员", "Officer"), Role.TREASURY_OFFICER, None
    yield "sup.1", "SUP", Bilingual("监督员", "Supervisor"), Role.SUPERVISOR, None
    deputy = Bilingual("分管副局长", "Deputy director")
    for number in (1, 2):
        yield f"leader.{number}", "FB", deputy, Role.BUREAU_LEADER, None
    for number in range(1, 9):
        yield f"exp.{number:02d}", "CTR", Bilingual("评审专家", "Expert"), Role.EXPERT, None
    yield "mgr", "FB", Bilingual("绩效统筹", "Performance coordinator"), Role.MANAGER, None
    yield "owner", "FB", Bilingual("流程管理", "Process owner"), Role.PROCESS_OWNER, None
    yield "admin", "FB", Bilingual("信息管理", "Administrator"), Role.ADMIN, None
