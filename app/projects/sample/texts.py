"""The words of annual and medium-term goals, put together so that no two units say the same."""

from hashlib import blake2b

from app.core.i18n import Bilingual
from app.projects.sample.themes import Archetype

_OPENINGS = (
    Bilingual("按照年度预算安排，", "As the year's budget provides, "),
    Bilingual("围绕群众反映集中的问题，", "In answer to what residents complained of most, "),
    Bilingual(
        "落实政府工作报告确定的重点任务，", "To fulfil a task of the government work report, "
    ),
    Bilingual("结合前期摸底调查结果，", "Following the survey made beforehand, "),
    Bilingual("根据行业发展规划确定的时序，", "In the order set by the sector plan, "),
    Bilingual("对照上年度绩效评价整改要求，", "Mending what last year's evaluation found, "),
    Bilingual("为补齐公共服务短板，", "To close a gap in public services, "),
    Bilingual("衔接上级专项资金使用方向，", "In line with the superior level's special fund, "),
)

_CORE = {
    Archetype.WORKS: Bilingual(
        "{year}年完成{name}，{counted}达到{quantity}{unit}",
        "{name} is completed in {year}: {counted} reach {quantity} {unit}",
    ),
    Archetype.PAYMENTS: Bilingual(
        "{year}年实施{name}，{counted}不少于{quantity}{unit}",
        "{name} is carried out in {year} with {counted} of at least {quantity} {unit}",
    ),
    Archetype.PURCHASE: Bilingual(
        "{year}年通过政府采购完成{name}，{counted}为{quantity}{unit}",
        "{name} is procured in {year}: {counted} come to {quantity} {unit}",
    ),
    Archetype.SERVICES: Bilingual(
        "{year}年组织开展{name}，{counted}不少于{quantity}{unit}",
        "{name} is held in {year} with {counted} of at least {quantity} {unit}",
    ),
}

_MANNERS = (
    Bilingual(
        "；由{place}统一组织实施，按月调度进度并在门户网站公示",
        "; {place} carries it out and publishes the progress monthly",
    ),
    Bilingual(
        "；{place}与镇街签订责任书，分片包干、逐项销号",
        "; {place} agrees on duties with the townships and closes them one by one",
    ),
    Bilingual(
        "；委托专业机构全过程跟踪，{place}派员驻点监督",
        "; a specialised agency follows it throughout, watched on site by {place}",
    ),
    Bilingual(
        "；上半年完成招标与合同签订，下半年集中推进，{place}每季度自查一次",
        "; contracts are awarded by June, and {place} checks itself every quarter",
    ),
    Bilingual(
        "；实行专款专用、单独核算，{place}建立资金与进度双台账",
        "; the money is accounted for apart, and {place} keeps books of money and progress",
    ),
    Bilingual(
        "；优先安排边远村居和薄弱环节，由{place}会同财务人员现场核验",
        "; remote villages come first, verified on site by {place}",
    ),
    Bilingual(
        "；{place}邀请群众代表参与验收，验收结果与付款挂钩",
        "; residents take part in acceptance, on which {place} makes payment depend",
    ),
    Bilingual(
        "；依托信息系统登记到户到人，{place}定期开展数据比对",
        "; every case is registered, and {place} compares the data regularly",
    ),
)

_RESULTS = (
    Bilingual("，使相关设施完好水平明显改善", ", so that facilities are visibly better"),
    Bilingual("，有效减轻困难群体的负担", ", so that those in hardship carry less"),
    Bilingual("，减少安全隐患和重复投诉", ", so that risks and repeated complaints decline"),
    Bilingual("，让城乡居民就近享受同等服务", ", so that town and village are served alike"),
    Bilingual("，带动产业增效和就业增收", ", so that trades earn more and people find work"),
    Bilingual("，缩短办理时间、提高办事效率", ", so that people wait less"),
    Bilingual("，全年不发生重大质量和安全责任事故", ", without any serious accident"),
    Bilingual("，形成可复制的经验并在全市推广", ", giving an example for the whole city"),
)

_CLOSINGS = (
    Bilingual("，年底前完成绩效自评。", ", self-evaluated before the end of the year."),
    Bilingual("，资金支出进度不低于序时进度。", ", with spending never behind the calendar."),
    Bilingual("，群众认可度保持在较高水平。", ", keeping the approval of the residents."),
    Bilingual("，单位成本控制在评审核定标准以内。", ", within the reviewed unit cost."),
    Bilingual("，后续管护经费和人员同步落实。", ", with upkeep and staff provided for."),
    Bilingual("，结余资金按规定交回财政。", ", returning what is left to the treasury."),
)

_MEDIUM = Bilingual(
    "{start}年至{end}年分期推进{name}，逐年巩固建设成果，到{end}年形成稳定的运行和管护机制。",
    "From {start} to {end}, {name} goes on in stages until operation and upkeep stand by "
    "themselves in {end}.",
)


def annual_goal(code: str, archetype: Archetype, language: str, **facts: object) -> str:
    """The annual goal of one project; `facts` fill the places of the clauses.

    Which clauses are taken follows from the project's code alone.
    """
    draw = blake2b(code.encode(), digest_size=4).digest()
    clauses = (
        _OPENINGS[draw[0] % len(_OPENINGS)],
        _CORE[archetype],
        _MANNERS[draw[1] % len(_MANNERS)],
        _RESULTS[draw[2] % len(_RESULTS)],
        _CLOSINGS[draw[3] % len(_CLOSINGS)],
    )
    return "".join(clause.in_language(language) for clause in clauses).format(**facts)


def medium_goal(language: str, **facts: object) -> str:
    """The goal of a project that runs for several years."""
    return _MEDIUM.in_language(language).format(**facts)
