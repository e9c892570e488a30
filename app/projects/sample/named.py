"""The thirty named projects of the dossier's section 5, each showing one situation."""

from dataclasses import dataclass
from decimal import Decimal

from app.core.i18n import Bilingual
from app.projects.kinds import ExAnteConclusion, Link, LinkStatus, Source
from app.projects.sample.themes import Theme, theme

_SOURCES = {
    "F": Source.FISCAL,
    "S": Source.SUPERIOR,
    "C": Source.CARRY_OVER,
    "O": Source.OTHER,
}


@dataclass(frozen=True, slots=True)
class NamedProject:
    """What the dossier says about one of P01 to P30."""

    tag: str
    name: Bilingual
    unit_code: str
    #: 10k yuan by source.
    sources: tuple[tuple[Source, Decimal], ...]
    link: Link
    status: LinkStatus
    theme: Theme
    #: Target of the quantity indicator; None derives it from money and price.
    quantity: int | None = None
    is_key: bool = False
    is_new: bool = False
    agency_code: str | None = None
    ex_ante_conclusion: ExAnteConclusion | None = None
    #: Years that the project runs.
    years: int = 1


def _money(text: str) -> tuple[tuple[Source, Decimal], ...]:
    """`F600 S200` as amounts by source."""
    return tuple(
        (_SOURCES[part[0]], Decimal(part[1:]).quantize(Decimal("0.01"))) for part in text.split()
    )


_SUPPORT = ExAnteConclusion.SUPPORT

