"""The sample bureau of the domain dossier, section 5: invented, deterministic, complete.

`organisations()`, `people()`, `projects(year)` and `goal_values(project)` are plain data, the same
on every machine. `load_people`, `load_projects` and `load_approved_goals` write them in bulk.
"""
