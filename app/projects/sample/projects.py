"""The projects of the sample bureau: the bulk by formula, the thirty named ones by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from app.core.i18n import Bilingual
from app.projects.kinds import ExAnteConclusion, Link, LinkStatus, Nature, Novelty, Source
from app.projects.sample.hours import draw
from app.projects.sample.named import NAMED, NamedProject
from app.projects.sample.names import personal_name
from app.projects.sample.organisations import DEPARTMENT_BY_CODE, DEPARTMENTS
from app.projects.sample.themes import THEMES, Theme

#: Fiscal year → number of projects, the real figures of the bureau that the dossier quotes.
COUNTS = {2021: 393, 2022: 694}

#: How the 684 bulk projects of 2022 stand on the demonstration day, 2022-10-10. With the ten
#: named ones: 601 accepted, 54 in review, 11 returned, 28 not submitted.
_MONITORING_2022 = (
    (598, LinkStatus.PASSED),
    (49, LinkStatus.PENDING),
    (10, LinkStatus.RETURNED),
    (27, LinkStatus.DRAFT),
)
#: Where most of the reports in review wait: agriculture and rural affairs.
BUSY_SECTION = "AGR"
#: Key projects of 2022: as many as were evaluated ex ante as key ones in 2021.
KEY_2022 = 27


@dataclass(frozen=True, slots=True)
class SampleProject:
    """One project as it stands on the demonstration day; money in 10k yuan."""

    code: str
    #: `P04` for one of the thirty named projects; empty in the bulk.
    tag: str
    name: Bilingual
    fiscal_year: int
    unit_code: str
    department_code: str
    section_code: str
    nature: Nature
    novelty: Novelty
    is_key: bool
    start_date: date
    end_date: date
    leader: Bilingual
    phone: str
    year_amount: Decimal
    total_amount: Decimal
    sources: tuple[tuple[Source, Decimal], ...]
    agency_code: str | None
    ex_ante_conclusion: ExAnteConclusion | None
    link: Link
    status: LinkStatus
    theme: Theme
    #: How many units the theme counts; None derives it from money and price.
    quantity: int | None = None


def bulk_amount(number: int) -> Decimal:
    """round(15 + 985·u³, 2) with u = ((k·7919) mod 997) / 997, exactly (dossier, section 5)."""
    u = Fraction(number * 7919 % 997, 997)
    amount = 15 + 985 * u**3
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def projects(fiscal_year: int) -> tuple[SampleProject, ...]:
    """The projects of 2021 (393), 2022 (694) or 2023 (10 named ones), in the order of codes.

    The named projects of 2021 (P21–P30) and 2022 (P11–P20) stand in for k = 1 to 10. The bulk
    numbers are dealt out so that each of the ten takes one from its own department; so every
    department keeps the count that the dossier gives it.
    """
    named = tuple(
        _from_named(each, fiscal_year, number)
        for number, each in enumerate(NAMED.get(fiscal_year, ()), start=1)
    )
    if fiscal_year not in COUNTS:
        return named
    bulk = tuple(_bulk(fiscal_year, tuple(each.department_code for each in named)))
    return _with_keys(named + _piled_up(bulk)) if fiscal_year == 2022 else named + bulk


def _from_named(each: NamedProject, fiscal_year: int, number: int) -> SampleProject:
    amount = sum((amount for _, amount in each.sources), Decimal(0))
    return SampleProject(
        code=_code(fiscal_year, number),
        tag=each.tag,
        name=each.name,
        fiscal_year=fiscal_year,
        unit_code=each.unit_code,
        department_code=each.unit_code[:3],
        section_code=DEPARTMENT_BY_CODE[each.unit_code[:3]].section_code,
        nature=Nature.ONE_OFF if each.is_new else Nature.RECURRING,
        novelty=Novelty.NEW if each.is_new else Novelty.CONTINUING,
        is_key=each.is_key,
        start_date=date(fiscal_year, 1, 1),
        end_date=date(fiscal_year + each.years - 1, 12, 31),
        leader=_leader(each.unit_code, number),
        phone=_phone(number),
        year_amount=amount,
        total_amount=amount * each.years,
        sources=each.sources,
        agency_code=each.agency_code,
        ex_ante_conclusion=each.ex_ante_conclusion,
        link=each.link,
        status=each.status,
        theme=each.theme,
        quantity=each.quantity,
    )


def _bulk(fiscal_year: int, taken: tuple[str, ...]) -> Iterator[SampleProject]:
    served: dict[str, int] = {}
    for offset, department_code in enumerate(_deal(fiscal_year, taken)):
        number = len(taken) + 1 + offset
        turn = served[department_code] = served.get(department_code, -1) + 1
        department = DEPARTMENT_BY_CODE[department_code]
        units = department.units
        unit_code = units[turn % len(units)][0]
        theme = THEMES[department_code][turn // len(units) % 4]
        amount = bulk_amount(number)
        is_new, years = number % 4 == 1, 3 if number % 6 == 0 else 1
        yield SampleProject(
            code=_code(fiscal_year, number),
            tag="",
            name=_bulk_name(theme, number),
            fiscal_year=fiscal_year,
            unit_code=unit_code,
            department_code=department_code,
            section_code=department.section_code,
            nature=Nature.ONE_OFF if is_new and years == 1 else Nature.RECURRING,
            novelty=Novelty.NEW if is_new else Novelty.CONTINUING,
            is_key=False,
            start_date=date(fiscal_year, 1, 1),
            end_date=date(fiscal_year + years - 1, 12, 31),
            leader=_leader(unit_code, number),
            phone=_phone(number),
            year_amount=amount,
            total_amount=amount * years,
            sources=_bulk_sources(number, amount, is_new=is_new),
            agency_code=None,
            ex_ante_conclusion=None,
            link=Link.SELF_EVALUATION if fiscal_year == 2021 else Link.MONITORING,
            status=LinkStatus.ARCHIVED if fiscal_year == 2021 else _monitoring_status(offset),
            theme=theme,
        )


def _deal(fiscal_year: int, taken: tuple[str, ...]) -> Iterator[str]:
    """Departments in turn, each until its count is reached; `taken` are dealt already."""
    left = {each.code: each.count(fiscal_year) - taken.count(each.code) for each in DEPARTMENTS}
    while any(left.values()):
        for code, rest in left.items():
            if rest:
                left[code] = rest - 1
                yield code


def _monitoring_status(offset: int) -> LinkStatus:
    # 7919 shares no factor with the 684 bulk projects: every place is taken once, scattered.
    place = offset * 7919 % 684
    for count, status in _MONITORING_2022:
        if place < count:
            return status
        place -= count
    raise AssertionError("The counts of 2022 do not cover the bulk.")


def _piled_up(bulk: tuple[SampleProject, ...]) -> tuple[SampleProject, ...]:
    """One section is behind with its reports: they wait there, and others' are through instead.

    Every second report in review elsewhere changes places with an accepted one of that section.
    """
    theirs = [e.code for e in bulk if e.status is LinkStatus.PENDING and not _is_busy(e)][::2]
    ready = [e.code for e in bulk if e.status is LinkStatus.PASSED and _is_busy(e)]
    # Those that the department has passed on (`monitoring_stories`) and that all go by plan.
    ready = [code for code in ready if draw(code, "where", 2) == 0 and draw(code, "kind", 100) > 21]
    swapped = dict.fromkeys(theirs, LinkStatus.PASSED)
    swapped |= dict.fromkeys(ready[: len(theirs)], LinkStatus.PENDING)
    return tuple(replace(each, status=swapped.get(each.code, each.status)) for each in bulk)


def _is_busy(project: SampleProject) -> bool:
    return project.section_code == BUSY_SECTION


def _bulk_name(theme: Theme, number: int) -> Bilingual:
    english = theme.name.en[0].upper() + theme.name.en[1:]
    return Bilingual(f"{theme.name.zh}项目{number:03d}", f"{english} project {number:03d}")


def _bulk_sources(
    number: int, amount: Decimal, *, is_new: bool
) -> tuple[tuple[Source, Decimal], ...]:
    """Every fifth is helped by the superior level, every seventh continuing one carries over."""
    if number % 5 == 0:
        second, share = Source.SUPERIOR, Decimal("0.4")
    elif number % 7 == 0 and not is_new:
        second, share = Source.CARRY_OVER, Decimal("0.1")
    else:
        return ((Source.FISCAL, amount),)
    part = (amount * share).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return ((Source.FISCAL, amount - part), (second, part))


def _with_keys(found: tuple[SampleProject, ...]) -> tuple[SampleProject, ...]:
    """Make the largest projects of the bulk key ones until there are 27 with the named ones."""
    wanted = KEY_2022 - sum(each.is_key for each in found)
    bulk = sorted((each for each in found if not each.tag), key=lambda each: -each.year_amount)
    largest = {each.code for each in bulk[:wanted]}
    return tuple(replace(each, is_key=True) if each.code in largest else each for each in found)


def _code(fiscal_year: int, number: int) -> str:
    return f"YS{fiscal_year}-{number:04d}"


def _leader(unit_code: str, number: int) -> Bilingual:
    """One of three leaders of the unit; none of them has an account."""
    unit = int(unit_code[1:3]) * 4 + int(unit_code[4])
    return personal_name(200 + unit * 3 + number % 3)


def _phone(number: int) -> str:
    return f"521{number:04d}"