_FY2023 = (
    NamedProject(
        "P01",
        Bilingual("供水管网改造", "Water supply network renewal"),
        "D04U0",
        _money("F600 S200 O60"),
        Link.EX_ANTE,
        LinkStatus.PENDING,
        theme(
            ("供水管网改造", "water supply network renewal"),
            "works",
            ("改造供水管网长度", "Water mains renewed"),
            "公里|km",
            "20",
        ),
        quantity=43,
        is_key=True,
        is_new=True,
        agency_code="TPA",
        years=2,
    ),
    NamedProject(
        "P02",
        Bilingual("社区老年食堂", "Community elderly canteens"),
        "D07U1",
        _money("F320"),
        Link.EX_ANTE,
        LinkStatus.TO_CONFIRM,
        theme(
            ("社区老年食堂", "community elderly canteens"),
            "payments",
            ("享受就餐补贴老年人数", "Elderly people with subsidised meals"),
            "人|people",
            "0.08",
        ),
        quantity=4000,
        is_new=True,
        ex_ante_conclusion=ExAnteConclusion.SUPPORT_ADJUSTED,
    ),
    NamedProject(
        "P03",
        Bilingual("老龄苹果园更新", "Old apple orchard renewal"),
        "D03U1",
        _money("F700 S500"),
        Link.GOAL,
        LinkStatus.DRAFT,
        theme(
            ("老龄苹果园更新", "old apple orchard renewal"),
            "works",
            ("更新老龄苹果园面积", "Old orchards renewed"),
            "亩|mu",
            "0.24",
        ),
        quantity=5000,
        is_key=True,
        is_new=True,
        agency_code="TPA",
        ex_ante_conclusion=_SUPPORT,
        years=3,
    ),
    NamedProject(
        "P04",
        Bilingual("农村公路安防", "Rural road guardrails"),
        "D05U1",
        _money("F300 S150"),
        Link.GOAL,
        LinkStatus.DRAFT,
        theme(
            ("农村公路安防", "rural road guardrails"),
            "works",
            ("安装防护栏长度", "Guardrails installed"),
            "公里|km",
            "9",
        ),
        quantity=50,
        ex_ante_conclusion=_SUPPORT,
    ),
    NamedProject(
        "P05",
        Bilingual("审批档案数字化", "Approval archive digitisation"),
        "D11U1",
        _money("F96"),
        Link.GOAL,
        LinkStatus.DRAFT,
        theme(
            ("审批档案数字化", "approval archive digitisation"),
            "services",
            ("数字化审批档案批次", "Batches of approval files digitised"),
            "批次|batches",
            "1.6",
        ),
        quantity=60,
    ),
    NamedProject(
        "P06",
        Bilingual("职教实训基地", "Vocational training base"),
        "D01U2",
        _money("F340 S200"),
        Link.GOAL,
        LinkStatus.DRAFT,
        theme(
            ("职教实训基地", "vocational training base"),
            "works",
            ("新建实训场地面积", "Training floor area built"),
            "平方米|m²",
            "0.18",
        ),
        quantity=3000,
        is_new=True,
        ex_ante_conclusion=_SUPPORT,
    ),
    NamedProject(
        "P07",
        Bilingual("急救车辆更新", "Ambulance replacement"),
        "D02U1",
        _money("F180"),
        Link.GOAL,
        LinkStatus.DRAFT,
        theme(
            ("急救车辆更新", "ambulance replacement"),
            "purchase",
            ("更新急救车数量", "Ambulances replaced"),
            "辆|vehicles",
            "45",
        ),
        quantity=4,
        ex_ante_conclusion=_SUPPORT,
    ),
    NamedProject(
        "P08",
        Bilingual("路灯节能改造", "Street-light energy saving"),
        "D06U1",
        _money("F500 O200"),
        Link.GOAL,
        LinkStatus.DRAFT,
        theme(
            ("路灯节能改造", "street-light energy saving"),
            "works",
            ("改造节能路灯盏数", "Street lights converted"),
            "盏|lights",
            "0.35",
        ),
        quantity=2000,
        ex_ante_conclusion=_SUPPORT,
    ),
    NamedProject(
        "P09",
        Bilingual("城市景观雕塑", "City sculptures"),
        "D06U0",
        _money("F260"),
        Link.EX_ANTE,
        LinkStatus.REJECTED,
        theme(
            ("城市景观雕塑", "city sculptures"),
            "services",
            ("设置景观雕塑组数", "Groups of sculptures set up"),
            "组|groups",
            "26",
        ),
        quantity=10,
        is_new=True,
        ex_ante_conclusion=ExAnteConclusion.NOT_SUPPORT,
    ),
    NamedProject(
        "P10",
        Bilingual("流动科技馆", "Touring exhibits"),
        "D12U1",
        _money("F88"),
        Link.EX_ANTE,
        LinkStatus.DRAFT,
        theme(
            ("流动科技馆", "touring exhibits"),
            "purchase",
            ("购置巡展展品数量", "Touring exhibits bought"),
            "件|exhibits",
            "2.2",
        ),
        quantity=40,
        is_new=True,
    ),
)

