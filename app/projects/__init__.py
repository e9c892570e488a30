"""The bureau's subject: projects, their money, performance goals and indicators, and the rules.

- `models` are the tables; `indicators` the fixed part of the indicator tree.
- `goal_files` reads one project's goal with everything around it in one statement.
- `goals` holds the verbs on performance goals: save a submission as a new version, mark it
  returned or refused, freeze the approved one, apply accepted line edits; `goal_changes` compares
  two versions, `letters` issues the goal letter.
- `launch` starts the processes; `handlers`, `monitoring_handlers` plug forms and services into the
  workflow; `reminders` tells people what is
  due, overdue, escalated or decided by time; `messages` what people say to each other,
  `announcements` what the worker tells of by itself.
- `checks` are the rules that block a submission or warn its reviewers, switched in
  `config/rules.toml` year by year.
- `queries` read lists and single projects as far as the actor may see them.
- `sample` is the invented bureau for demonstrations and tests.
"""

from app.projects import handlers, launch, monitoring_handlers
from app.projects.announcements import tell
from app.projects.reminders import ring_alarm

__all__ = ["handlers", "launch", "monitoring_handlers", "ring_alarm", "tell"]
