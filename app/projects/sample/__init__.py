"""The sample bureau of the domain dossier, section 5: invented, deterministic, complete.

`organisations()`, `people()`, `projects(year)` and `goal_values(project)` are plain data, the same
on every machine. `load_people`, `load_projects` and `load_approved_goals` write them in bulk.
"""

from app.projects.sample.goals import goal_values
from app.projects.sample.journeys import load_sample_bureau
from app.projects.sample.loading import load_approved_goals, load_people, load_projects
from app.projects.sample.organisations import organisations
from app.projects.sample.people import SAMPLE_PASSWORD, SamplePerson, people
from app.projects.sample.projects import SampleProject, projects

__all__ = [
    "SAMPLE_PASSWORD",
    "SamplePerson",
    "SampleProject",
    "goal_values",
    "load_approved_goals",
    "load_people",
    "load_projects",
    "load_sample_bureau",
    "organisations",
    "people",
    "projects",
]
