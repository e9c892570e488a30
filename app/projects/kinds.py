"""The fixed word lists of a project (domain dossier, section 1), each in both languages."""

from enum import StrEnum

from app.core.i18n import Bilingual


class Named(StrEnum):
    """A word list whose members carry the name that pages show."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> "Named":
        """A member is its code and carries both names."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh, member.en = zh, en
        return member

    @property
    def display_name(self) -> Bilingual:
        """Both names."""
        return Bilingual(self.zh, self.en)


class ObjectType(Named):
    """What is evaluated (评价对象)."""

    PROJECT = "project", "项目", "Project"
    POLICY = "policy", "政策", "Policy"
    DEPARTMENT_OVERALL = "department_overall", "部门整体支出", "Whole-department expenditure"


class Nature(Named):
    """How often the money is needed (项目性质)."""

    ONE_OFF = "one_off", "一次性", "One-off"
    RECURRING = "recurring", "经常性", "Recurring"


class Novelty(Named):
    """Whether the project was funded before."""

    NEW = "new", "新增", "New"
    CONTINUING = "continuing", "延续", "Continuing"


class Source(Named):
    """Where the money comes from (资金来源)."""

    FISCAL = "fiscal", "财政拨款", "Fiscal appropriation"
    CARRY_OVER = "carry_over", "上年结转", "Carry-over"
    SUPERIOR = "superior", "上级转移支付", "Superior transfer"
    OTHER = "other", "其他资金", "Other funds"


class Link(Named):
    """The five links of the budget year that a project passes (五个环节)."""

    EX_ANTE = "ex_ante", "事前绩效评估", "Ex-ante evaluation"
    GOAL = "goal", "绩效目标管理", "Performance goals"
    MONITORING = "monitoring", "绩效运行监控", "Monitoring"
    SELF_EVALUATION = "self_evaluation", "自评抽查复核", "Self-evaluation and re-check"
    KEY_EVALUATION = "key_evaluation", "重点绩效评价", "Key evaluation"


class LinkStatus(Named):
    """How far a project is in its link; being overdue is a flag and never a status."""

    DRAFT = "draft", "待提交", "To submit"
    PENDING = "pending", "待审核", "In review"
    RETURNED = "returned", "被退回", "Returned"
    PASSED = "passed", "已审核", "Accepted"
    TO_CONFIRM = "to_confirm", "待确认", "To confirm"
    APPROVED = "approved", "已批复", "Approved"
    REJECTED = "rejected", "不予通过", "Rejected"
    SUSPENDED = "suspended", "暂停", "Suspended"
    WITHDRAWN = "withdrawn", "撤回", "Withdrawn"
    ARCHIVED = "archived", "已归档", "Archived"

    def name_in(self, link: Link) -> Bilingual:
        """Its name in a link: what an ex-ante evaluation rejects is called by its conclusion."""
        if link is Link.EX_ANTE and self is LinkStatus.REJECTED:
            return ExAnteConclusion.NOT_SUPPORT.display_name
        return self.display_name


class ExAnteConclusion(Named):
    """How the ex-ante evaluation (事前绩效评估) ended."""

    SUPPORT = "support", "予以支持", "Support"
    SUPPORT_ADJUSTED = "support_adjusted", "调整后支持", "Support after adjustment"
    NOT_SUPPORT = "not_support", "不予支持", "Not supported"


class GoalStatus(Named):
    """What became of one version of a performance goal."""

    DRAFT = "draft", "待提交", "Draft"
    SUBMITTED = "submitted", "待审核", "Submitted"
    RETURNED = "returned", "被退回", "Returned"
    WITHDRAWN = "withdrawn", "撤回", "Withdrawn"
    REJECTED = "rejected", "不予通过", "Rejected"
    APPROVED = "approved", "已批复", "Approved"
    SUPERSEDED = "superseded", "已被取代", "Superseded"


class Grade(Named):
    """How good a goal is (审核等级), which drives the flow of its review (财预〔2015〕88号)."""

    EXCELLENT = "excellent", "优", "Excellent"
    GOOD = "good", "良", "Good"
    MEDIUM = "medium", "中", "Medium"
    POOR = "poor", "差", "Poor"
