"""What the units of the sample bureau report at the end of September 2022 (F08)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from app.projects.kinds import LinkStatus
from app.projects.sample.goals import goal_values
from app.projects.sample.hours import draw
from app.projects.sample.projects import SampleProject


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a project is behind, and what its unit does about it."""

    cause: str
    explanation: str
    problem: str
    measure: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a project stands on 30 September, in percent of the year's money and goals."""

    spent: int
    done: int
    likelihood: str = "certain"
    #: None when all goes by plan, or when the unit says so.
    reason: Reason | None = None
    #: The year-end forecast of what the project counts, in percent of its target.
    forecast: int = 100
    request_adjust: bool = False


_REASONS = (
    Reason(
        "funds",
        "上级补助资金8月下旬才下达到位，支付计划相应顺延，前三季度支出低于序时进度。",
        "上级资金到位较晚，支付进度滞后。",
        "已向国库报送用款计划，10月底前完成集中支付。",
    ),
    Reason(
        "rules",
        "政府采购因供应商质疑重新公示，合同签订推迟一个半月，完成量低于计划。",
        "采购程序延后，合同签订较晚。",
        "倒排工期、按周调度，11月底前完成合同约定内容。",
    ),
    Reason(
        "staff",
        "经办人员抽调支援疫情防控，入户核验和现场验收推迟到9月才集中开展。",
        "现场核验人手不足，验收进度滞后。",
        "已增派两名工作人员，10月下旬完成全部核验。",
    ),
    Reason(
        "hardware",
        "核心设备受供货周期影响尚未到货，安装调试计划顺延到10月中旬。",
        "设备供货延期，安装调试未能按期开展。",
        "已约谈供货商并明确违约责任，到货后两周内完成安装。",
    ),
    Reason(
        "other",
        "7月至8月连续降雨，室外作业停工二十余天，前三季度完成量低于计划。",
        "汛期停工时间较长，实物工程量滞后。",
        "增加作业班组，在入冬前完成室外工程。",
    ),
)

#: The named projects of 2022 (domain dossier, section 5).
_NAMED = {
    "P11": Standing(74, 70),
    "P12": Standing(
        58,
        66,
        "possible",
        Reason(
            "staff",
            "基层体检队伍抽调参加疫情防控，8月至9月暂停集中体检三周，体检人次和支付相应推后。",
            "体检进度与支出进度不同步，支出低于序时进度12个百分点。",
            "10月31日前完成补检并集中结算，按周通报进度。",
        ),
        95,
    ),
    "P13": Standing(
        22,
        15,
        "impossible",
        Reason(
            "rules",
            "初步设计两次退回修改，招标推迟到8月，汛期不能放水施工，主体工程9月中旬才开工。",
            "两座水库尚未开工，年内无法完成除险加固任务。",
            "申请压减当年预算300万元，其余六座水库汛后集中施工，明年汛前完工。",
        ),
        50,
        request_adjust=True,
    ),
    "P14": Standing(
        61,
        58,
        "impossible",
        Reason(
            "rules",
            "其中7公里路段与在建高速公路连接线交叉，省厅要求统一设计，年内不能施工。",
            "年度里程目标42公里无法完成。",
            "申请将年度目标调减为35公里，相应调减预算420万元。",
        ),
        83,
        request_adjust=True,
    ),
    "P15": Standing(71, 73),
    "P16": Standing(81, 80),
    "P18": Standing(41, 38),
    "P19": Standing(77, 79),
    "P20": Standing(83, 75),
}


def standing_of(project: SampleProject) -> Standing:
    """Given for the named projects, drawn for the others; what was returned told no reason."""
    if project.tag in _NAMED:
        return _NAMED[project.tag]
    kind, code = draw(project.code, "kind", 100), project.code
    if project.status is LinkStatus.RETURNED:
        return Standing(32 + draw(code, "spent", 20), 30 + draw(code, "done", 25))
    if project.status is LinkStatus.PENDING and kind < 10:
        reason = _REASONS[draw(code, "reason", len(_REASONS))]
        spent = 28 + draw(code, "spent", 18)
        return Standing(spent, spent + draw(code, "done", 6), "impossible", reason, 65)
    if kind < 22:
        reason = _REASONS[draw(code, "reason", len(_REASONS))]
        spent = 52 + draw(code, "spent", 17)
        return Standing(spent, spent + draw(code, "done", 9), "possible", reason, 95)
    spent = 70 + draw(code, "spent", 24)
    return Standing(spent, spent - 6 + draw(code, "done", 13))


def report_values(project: SampleProject, standing: Standing) -> dict[str, Any]:
    """The report as the form sends it; money in 10k yuan."""
    amount, reason = project.year_amount, standing.reason
    executed = (amount * standing.spent / 100).quantize(Decimal("0.01"))
    open_share = {"certain": 0, "possible": 20, "impossible": 50}[standing.likelihood]
    forecast = amount - (amount - executed) * open_share / 100
    return {
        "executed": str(executed),
        "forecast_execution": str(forecast.quantize(Decimal("0.01"))),
        "indicators": [
            _line(project, line, place, standing)
            for place, line in enumerate(goal_values(project)["indicators"])
        ],
        "problems": reason.problem if reason else "",
        "measures": reason.measure if reason else "",
        "request_adjust": standing.request_adjust,
    }


def _line(
    project: SampleProject, line: Mapping[str, Any], place: int, standing: Standing
) -> dict[str, Any]:
    reported: dict[str, Any] = {"__row": place, "likelihood": "certain"}
    if line["operator"] == "qualitative":
        return reported | {"actual_text": "相关制度已印发，责任落实到人，按季度开展检查。"}
    is_first = place == 0
    actual, forecast = _numbers(project, line, standing, is_first)
    reported |= {"actual_to_date": str(actual), "forecast": str(forecast)}
    if is_first and standing.reason is not None:
        reported |= {
            "likelihood": standing.likelihood,
            "cause": standing.reason.cause,
            "explanation": standing.reason.explanation,
        }
    return reported


def _numbers(
    project: SampleProject, line: Mapping[str, Any], standing: Standing, is_first: bool
) -> tuple[Decimal, Decimal]:
    """Actual to date and forecast: counts grow with the work, rates and prices do not."""
    target, luck = Decimal(line["target"]), draw(project.code, line["l3"], 5)
    if line["l2"] == "cost":
        paid = (target * (95 + luck) / 100).quantize(Decimal("0.0001"))
        return paid, paid
    if line["l2"] == "timeliness":
        return Decimal(min(standing.done, 100)), target
    if line["unit"] == "%":
        found = min(Decimal(100), target + luck)
        return found, found
    share = standing.forecast if is_first else 100
    whole = Decimal(1)
    return (
        (target * min(standing.done, 100) / 100).quantize(whole, ROUND_FLOOR),
        (target * share / 100).quantize(whole, ROUND_FLOOR),
    )
