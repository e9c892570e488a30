"""The goal reviews of 2023 (P03 to P08), each in the situation that the dossier gives it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from app.projects.sample.desk import Acts, Begun, Desk, clerk_of, finance_of, section_of
from app.projects.sample.goals import goal_values
from app.projects.sample.hours import at
from app.projects.sample.projects import SampleProject, projects

_PASSES = "材料齐全，目标与部门职责和中长期规划相符，同意上报。"


def goal_stories(desk: Desk) -> Iterator[Acts]:
    """One story per project; P01, P02, P09 and P10 are still in link 1."""
    by_tag = {each.tag: each for each in projects(2023)}
    yield _third_party_beside_desk_review(desk, by_tag["P03"])
    yield _overdue_at_preliminary(desk, by_tag["P04"])
    yield _returned_with_wrong_weights(desk, by_tag["P05"])
    yield _returned_to_preliminary(desk, by_tag["P06"])
    yield _at_final_review(desk, by_tag["P07"])
    yield _approved(desk, by_tag["P08"])


def _third_party_beside_desk_review(desk: Desk, project: SampleProject) -> Acts:
    """The fortnight of the third party ends on the first morning of the demonstration."""
    item = yield from _start(desk, project, 14)
    yield from _submit(desk, item, project, 21)
    finance = finance_of(project)
    yield from desk.agree(item, "department_review", finance, at(9, 26, 10), review(), _PASSES)
    yield from desk.claim(item, "center_desk_review", "ctr.rev1", at(9, 28, 14, 20))
    yield from desk.claim(item, "third_party_review", "tpa.a1", at(9, 29, 9, 5))


def _overdue_at_preliminary(desk: Desk, project: SampleProject) -> Acts:
    item = yield from _start(desk, project, 13)
    yield from _submit(desk, item, project, 20)
    finance = finance_of(project)
    yield from desk.agree(item, "department_review", finance, at(9, 22, 15, 10), review(), _PASSES)
    yield from desk.claim(item, "preliminary_review", "ctr.rev2", at(9, 23, 9, 15))


def _returned_with_wrong_weights(desk: Desk, project: SampleProject) -> Acts:
    """The clerk has begun to answer; his draft adds up to 85 points instead of 90."""
    item = yield from _start(desk, project, 19)
    yield from _submit(desk, item, project, 27)
    finance, clerk = finance_of(project), clerk_of(project)
    reason = "产出指标的权重与工作量不匹配：数量指标占比过高，请重新分配分值后再报送。"
    when = at(9, 29, 16, 5)
    yield from desk.send_back(item, "department_review", finance, when, reason, "compile_goals")
    yield from desk.claim(item, "compile_goals", clerk, at(10, 8, 8, 50))
    values = goal_values(project)
    values["indicators"][0]["weight"] = "15"
    draft = {"indicators": values["indicators"]}
    yield from desk.draft(item, "compile_goals", clerk, at(10, 8, 9, 40), draft)


def _returned_to_preliminary(desk: Desk, project: SampleProject) -> Acts:
    item = yield from _start(desk, project, 13)
    yield from _submit(desk, item, project, 19)
    finance = finance_of(project)
    yield from desk.agree(item, "department_review", finance, at(9, 22, 10, 25), review(), _PASSES)
    opinion = "投资构成基本合理，同意通过初审。"
    checked = review(suggested_amount="520.00", note="设备购置单价参照近期同类中标价。")
    when = at(9, 28, 11, 15)
    yield from desk.agree(item, "preliminary_review", "ctr.rev1", when, checked, opinion)
    yield from desk.claim(item, "re_examination", "perf.ex1", at(9, 29, 9, 30))
    reason = "单位造价指标没有核定依据，请评审中心补充成本核定意见。"
    when = at(10, 8, 15, 45)
    yield from desk.send_back(item, "re_examination", "perf.ex1", when, reason, "preliminary")


def _at_final_review(desk: Desk, project: SampleProject) -> Acts:
    item = yield from _start(desk, project, 15)
    yield from _submit(desk, item, project, 20)
    finance = finance_of(project)
    yield from desk.agree(item, "department_review", finance, at(9, 23, 9, 50), review(), _PASSES)
    opinion = "车辆配置标准和单价符合规定，同意。"
    when = at(9, 29, 16, 30)
    yield from desk.agree(item, "preliminary_review", "ctr.rev3", when, review(), opinion)
    yield from desk.claim(item, "re_examination", "perf.ex1", at(9, 30, 9, 10))
    reason = "参加省厅业务培训，请代为复审。"
    when = at(10, 8, 8, 40)
    yield from desk.hand_over(item, "re_examination", "perf.ex1", when, "perf.ex2", reason)
    opinion = "指标可衡量、可核验，同意报终审。"
    when = at(10, 9, 10, 20)
    yield from desk.agree(item, "re_examination", "perf.ex2", when, review(), opinion)


def _approved(desk: Desk, project: SampleProject) -> Acts:
    """Returned once, edited once by agreement, approved with the budget: three versions."""
    item = yield from _start(desk, project, 1)
    yield from _submit(desk, item, project, 7)
    finance, section, clerk = finance_of(project), section_of(project), clerk_of(project)
    yield from desk.agree(item, "department_review", finance, at(9, 8, 15, 20), review(), _PASSES)
    reason = "节能效益缺少测算依据，年度目标未写明节电量，请补充后再报。"
    when = at(9, 13, 10, 40)
    yield from desk.send_back(item, "preliminary_review", "ctr.rev1", when, reason, "compile_goals")
    better = goal_values(project)["annual_goal"] + "改造路段照明节电率不低于50%。"
    yield from _submit(desk, item, project, 16, annual_goal=better)
    finance_again = "已按初审意见补充节电目标，同意上报。"
    when = at(9, 19, 9, 35)
    yield from desk.agree(item, "department_review", finance, when, review(), finance_again)
    opinion = "补充材料可以支撑目标，同意。"
    when = at(9, 22, 16, 15)
    yield from desk.agree(item, "preliminary_review", "ctr.rev1", when, review(), opinion)
    opinion = "与上年度绩效评价整改要求衔接，同意。"
    when = at(9, 26, 10, 50)
    yield from desk.agree(item, "re_examination", "perf.ex3", when, review(), opinion)
    edits = [
        {
            "indicator": "工程验收合格率",
            "item": "target",
            "new": "100",
            "reason": "照明工程属强制验收项目，应全部合格。",
        }
    ]
    opinion = "修改验收合格率后同意，请单位确认。"
    when = at(9, 27, 15, 30)
    values = review("good", line_edits=edits)
    yield from desk.agree(item, "final_review", section, when, values, opinion, "agree_with_edits")
    accepted = {"note": "按终审意见修改，已通知施工单位。"}
    yield from desk.agree(item, "accept_edits", clerk, at(9, 28, 9, 20), accepted)
    reply = {"reply_number": "财预批〔2022〕108号", "reply_date": "2022-10-09"}
    opinion = "随预算一并批复。"
    when = at(10, 9, 11, 10)
    yield from desk.agree(item, "approve_with_budget", "bud.1", when, reply, opinion)


def review(grade: str = "excellent", note: str = "", **more: Any) -> dict[str, Any]:
    """A review (F05) that agrees."""
    high = "excellent" if grade == "excellent" else "good"
    checks = {"completeness": "excellent", "relevance": "excellent"}
    checks |= {"appropriateness": high, "feasibility": "good", "note": note}
    return {"checks": checks, "grade": grade, **more}


def _start(desk: Desk, project: SampleProject, day: int) -> Begun:
    return (yield from desk.start_goal(project, at(9, day, 9, 30)))


def _submit(desk: Desk, item: UUID, project: SampleProject, day: int, **changes: Any) -> Acts:
    values = goal_values(project)
    del values["year_amount"]  # a fact of the project, which the form only shows
    when = at(9, day, 14, 45)
    yield from desk.agree(item, "compile_goals", clerk_of(project), when, values | changes)
