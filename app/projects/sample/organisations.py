"""The organisations of the invented bureau (domain dossier, section 5)."""

from dataclasses import dataclass

from app.core.i18n import Bilingual
from app.identity import OrganisationKind


@dataclass(frozen=True, slots=True)
class SampleOrganisation:
    """One organisation; parents come before their children."""

    code: str
    kind: OrganisationKind
    name: Bilingual
    parent_code: str | None = None
    section_code: str | None = None


@dataclass(frozen=True, slots=True)
class SampleDepartment:
    """One budget department with its units and how many bulk projects it has in 2021 and 2022."""

    code: str
    name: Bilingual
    section_code: str
    sub_units: tuple[Bilingual, ...]
    count_2021: int
    count_2022: int

    @property
    def units(self) -> tuple[tuple[str, Bilingual], ...]:
        """Code and name of every unit, the headquarters first."""
        headquarters = Bilingual(f"{self.name.zh}机关", f"{self.name.en} headquarters")
        return tuple(
            (f"{self.code}U{number}", name)
            for number, name in enumerate((headquarters, *self.sub_units))
        )

    def count(self, fiscal_year: int) -> int:
        """How many projects the department has in 2021 or 2022."""
        return self.count_2021 if fiscal_year == 2021 else self.count_2022


SECTIONS = (
    ("EDU", Bilingual("科教文科", "Education, Science and Culture Section")),
    ("SOC", Bilingual("社会保障科", "Social Security Section")),
    ("AGR", Bilingual("农业农村科", "Agriculture and Rural Affairs Section")),
    ("ECO", Bilingual("经济建设科", "Economic Construction Section")),
    ("ADM", Bilingual("行政政法科", "Administration and Justice Section")),
)

AGENCIES = (
    ("TPA", Bilingual("明衡绩效评价有限公司", "Mingheng Performance Evaluation")),
    ("TPB", Bilingual("正合会计师事务所", "Zhenghe Accountants")),
    ("TPC", Bilingual("博评工程咨询有限公司", "Boping Engineering Consultants")),
)

DEPARTMENTS = (
    SampleDepartment(
        "D01",
        Bilingual("教育和体育局", "Education and Sports Bureau"),
        "EDU",
        (
            Bilingual("第一实验小学", "First Experimental Primary School"),
            Bilingual("职业教育中心", "Vocational Education Center"),
        ),
        58,
        98,
    ),
    SampleDepartment(
        "D02",
        Bilingual("卫生健康局", "Health Bureau"),
        "SOC",
        (
            Bilingual("人民医院", "People's Hospital"),
            Bilingual("疾控中心", "Disease Control Center"),
        ),
        46,
        82,
    ),
    SampleDepartment(
        "D03",
        Bilingual("农业农村局", "Agriculture Bureau"),
        "AGR",
        (
            Bilingual("果业中心", "Fruit Industry Center"),
            Bilingual("农技推广中心", "Agricultural Extension Center"),
        ),
        49,
        91,
    ),
    SampleDepartment(
        "D04",
        Bilingual("水利局", "Water Bureau"),
        "AGR",
        (Bilingual("水库管理所", "Reservoir Management Office"),),
        28,
        51,
    ),
    SampleDepartment(
        "D05",
        Bilingual("交通运输局", "Transport Bureau"),
        "ECO",
        (Bilingual("公路中心", "Highway Center"),),
        33,
        60,
    ),
    SampleDepartment(
        "D06",
        Bilingual("住房和城乡建设局", "Housing and Construction Bureau"),
        "ECO",
        (Bilingual("市政服务中心", "Municipal Services Center"),),
        44,
        79,
    ),
    SampleDepartment(
        "D07",
        Bilingual("民政局", "Civil Affairs Bureau"),
        "SOC",
        (Bilingual("社会福利中心", "Social Welfare Center"),),
        27,
        47,
    ),
    SampleDepartment(
        "D08",
        Bilingual("人力资源和社会保障局", "Human Resources Bureau"),
        "SOC",
        (Bilingual("就业服务中心", "Employment Service Center"),),
        24,
        42,
    ),
    SampleDepartment(
        "D09",
        Bilingual("公安局", "Public Security Bureau"),
        "ADM",
        (Bilingual("交警大队", "Traffic Police Brigade"),),
        31,
        55,
    ),
    SampleDepartment(
        "D10",
        Bilingual("文化和旅游局", "Culture and Tourism Bureau"),
        "EDU",
        (
            Bilingual("图书馆", "Public Library"),
            Bilingual("文化馆", "Cultural Center"),
        ),
        22,
        38,
    ),
    SampleDepartment(
        "D11",
        Bilingual("行政审批服务局", "Administrative Approval Bureau"),
        "ADM",
        (Bilingual("大数据中心", "Big Data Center"),),
        17,
        27,
    ),
    SampleDepartment(
        "D12",
        Bilingual("科学技术协会", "Science and Technology Association"),
        "EDU",
        (Bilingual("科技馆", "Science Museum"),),
        14,
        24,
    ),
)

DEPARTMENT_BY_CODE = {department.code: department for department in DEPARTMENTS}


def organisations() -> tuple[SampleOrganisation, ...]:
    """All of them, each after those that it refers to."""
    bureau = SampleOrganisation(
        "FB", OrganisationKind.BUREAU, Bilingual("财政局", "Finance Bureau")
    )
    return (
        bureau,
        SampleOrganisation(
            "CTR",
            OrganisationKind.CENTER,
            Bilingual("财政预算评审中心", "Budget Review Center"),
            "FB",
        ),
        *_inner_sections(),
        *(
            SampleOrganisation(code, OrganisationKind.SECTION, name, "FB")
            for code, name in SECTIONS
        ),
        *(
            SampleOrganisation(
                each.code, OrganisationKind.DEPARTMENT, each.name, section_code=each.section_code
            )
            for each in DEPARTMENTS
        ),
        *(
            SampleOrganisation(code, OrganisationKind.UNIT, name, each.code)
            for each in DEPARTMENTS
            for code, name in each.units
        ),
        *(SampleOrganisation(code, OrganisationKind.AGENCY, name) for code, name in AGENCIES),
    )


def _inner_sections() -> tuple[SampleOrganisation, ...]:
    names = (
        ("PERF", Bilingual("绩效管理科", "Performance Management Section")),
        ("BUD", Bilingual("预算科", "Budget Section")),
        ("TRE", Bilingual("国库科", "Treasury Section")),
        ("SUP", Bilingual("监督评价科", "Supervision Section")),
    )
    return tuple(
        SampleOrganisation(code, OrganisationKind.SECTION, name, "FB") for code, name in names
    )
