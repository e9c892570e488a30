"""The seven indicators of each kind of project (domain dossier, section 5).

Weights 20, 10, 10, 10, 15, 15, 10 make the declared 90: output 50, benefit 30, satisfaction 10.
"""

from dataclasses import dataclass

from app.core.i18n import Bilingual
from app.projects.indicators import QUALITATIVE, Level1, Level2
from app.projects.sample.themes import Archetype

#: Stands for a number that depends on the project.
QUANTITY, UNIT_COST, SERVED = "quantity", "unit cost", "served"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of an archetype; an empty name is the theme's own quantity."""

    l1: Level1
    l2: Level2
    name: Bilingual
    operator: str
    #: A number, one of the words above, or empty for a qualitative line.
    target: str
    unit: Bilingual
    weight: int
    basis: Bilingual
    evidence: Bilingual
    #: What a qualitative line wants.
    text: Bilingual | None = None
    is_core: bool = False


_PERCENT = Bilingual("%", "%")
_PEOPLE = Bilingual("人", "people")
_NONE = Bilingual("", "")
_PLAN = Bilingual("项目实施方案", "Project implementation plan")
_CONTRACT = Bilingual("政府采购合同", "Procurement contract")
_POLICY = Bilingual("补助政策文件", "Policy document on the allowance")
_LAST_YEAR = Bilingual("上年度决算及实际完成情况", "Last year's accounts and results")
_SURVEY = Bilingual("满意度调查问卷", "Satisfaction survey")


def _quantity(basis: Bilingual, evidence: Bilingual) -> Pattern:
    return Pattern(
        Level1.OUTPUT,
        Level2.QUANTITY,
        _NONE,
        ">=",
        QUANTITY,
        _NONE,
        20,
        basis,
        evidence,
        is_core=True,
    )


def _rate(
    level: tuple[Level1, Level2, int],
    name: Bilingual,
    target: str,
    basis: Bilingual,
    evidence: Bilingual,
) -> Pattern:
    l1, l2, weight = level
    return Pattern(l1, l2, name, ">=", target, _PERCENT, weight, basis, evidence)


def _cost(name: Bilingual, basis: Bilingual, evidence: Bilingual) -> Pattern:
    return Pattern(Level1.OUTPUT, Level2.COST, name, "<=", UNIT_COST, _NONE, 10, basis, evidence)


def _served(name: Bilingual, basis: Bilingual, evidence: Bilingual) -> Pattern:
    return Pattern(Level1.BENEFIT, Level2.SOCIAL, name, ">=", SERVED, _PEOPLE, 15, basis, evidence)


def _effect(name: Bilingual, text: Bilingual, basis: Bilingual, evidence: Bilingual) -> Pattern:
    return Pattern(
        Level1.BENEFIT,
        Level2.SUSTAINABLE,
        name,
        QUALITATIVE,
        "",
        _NONE,
        15,
        basis,
        evidence,
        text=text,
    )


_QUALITY = (Level1.OUTPUT, Level2.QUALITY, 10)
_TIME = (Level1.OUTPUT, Level2.TIMELINESS, 10)
_SOCIAL = (Level1.BENEFIT, Level2.SOCIAL, 15)
_LASTING = (Level1.BENEFIT, Level2.SUSTAINABLE, 15)
_LIKED = (Level1.SATISFACTION, Level2.SATISFACTION, 10)

