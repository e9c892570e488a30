"""The roles of the bureau (domain dossier, section 5) and what each of them permits."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from app.core.i18n import Bilingual


class Scope(StrEnum):
    """For which part of the world a role is held; except for `bureau`, it names an organisation."""

    BUREAU = "bureau"
    SECTION = "section"
    DEPARTMENT = "department"
    UNIT = "unit"
    AGENCY = "agency"

    @property
    def display_name(self) -> Bilingual:
        """The name that sentences use."""
        return _SCOPE_NAMES[self]


class Role(StrEnum):
    """What a person is appointed to; diagrams name these in `camunda:candidateGroups`."""

    UNIT_CLERK = "unit_clerk"
    DEPARTMENT_REVIEWER = "department_reviewer"
    DEPARTMENT_HEAD = "department_head"
    CENTER_REVIEWER = "center_reviewer"
    CENTER_HEAD = "center_head"
    PERFORMANCE_EXAMINER = "performance_examiner"
    PERFORMANCE_HEAD = "performance_head"
    SECTION_REVIEWER = "section_reviewer"
    SECTION_HEAD = "section_head"
    BUDGET_OFFICER = "budget_officer"
    TREASURY_OFFICER = "treasury_officer"
    BUREAU_LEADER = "bureau_leader"
    THIRD_PARTY = "third_party"
    EXPERT = "expert"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    PROCESS_OWNER = "process_owner"
    ADMIN = "admin"

    @property
    def display_name(self) -> Bilingual:
        """The name that pages show."""
        return _NAMES[self]

    @property
    def scope(self) -> Scope:
        """Which organisation code a membership in this role carries."""
        return _SCOPES.get(self, Scope.BUREAU)


class Permission(StrEnum):
    """One thing that a person may or may not do, whatever the project."""

    PROCESS_START = "process.start"
    TASK_WORK = "task.work"
    TASK_TRANSFER_ANY = "task.transfer_any"
    PROJECT_VIEW = "project.view"
    PROJECT_APPOINT_AGENCY = "project.appoint_agency"
    BOARD_VIEW = "board.view"
    DEFINITION_VIEW = "definition.view"
    DEFINITION_EDIT = "definition.edit"
    DEFINITION_DEPLOY = "definition.deploy"
    INCIDENT_MANAGE = "incident.manage"
    ITEM_MANAGE = "item.manage"
    LEDGER_VERIFY = "ledger.verify"
    ADMINISTRATION = "administration"

    @property
    def display_name(self) -> Bilingual:
        """What it lets a person do, for sentences that refuse."""
        return _PERMISSION_NAMES[self]


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that any of the roles permits; nothing for no role."""
    return frozenset(permission for role in roles for permission in PERMISSIONS[role])


_PERMISSION_NAMES: Mapping[Permission, Bilingual] = {
    Permission.PROCESS_START: Bilingual("发起流程", "start processes"),
    Permission.TASK_WORK: Bilingual("办理任务", "work on tasks"),
    Permission.TASK_TRANSFER_ANY: Bilingual("代为转办", "transfer others' tasks"),
    Permission.PROJECT_VIEW: Bilingual("查看项目", "see projects"),
    Permission.PROJECT_APPOINT_AGENCY: Bilingual("委托第三方机构", "appoint agencies"),
    Permission.BOARD_VIEW: Bilingual("查看看板", "see the board"),
    Permission.DEFINITION_VIEW: Bilingual("查看流程", "see processes"),
    Permission.DEFINITION_EDIT: Bilingual("编辑流程", "edit processes"),
    Permission.DEFINITION_DEPLOY: Bilingual("发布流程", "deploy processes"),
    Permission.ITEM_MANAGE: Bilingual("管理事项", "manage items"),
    Permission.INCIDENT_MANAGE: Bilingual("处理异常", "resolve incidents"),
    Permission.LEDGER_VERIFY: Bilingual("核验台账", "verify ledgers"),
    Permission.ADMINISTRATION: Bilingual("系统管理", "administer the system"),
}

