"""What the sample's projects are about, and how each kind of project is measured."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.core.i18n import Bilingual


class Archetype(StrEnum):
    """The four kinds of projects, each with its own seven indicators (dossier, section 5)."""

    WORKS = "works"
    PAYMENTS = "payments"
    PURCHASE = "purchase"
    SERVICES = "services"


@dataclass(frozen=True, slots=True)
class Theme:
    """One line of work: what is counted, in which unit, and about what one of it costs."""

    name: Bilingual
    archetype: Archetype
    #: Name of the quantity indicator.
    counted: Bilingual
    unit: Bilingual
    #: 10k yuan for one unit.
    price: Decimal


def theme(
    name: tuple[str, str], archetype: str, counted: tuple[str, str], unit: str, price: str
) -> Theme:
    """One theme; `unit` holds both languages, as in `公里|km`."""
    return Theme(
        Bilingual(*name),
        Archetype(archetype),
        Bilingual(*counted),
        Bilingual(*unit.split("|")),
        Decimal(price),
    )


#: Department → its four themes, in the order of the dossier.
THEMES: dict[str, tuple[Theme, ...]] = {
    "D01": (
        theme(
            ("校舍维修", "school repair"),
            "works",
            ("维修校舍面积", "School floor area repaired"),
            "平方米|m²",
            "0.06",
        ),
        theme(
            ("教学设备", "teaching equipment"),
            "purchase",
            ("教学设备购置数量", "Teaching equipment bought"),
            "台套|sets",
            "0.45",
        ),
        theme(
            ("学生资助", "student aid"),
            "payments",
            ("受资助学生人数", "Students aided"),
            "人|students",
            "0.12",
        ),
        theme(
            ("教师培训", "teacher training"),
            "services",
            ("举办教师培训班次", "Teacher training courses held"),
            "班次|courses",
            "1.8",
        ),
    ),
    "D02": (
        theme(
            ("公共卫生", "public health"),
            "services",
            ("健康宣教场次", "Health education sessions"),
            "场|sessions",
            "1.2",
        ),
        theme(
            ("医疗设备", "medical equipment"),
            "purchase",
            ("医疗设备购置数量", "Medical equipment bought"),
            "台|units",
            "6.5",
        ),
        theme(
            ("妇幼保健", "maternal care"),
            "payments",
            ("孕产妇免费检查人数", "Expectant mothers examined free of charge"),
            "人|mothers",
            "0.05",
        ),
        theme(
            ("疫苗接种", "vaccination"),
            "payments",
            ("免费接种人数", "People vaccinated free of charge"),
            "人|people",
            "0.02",
        ),
    ),
    "D03": (
        theme(
            ("苹果产业", "apple industry"),
            "works",
            ("苹果标准园建设面积", "Standard apple orchards built"),
            "亩|mu",
            "0.25",
        ),
        theme(
            ("农田管护", "farmland upkeep"),
            "works",
            ("管护农田面积", "Farmland kept up"),
            "亩|mu",
            "0.03",
        ),
        theme(
            ("病虫防治", "pest control"),
            "services",
            ("统防统治作业批次", "Joint pest control rounds"),
            "批次|rounds",
            "2.5",
        ),
        theme(
            ("农机补贴", "machinery subsidy"),
            "payments",
            ("享受农机补贴户数", "Households subsidised for machinery"),
            "户|households",
            "0.6",
        ),
    ),
    "D04": (
        theme(
            ("水库维护", "reservoir upkeep"),
            "works",
            ("维修养护水库座数", "Reservoirs kept up"),
            "座|reservoirs",
            "18",
        ),
        theme(
            ("河道治理", "river works"),
            "works",
            ("治理河道长度", "River length regulated"),
            "公里|km",
            "22",
        ),
        theme(
            ("供水", "water supply"),
            "works",
            ("铺设供水管道长度", "Water mains laid"),
            "公里|km",
            "15",
        ),
        theme(
            ("防汛", "flood control"),
            "purchase",
            ("防汛物资储备数量", "Flood control supplies stored"),
            "件|items",
            "0.03",
        ),
    ),
    "D05": (
        theme(
            ("公路养护", "road upkeep"),
            "works",
            ("养护公路里程", "Road length kept up"),
            "公里|km",
            "8",
        ),
        theme(
            ("桥梁", "bridges"),
            "works",
            ("加固桥梁座数", "Bridges strengthened"),
            "座|bridges",
            "35",
        ),
        theme(
            ("公交", "bus"),
            "payments",
            ("享受优惠乘车人数", "Passengers with reduced fares"),
            "人|people",
            "0.04",
        ),
        theme(
            ("农村公路", "rural roads"),
            "works",
            ("改造农村公路里程", "Rural road length rebuilt"),
            "公里|km",
            "45",
        ),
    ),
    "D06": (
        theme(
            ("路灯", "lighting"),
            "works",
            ("更换路灯盏数", "Street lights replaced"),
            "盏|lights",
            "0.35",
        ),
        theme(
            ("绿化", "greening"),
            "works",
            ("养护绿地面积", "Green area kept up"),
            "平方米|m²",
            "0.002",
        ),
        theme(
            ("老旧小区", "old estates"),
            "works",
            ("改造老旧小区户数", "Homes in old estates renovated"),
            "户|homes",
            "0.9",
        ),
        theme(
            ("环卫", "sanitation"),
            "services",
            ("机械化清扫作业班次", "Machine street-cleaning shifts"),
            "班次|shifts",
            "0.4",
        ),
    ),
    "D07": (
        theme(
            ("养老", "elderly care"),
            "payments",
            ("享受养老服务补贴人数", "Elderly people with a care allowance"),
            "人|people",
            "0.1",
        ),
        theme(
            ("救助", "assistance"),
            "payments",
            ("救助困难群众人数", "People in need assisted"),
            "人|people",
            "0.3",
        ),
        theme(
            ("儿童", "child welfare"),
            "payments",
            ("保障困境儿童人数", "Children in difficulty supported"),
            "人|children",
            "1.2",
        ),
        theme(
            ("殡葬", "funeral"),
            "payments",
            ("惠民殡葬补助人数", "Families with a funeral grant"),
            "人|families",
            "0.15",
        ),
    ),
    "D08": (
        theme(
            ("就业", "employment"),
            "payments",
            ("享受岗位补贴人数", "People with a job allowance"),
            "人|people",
            "0.8",
        ),
        theme(
            ("培训", "training"),
            "services",
            ("举办职业技能培训班次", "Vocational training courses held"),
            "班次|courses",
            "3",
        ),
        theme(
            ("社保经办", "social insurance"),
            "services",
            ("社保下乡服务场次", "Social insurance service days in villages"),
            "场|days",
            "0.9",
        ),
        theme(
            ("人才", "talent"),
            "payments",
            ("发放人才补贴人数", "Specialists with an allowance"),
            "人|people",
            "1.5",
        ),
    ),
    "D09": (
        theme(
            ("视频监控", "video"),
            "purchase",
            ("新建视频监控点位", "Camera positions installed"),
            "个|cameras",
            "0.8",
        ),
        theme(
            ("交通设施", "traffic facilities"),
            "works",
            ("增设交通标志标线处数", "Places with new signs and markings"),
            "处|places",
            "0.7",
        ),
        theme(
            ("装备", "equipment"),
            "purchase",
            ("执勤装备购置数量", "Duty equipment bought"),
            "件|items",
            "0.22",
        ),
        theme(
            ("宣传", "campaigns"),
            "services",
            ("安全宣传活动场次", "Safety campaigns held"),
            "场|campaigns",
            "0.8",
        ),
    ),
    "D10": (
        theme(
            ("演出", "performances"),
            "services",
            ("惠民演出场次", "Public performances given"),
            "场|performances",
            "1.1",
        ),
        theme(
            ("文物", "relics"),
            "works",
            ("修缮文物建筑面积", "Historic floor area restored"),
            "平方米|m²",
            "0.3",
        ),
        theme(
            ("阅读", "reading"),
            "services",
            ("阅读推广活动场次", "Reading events held"),
            "场|events",
            "0.6",
        ),
        theme(
            ("旅游", "tourism"),
            "services",
            ("旅游推介活动场次", "Tourism promotion events held"),
            "场|events",
            "6",
        ),
    ),
    "D11": (
        theme(
            ("大厅运维", "hall"),
            "services",
            ("大厅窗口保障天数", "Days of service-hall operation"),
            "天|days",
            "0.5",
        ),
        theme(
            ("系统", "systems"),
            "purchase",
            ("建设系统功能模块数", "System modules delivered"),
            "个|modules",
            "8",
        ),
        theme(
            ("档案", "archives"),
            "services",
            ("档案整理批次", "Batches of archives put in order"),
            "批次|batches",
            "1.5",
        ),
        theme(
            ("帮办", "assistance"),
            "services",
            ("帮办代办服务批次", "Rounds of guided applications"),
            "批次|rounds",
            "0.7",
        ),
    ),
    "D12": (
        theme(
            ("科普", "outreach"),
            "services",
            ("科普讲座场次", "Popular science lectures"),
            "场|lectures",
            "0.7",
        ),
        theme(
            ("竞赛", "contests"),
            "services",
            ("青少年竞赛场次", "Youth contests held"),
            "场|contests",
            "3",
        ),
        theme(
            ("展品", "exhibits"),
            "purchase",
            ("更新展品数量", "Exhibits renewed"),
            "件|exhibits",
            "2.4",
        ),
        theme(
            ("学术", "academic"),
            "services",
            ("学术交流活动场次", "Academic exchanges held"),
            "场|exchanges",
            "2.2",
        ),
    ),
}
