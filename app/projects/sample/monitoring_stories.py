"""The monitoring campaign of September 2022: how far each project's report has come."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.projects.kinds import LinkStatus
from app.projects.sample.desk import Acts, Desk, clerk_of, finance_of, section_of
from app.projects.sample.hours import WORKING_DAYS, draw, office_hour
from app.projects.sample.projects import SampleProject, projects
from app.projects.sample.reports import Standing, report_values, standing_of

PERIOD_END = date(2022, 9, 30)
#: The last place of the calendar before the demonstration: Sunday 9 October, a make-up day.
_LAST = len(WORKING_DAYS) - 1

#: Named projects at the expenditure section: the working days on which the unit filled the report
#: in and on which the department passed it on.
_AT_SECTION = {"P12": (10, 11), "P13": (8, 10), "P14": (7, 10), "P15": (10, 12)}

_NO_REASON = (
    "预算执行率明显低于序时进度，全部指标却填报“确定能完成”，没有说明偏差原因，"
    "请补充原因和整改措施后重新报送。"
)
_FROM_DEPARTMENT = (
    "数据与单位台账核对一致，同意上报。",
    "已抽查支付凭证，进度属实，同意。",
    "资料完整，同意报支出科室审核。",
    "与国库支付数据核对无误，同意。",
)
_FROM_SECTION = (
    "执行进度与目标进度基本同步，同意。",
    "指标完成情况真实，继续按计划执行。",
    "同意，请关注四季度支付进度。",
    "监控数据可信，同意通过。",
)


def monitoring_stories(desk: Desk) -> Iterator[Acts]:
    """One story per project of 2022: 601 accepted, 54 in review, 11 returned, 28 not submitted."""
    for project in projects(2022):
        yield _Report(desk, project).story()


class _Report:
    """The way of one project's report."""

    def __init__(self, desk: Desk, project: SampleProject) -> None:
        self.desk, self.project = desk, project
        self.standing = standing_of(project)

    def story(self) -> Acts:
        project = self.project
        began = office_hour(WORKING_DAYS[0], self.draw("start", 420))
        item = yield from self.desk.start_report(project, PERIOD_END, began)
        if project.tag == "P20":
            yield from self.disputed(item)
        elif project.status is LinkStatus.DRAFT:
            yield from self.not_submitted(item)
        elif project.status is LinkStatus.RETURNED:
            yield from self.returned(item)
        elif project.status is LinkStatus.PENDING:
            yield from self.in_review(item)
        else:
            yield from self.accepted(item)

    def accepted(self, item: UUID) -> Acts:
        filled = 1 + self.draw("fill", 8)
        checked = filled + 1 + self.draw("check", 2)
        # Three working days are allowed; here and there a section took five.
        slow = filled <= 4 and self.draw("slow", 20) == 0
        yield from self.fill(item, filled)
        yield from self.pass_on(item, checked)
        yield from self.accept(item, checked + (5 if slow else 1 + self.draw("accept", 2)))

    def in_review(self, item: UUID) -> Acts:
        named = _AT_SECTION.get(self.project.tag)
        if named is None and self.draw("where", 2):
            yield from self.fill(item, 9 + self.draw("fill", 4))
            return
        checked = 9 + self.draw("check", 4)
        filled, checked = named or (checked - 1 - self.draw("fill", 2), checked)
        yield from self.fill(item, filled)
        yield from self.pass_on(item, checked)

    def returned(self, item: UUID) -> Acts:
        """By the department, or by the section after it."""
        filled = 5 + self.draw("fill", 4)
        yield from self.fill(item, filled)
        if self.project.tag or self.draw("who", 2):
            yield from self.pass_on(item, filled + 1)
            yield from self.send_back(item, "section_review", filled + 3, _NO_REASON)
        else:
            yield from self.send_back(item, "department_review", filled + 2, _NO_REASON)

    def not_submitted(self, item: UUID) -> Acts:
        """Overdue since 30 September; some clerks have at least begun."""
        if not self.project.tag and self.draw("begun", 3) == 0:
            clerk, when = clerk_of(self.project), self.hour("begun", 6 + self.draw("day", 6))
            yield from self.desk.claim(item, "fill_monitoring", clerk, when)

    def disputed(self, item: UUID) -> Acts:
        """The unit answers a finding of the section instead of accepting it."""
        yield from self.fill(item, 2)
        yield from self.pass_on(item, 4)
        finding = "前三季度物业和能耗支出超出序时进度，请核减四季度支出计划并说明原因。"
        yield from self.send_back(item, "section_review", 7, finding)
        answer = {
            "problems": "我单位对“支出超序时进度”有异议：能耗费用按季预付，实际用量未超计划。",
            "measures": "附三个季度的电费结算单，请支出科室复核后认定。",
        }
        yield from self.fill(item, 10, **answer)
        yield from self.pass_on(item, 11)

    def fill(self, item: UUID, day: int, **changes: Any) -> Acts:
        when, clerk = self.hour("fill", day), clerk_of(self.project)
        values = report_values(self.project, self.standing) | changes
        yield from self.desk.agree(item, "fill_monitoring", clerk, when, values)

    def pass_on(self, item: UUID, day: int) -> Acts:
        when, who = self.hour("check", day), finance_of(self.project)
        opinion = _FROM_DEPARTMENT[self.draw("department", len(_FROM_DEPARTMENT))]
        values = _checked(self.standing)
        yield from self.desk.agree(item, "department_review", who, when, values, opinion)

    def accept(self, item: UUID, day: int) -> Acts:
        when, who = self.hour("accept", min(day, _LAST)), section_of(self.project)
        opinion = _FROM_SECTION[self.draw("section", len(_FROM_SECTION))]
        values = _checked(self.standing)
        yield from self.desk.agree(item, "section_review", who, when, values, opinion)

    def send_back(self, item: UUID, step: str, day: int, reason: str) -> Acts:
        who = {"department_review": finance_of, "section_review": section_of}[step](self.project)
        when = self.hour("return", min(day, _LAST))
        yield from self.desk.send_back(item, step, who, when, reason, "fill_monitoring")

    def hour(self, purpose: str, day: int) -> datetime:
        return office_hour(WORKING_DAYS[day], self.draw(f"{purpose} {day}", 420))

    def draw(self, purpose: str, below: int) -> int:
        return draw(self.project.code, purpose, below)


def _checked(standing: Standing) -> dict[str, str]:
    if standing.reason is None:
        return {"figures": "consistent", "deviations": "none"}
    return {"figures": "explained", "deviations": "sufficient"}
