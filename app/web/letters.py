"""Goal letters: the bureau's reply that approves money and goal in one act, as it is printed."""

from datetime import datetime

from flask import Blueprint, render_template

from app.core.errors import NotFoundError
from app.core.i18n import N_
from app.identity import Permission, organisation_names
from app.projects.goals import content_hash
from app.projects.letters import letters_of
from app.projects.queries import find_project, goal_versions
from app.web.context import actor, db, settings
from app.web.language import language
from app.web.project_page import indicator_groups
from app.web.security import needs

pages = Blueprint("letters", __name__)


@pages.get("/projects/<code>/letters/<number>")
@needs(Permission.PROJECT_VIEW)
def show(code: str, number: str) -> str:
    """One letter with its goal, for those who may see the project."""
    project = find_project(db(), actor(), code)
    letter = next((each for each in letters_of(db(), project) if each.number == number), None)
    if letter is None:
        raise NotFoundError(
            N_("Expected a goal letter of {project}, found none with the number “{number}”."),
            project=project.code,
            number=number,
        )
    version = next(
        each for each in goal_versions(db(), project) if each.id == letter.goal_version_id
    )
    return render_template(
        "letters/page.html",
        project=project,
        letter=letter,
        version=version,
        indicators=indicator_groups(version),
        names=organisation_names(
            db(), {project.unit_code, project.department_code, project.section_code}
        ),
        is_unchanged=letter.content_hash == content_hash(version.form_values),
    )


@pages.app_template_filter()
def letter_day(time: datetime) -> str:
    """The bureau's local day as letters write it: `2022年10月10日`, `10 October 2022`."""
    day = time.astimezone(settings().time_zone)
    if language() == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B %Y}"