_FY2022 = (
    NamedProject(
        "P11",
        Bilingual("学生营养改善", "Student nutrition"),
        "D01U0",
        _money("F550 S800"),
        Link.MONITORING,
        LinkStatus.PASSED,
        theme(
            ("学生营养改善", "student nutrition"),
            "payments",
            ("享受营养餐学生人数", "Students with subsidised meals"),
            "人|students",
            "0.09",
        ),
        quantity=15000,
        is_key=True,
    ),
    NamedProject(
        "P12",
        Bilingual("居民健康体检", "Resident health checks"),
        "D02U2",
        _money("F320 S300"),
        Link.MONITORING,
        LinkStatus.PENDING,
        theme(
            ("居民健康体检", "resident health checks"),
            "services",
            ("开展集中体检场次", "Joint health check days"),
            "场|days",
            "3.1",
        ),
        quantity=200,
    ),
    NamedProject(
        "P13",
        Bilingual("水库除险加固", "Reservoir reinforcement"),
        "D04U1",
        _money("F480 S1000"),
        Link.MONITORING,
        LinkStatus.PENDING,
        theme(
            ("水库除险加固", "reservoir reinforcement"),
            "works",
            ("除险加固水库座数", "Reservoirs reinforced"),
            "座|reservoirs",
            "185",
        ),
        quantity=8,
        is_key=True,
        agency_code="TPC",
        years=2,
    ),
    NamedProject(
        "P14",
        Bilingual("县道大中修", "County road resurfacing"),
        "D05U1",
        _money("F1300 S800"),
        Link.MONITORING,
        LinkStatus.PENDING,
        theme(
            ("县道大中修", "county road resurfacing"),
            "works",
            ("大中修县道里程", "County roads resurfaced"),
            "公里|km",
            "50",
        ),
        quantity=42,
        is_key=True,
        agency_code="TPC",
    ),
    NamedProject(
        "P15",
        Bilingual("高标准农田管护", "High-standard farmland upkeep"),
        "D03U2",
        _money("F360 C100"),
        Link.MONITORING,
        LinkStatus.PENDING,
        theme(
            ("高标准农田管护", "high-standard farmland upkeep"),
            "works",
            ("管护高标准农田面积", "High-standard farmland kept up"),
            "亩|mu",
            "0.02",
        ),
        quantity=23000,
    ),
    NamedProject(
        "P16",
        Bilingual("临时救助", "Temporary assistance"),
        "D07U0",
        _money("F240 S300"),
        Link.MONITORING,
        LinkStatus.PASSED,
        theme(
            ("临时救助", "temporary assistance"),
            "payments",
            ("临时救助人次", "People given temporary assistance"),
            "人|people",
            "0.18",
        ),
        quantity=3000,
    ),
    NamedProject(
        "P17",
        Bilingual("公益性岗位", "Public-welfare posts"),
        "D08U1",
        _money("F580 S400"),
        Link.MONITORING,
        LinkStatus.DRAFT,
        theme(
            ("公益性岗位", "public-welfare posts"),
            "payments",
            ("公益性岗位安置人数", "People placed in public-welfare posts"),
            "人|people",
            "1.4",
        ),
        quantity=700,
    ),
    NamedProject(
        "P18",
        Bilingual("智能信号灯", "Smart signals"),
        "D09U1",
        _money("F390"),
        Link.MONITORING,
        LinkStatus.RETURNED,
        theme(
            ("智能信号灯", "smart signals"),
            "purchase",
            ("安装智能信号灯套数", "Smart signals installed"),
            "套|sets",
            "13",
        ),
        quantity=30,
        is_new=True,
    ),
    NamedProject(
        "P19",
        Bilingual("图书馆夜间开放", "Library night opening"),
        "D10U1",
        _money("F40 O5"),
        Link.MONITORING,
        LinkStatus.PASSED,
        theme(
            ("图书馆夜间开放", "library night opening"),
            "services",
            ("夜间开放场次", "Evenings open"),
            "场|evenings",
            "0.15",
        ),
        quantity=300,
    ),
    NamedProject(
        "P20",
        Bilingual("政务大厅运维", "Service-hall operation"),
        "D11U0",
        _money("F210"),
        Link.MONITORING,
        LinkStatus.PENDING,
        theme(
            ("政务大厅运维", "service-hall operation"),
            "services",
            ("政务大厅运维天数", "Days of operation"),
            "天|days",
            "0.84",
        ),
        quantity=250,
    ),
)