_NAMES: Mapping[Role, Bilingual] = {
    Role.UNIT_CLERK: Bilingual("单位经办人", "Unit clerk"),
    Role.DEPARTMENT_REVIEWER: Bilingual("部门审核人", "Department reviewer"),
    Role.DEPARTMENT_HEAD: Bilingual("部门负责人", "Department head"),
    Role.CENTER_REVIEWER: Bilingual("评审中心审核人", "Review center reviewer"),
    Role.CENTER_HEAD: Bilingual("评审中心主任", "Review center head"),
    Role.PERFORMANCE_EXAMINER: Bilingual("绩效管理科复审人", "Performance examiner"),
    Role.PERFORMANCE_HEAD: Bilingual("绩效管理科科长", "Performance section head"),
    Role.SECTION_REVIEWER: Bilingual("支出科室审核人", "Expenditure section reviewer"),
    Role.SECTION_HEAD: Bilingual("支出科室科长", "Expenditure section head"),
    Role.BUDGET_OFFICER: Bilingual("预算科经办人", "Budget officer"),
    Role.TREASURY_OFFICER: Bilingual("国库科经办人", "Treasury officer"),
    Role.BUREAU_LEADER: Bilingual("分管局领导", "Bureau leader"),
    Role.THIRD_PARTY: Bilingual("第三方机构人员", "Third-party agency staff"),
    Role.EXPERT: Bilingual("专家", "Expert"),
    Role.SUPERVISOR: Bilingual("监督人员", "Supervisor"),
    Role.MANAGER: Bilingual("管理人员", "Manager"),
    Role.PROCESS_OWNER: Bilingual("流程负责人", "Process owner"),
    Role.ADMIN: Bilingual("系统管理员", "Administrator"),
}

_SCOPE_NAMES: Mapping[Scope, Bilingual] = {
    Scope.BUREAU: Bilingual("全局", "bureau"),
    Scope.SECTION: Bilingual("支出科室", "expenditure section"),
    Scope.DEPARTMENT: Bilingual("预算部门", "budget department"),
    Scope.UNIT: Bilingual("预算单位", "budget unit"),
    Scope.AGENCY: Bilingual("第三方机构", "third-party agency"),
}

#: Every role that is missing here is held for the whole bureau.
_SCOPES: Mapping[Role, Scope] = {
    Role.UNIT_CLERK: Scope.UNIT,
    Role.DEPARTMENT_REVIEWER: Scope.DEPARTMENT,
    Role.DEPARTMENT_HEAD: Scope.DEPARTMENT,
    Role.SECTION_REVIEWER: Scope.SECTION,
    Role.SECTION_HEAD: Scope.SECTION,
    Role.THIRD_PARTY: Scope.AGENCY,
}

_WORKS = frozenset({Permission.TASK_WORK, Permission.PROJECT_VIEW})
_LEADS = _WORKS | {Permission.BOARD_VIEW}
_WATCHES = frozenset(
    {
        Permission.PROJECT_VIEW,
        Permission.BOARD_VIEW,
        Permission.DEFINITION_VIEW,
        Permission.LEDGER_VERIFY,
    }
)

#: Deny by default: what is not written here, nobody may do.
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.UNIT_CLERK: _WORKS | {Permission.PROCESS_START},
    Role.DEPARTMENT_REVIEWER: _WORKS,
    Role.DEPARTMENT_HEAD: _LEADS,
    Role.CENTER_REVIEWER: _WORKS,
    Role.CENTER_HEAD: _LEADS | {Permission.PROJECT_APPOINT_AGENCY},
    Role.PERFORMANCE_EXAMINER: _LEADS,
    Role.PERFORMANCE_HEAD: _LEADS
    | {Permission.PROJECT_APPOINT_AGENCY, Permission.DEFINITION_VIEW, Permission.LEDGER_VERIFY},
    Role.SECTION_REVIEWER: _WORKS,
    Role.SECTION_HEAD: _LEADS,
    Role.BUDGET_OFFICER: _WORKS,
    Role.TREASURY_OFFICER: _WORKS,
    Role.BUREAU_LEADER: _LEADS,
    Role.THIRD_PARTY: _WORKS,
    Role.EXPERT: _WORKS,
    Role.SUPERVISOR: _WATCHES,
    Role.MANAGER: _WATCHES
    | {Permission.INCIDENT_MANAGE, Permission.ITEM_MANAGE, Permission.TASK_TRANSFER_ANY},
    Role.PROCESS_OWNER: _WATCHES
    | {
        Permission.DEFINITION_EDIT,
        Permission.DEFINITION_DEPLOY,
        Permission.INCIDENT_MANAGE,
    },
    Role.ADMIN: _WATCHES
    | {
        Permission.ADMINISTRATION,
        Permission.INCIDENT_MANAGE,
        Permission.ITEM_MANAGE,
        Permission.TASK_TRANSFER_ANY,
    },
}
