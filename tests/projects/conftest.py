"""One unit of the agriculture bureau with one project, and the people around it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.core.settings import ROOT
from app.identity import Actor, load_actor
from app.projects.kinds import Link, LinkStatus
from app.projects.models import Project
from app.projects.rules import Rules, load_rules
from app.projects.sample import goal_values, load_people, projects
from tests.workflow.conftest import Office, office, office_template

#: The bureau at work, as the workflow's tests have it.
__all__ = ["Office", "office", "office_template"]

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
P03 = projects(2023)[2]


def a_project(**changes: Any) -> Project:
    """A project of 450.00, continuing, that ends within its year; not in any session."""
    amount = changes.pop("amount", Decimal("450.00"))
    fields: dict[str, Any] = {
        "code": "YS2023-0901",
        "name_zh": "果园道路",
        "name_en": "Orchard roads",
        "fiscal_year": 2023,
        "unit_code": "D03U1",
        "department_code": "D03",
        "section_code": "AGR",
        "nature": "recurring",
        "novelty": "continuing",
        "is_key": False,
        "start_date": date(2023, 1, 1),
        "end_date": date(2023, 12, 31),
        "leader_zh": "李明",
        "leader_en": "Ming Li",
        "phone": "5210901",
        "year_amount": amount,
        "total_amount": amount,
        "ex_ante_conclusion": "support",
        "link": Link.GOAL.value,
        "link_status": LinkStatus.DRAFT.value,
        "fiscal_amount": amount,
    }
    return Project(**fields | changes)


def f04(**changes: Any) -> dict[str, Any]:
    """A valid declaration without money, as the form sends it."""
    values = goal_values(P03)
    del values["year_amount"], values["sources"]
    return values | changes


@pytest.fixture
def rules() -> Rules:
    return load_rules(ROOT / "config", 2023)


@pytest.fixture
def people(session: Session) -> dict[str, UUID]:
    """The organisations and people of the sample; user name → id."""
    return load_people(session, CHEAP)


@pytest.fixture
def actor(session: Session, people: dict[str, UUID]) -> Callable[[str], Actor]:
    def sign_in(username: str) -> Actor:
        found = load_actor(session, people[username])
        assert found is not None
        return found

    return sign_in


@pytest.fixture
def clerk(actor: Callable[[str], Actor]) -> Actor:
    return actor("d03u1.clerk")


@pytest.fixture
def project(session: Session, people: dict[str, UUID]) -> Project:
    project = a_project()
    session.add(project)
    session.flush()
    return project


@pytest.fixture
def create_project(session: Session, people: dict[str, UUID]) -> Callable[..., Project]:
    def create(number: int, **changes: Any) -> Project:
        name = Bilingual(f"果园道路{number}", f"Orchard roads {number}")
        fields = {"code": f"YS2023-{number:04d}", "name_zh": name.zh, "name_en": name.en}
        project = a_project(**fields | changes)
        session.add(project)
        session.flush()
        return project

    return create