_FY2021 = (
    NamedProject(
        "P21",
        Bilingual("学校供暖改造", "School heating"),
        "D01U1",
        _money("F760"),
        Link.SELF_EVALUATION,
        LinkStatus.ARCHIVED,
        theme(
            ("学校供暖改造", "school heating"),
            "services",
            ("改造供暖学校批次", "Rounds of schools converted"),
            "批次|rounds",
            "38",
        ),
        quantity=20,
    ),
    NamedProject(
        "P22",
        Bilingual("两癌筛查", "Women's cancer screening"),
        "D02U1",
        _money("F90 S60"),
        Link.SELF_EVALUATION,
        LinkStatus.ARCHIVED,
        theme(
            ("两癌筛查", "women's cancer screening"),
            "payments",
            ("免费筛查妇女人数", "Women screened free of charge"),
            "人|women",
            "0.015",
        ),
        quantity=10000,
    ),
    NamedProject(
        "P23",
        Bilingual("果品冷藏补助", "Fruit cold storage"),
        "D03U1",
        _money("F400 S500"),
        Link.SELF_EVALUATION,
        LinkStatus.PENDING,
        theme(
            ("果品冷藏补助", "fruit cold storage"),
            "payments",
            ("享受冷藏补助主体户数", "Producers with a cold storage grant"),
            "户|producers",
            "7.5",
        ),
        quantity=120,
    ),
    NamedProject(
        "P24",
        Bilingual("农厕管护", "Rural toilet upkeep"),
        "D06U0",
        _money("F410"),
        Link.SELF_EVALUATION,
        LinkStatus.RETURNED,
        theme(
            ("农厕管护", "rural toilet upkeep"),
            "works",
            ("管护农村厕所座数", "Rural toilets kept up"),
            "座|toilets",
            "0.02",
        ),
        quantity=20500,
    ),
    NamedProject(
        "P25",
        Bilingual("桥梁检测", "Bridge inspection"),
        "D05U1",
        _money("F120"),
        Link.SELF_EVALUATION,
        LinkStatus.ARCHIVED,
        theme(
            ("桥梁检测", "bridge inspection"),
            "services",
            ("出具桥梁检测报告份数", "Bridge inspection reports"),
            "份|reports",
            "0.8",
        ),
        quantity=150,
    ),
    NamedProject(
        "P26",
        Bilingual("技能培训补贴", "Skills training"),
        "D08U1",
        _money("F280 S400"),
        Link.KEY_EVALUATION,
        LinkStatus.PENDING,
        theme(
            ("技能培训补贴", "skills training"),
            "payments",
            ("享受培训补贴人数", "People with a training allowance"),
            "人|people",
            "0.17",
        ),
        quantity=4000,
        is_key=True,
        agency_code="TPB",
    ),
    NamedProject(
        "P27",
        Bilingual("农村幸福院", "Village elderly homes"),
        "D07U0",
        _money("F230"),
        Link.KEY_EVALUATION,
        LinkStatus.TO_CONFIRM,
        theme(
            ("农村幸福院", "village elderly homes"),
            "services",
            ("幸福院开展服务场次", "Service days in village homes"),
            "场|days",
            "0.1",
        ),
        quantity=2300,
        is_key=True,
        agency_code="TPB",
    ),
    NamedProject(
        "P28",
        Bilingual("公共视频监控", "Video surveillance"),
        "D09U0",
        _money("F1050"),
        Link.KEY_EVALUATION,
        LinkStatus.PASSED,
        theme(
            ("公共视频监控", "video surveillance"),
            "purchase",
            ("建设公共视频监控点位", "Public camera positions"),
            "个|cameras",
            "0.7",
        ),
        quantity=1500,
        is_key=True,
        agency_code="TPB",
    ),
    NamedProject(
        "P29",
        Bilingual("文化惠民演出", "Public performances"),
        "D10U2",
        _money("F160"),
        Link.KEY_EVALUATION,
        LinkStatus.PASSED,
        theme(
            ("文化惠民演出", "public performances"),
            "services",
            ("文化惠民演出场次", "Performances given in villages"),
            "场|performances",
            "0.8",
        ),
        quantity=200,
        is_key=True,
        agency_code="TPB",
    ),
    NamedProject(
        "P30",
        Bilingual("全民科学素质", "Science literacy"),
        "D12U0",
        _money("F135"),
        Link.KEY_EVALUATION,
        LinkStatus.PASSED,
        theme(
            ("全民科学素质", "science literacy"),
            "services",
            ("科学素质活动场次", "Science literacy events"),
            "场|events",
            "0.9",
        ),
        quantity=150,
        agency_code="TPB",
    ),
)

#: Fiscal year → its named projects, in the order of their tags.
NAMED: dict[int, tuple[NamedProject, ...]] = {2021: _FY2021, 2022: _FY2022, 2023: _FY2023}