PATTERNS: dict[Archetype, tuple[Pattern, ...]] = {
    Archetype.WORKS: (
        _quantity(_PLAN, Bilingual("工程量清单", "Bill of quantities")),
        _rate(
            _QUALITY,
            Bilingual("工程验收合格率", "Works passing acceptance"),
            "98",
            Bilingual("工程质量验收规范", "Code for acceptance of works"),
            Bilingual("竣工验收报告", "Completion report"),
        ),
        _rate(
            _TIME,
            Bilingual("工程按期完工率", "Works completed on time"),
            "100",
            Bilingual("施工合同工期", "Period in the works contract"),
            Bilingual("监理月报", "Supervisor's monthly report"),
        ),
        _cost(
            Bilingual("单位工程造价", "Cost per unit of works"),
            Bilingual("财政评审控制价", "Price ceiling of the review center"),
            Bilingual("工程结算审核报告", "Audited final account"),
        ),
        _served(
            Bilingual("受益群众人数", "People served"),
            Bilingual("项目受益范围调查", "Survey of the area served"),
            Bilingual("镇街统计资料", "Township statistics"),
        ),
        _effect(
            Bilingual("管护长效机制", "Maintenance rules"),
            Bilingual(
                "管护制度健全、责任落实到人", "Rules in place and every duty given to a person"
            ),
            Bilingual("管护办法", "Maintenance rules"),
            Bilingual("管护协议及巡查记录", "Maintenance contracts and inspection records"),
        ),
        _rate(
            _LIKED,
            Bilingual("受益群众满意度", "Satisfaction of the people served"),
            "90",
            _LAST_YEAR,
            _SURVEY,
        ),
    ),
    Archetype.PAYMENTS: (
        _quantity(_POLICY, Bilingual("补助对象花名册", "List of recipients")),
        _rate(
            _QUALITY,
            Bilingual("补助对象认定准确率", "Recipients rightly admitted"),
            "99",
            _POLICY,
            Bilingual("资格审核台账", "Register of eligibility checks"),
        ),
        _rate(
            _TIME,
            Bilingual("补助资金按时发放率", "Payments made on time"),
            "100",
            Bilingual("资金管理办法", "Rules on the fund"),
            Bilingual("银行代发明细", "Bank payment lists"),
        ),
        _cost(
            Bilingual("人均补助标准", "Allowance per recipient"),
            _POLICY,
            Bilingual("资金发放汇总表", "Summary of payments"),
        ),
        _rate(
            _SOCIAL,
            Bilingual("政策覆盖率", "Coverage of those entitled"),
            "95",
            Bilingual("摸底排查数据", "Census of those entitled"),
            Bilingual("部门统计报表", "Department statistics"),
        ),
        _effect(
            Bilingual("对民生改善的持续作用", "Lasting effect on livelihoods"),
            Bilingual(
                "困难减轻、就业或生活稳定性提高", "Hardship eased, work or livelihood steadier"
            ),
            Bilingual("民生保障规划", "Livelihood plan"),
            Bilingual("回访记录及典型案例", "Follow-up visits and cases"),
        ),
        _rate(
            _LIKED,
            Bilingual("补助对象满意度", "Satisfaction of recipients"),
            "92",
            _LAST_YEAR,
            _SURVEY,
        ),
    ),
    Archetype.PURCHASE: (
        Pattern(
            Level1.OUTPUT,
            Level2.QUANTITY,
            _NONE,
            "=",
            QUANTITY,
            _NONE,
            20,
            Bilingual("配置标准及缺口测算", "Equipment standard and shortfall"),
            Bilingual("采购合同及入库单", "Contract and receipt"),
            is_core=True,
        ),
        _rate(
            _QUALITY,
            Bilingual("采购验收合格率", "Purchases passing acceptance"),
            "100",
            _CONTRACT,
            Bilingual("验收单", "Acceptance form"),
        ),
        _rate(
            _TIME,
            Bilingual("按合同交付率", "Deliveries on the agreed date"),
            "100",
            _CONTRACT,
            Bilingual("交付记录", "Delivery record"),
        ),
        _cost(
            Bilingual("平均采购单价", "Average unit price"),
            Bilingual("市场询价及评审价", "Market and reviewed prices"),
            Bilingual("发票及支付凭证", "Invoices and payments"),
        ),
        _rate(
            _SOCIAL,
            Bilingual("设备利用率", "Rate of use"),
            "85",
            Bilingual("同类设备使用情况", "Use of similar equipment"),
            Bilingual("设备使用台账", "Log of use"),
        ),
        _rate(
            _LASTING,
            Bilingual("设备完好可用率", "Availability"),
            "99",
            Bilingual("运维服务协议", "Maintenance agreement"),
            Bilingual("运维巡检记录", "Maintenance record"),
        ),
        _rate(
            _LIKED,
            Bilingual("使用人员满意度", "Satisfaction of users"),
            "90",
            _LAST_YEAR,
            _SURVEY,
        ),
    ),
    Archetype.SERVICES: (
        _quantity(_PLAN, Bilingual("活动台账及影像资料", "Activity log and pictures")),
        _rate(
            _QUALITY,
            Bilingual("服务达标率", "Services up to standard"),
            "95",
            Bilingual("服务规范", "Service standard"),
            Bilingual("考核评分表", "Assessment sheet"),
        ),
        _rate(
            _TIME,
            Bilingual("任务按时完成率", "Tasks done on time"),
            "95",
            _PLAN,
            Bilingual("进度统计表", "Progress table"),
        ),
        _cost(
            Bilingual("单次平均成本", "Average cost"),
            _LAST_YEAR,
            Bilingual("费用明细账", "Cost ledger"),
        ),
        _served(
            Bilingual("参与服务人次", "Participants"),
            _LAST_YEAR,
            Bilingual("签到及服务记录", "Attendance record"),
        ),
        _effect(
            Bilingual("服务机制与品牌影响", "Lasting rules and reputation"),
            Bilingual("形成常态化服务机制", "A standing service is set up"),
            Bilingual("行业发展规划", "Sector plan"),
            Bilingual("总结报告及媒体报道", "Report and press"),
        ),
        _rate(
            _LIKED,
            Bilingual("服务对象满意度", "Satisfaction of those served"),
            "90",
            _LAST_YEAR,
            _SURVEY,
        ),
    ),
}
