"""The bureau's subject: projects, their money, performance goals and indicators, and the rules.

- `models` are the tables; `indicators` the fixed part of the indicator tree.
- `goals` holds the verbs on performance goals: read a form, save a submission as a new version,
  freeze the approved one, compare two, apply accepted line edits, issue the goal letter.
- `checks` are the rules that block a submission or warn its reviewers, switched in
  `config/rules.toml` year by year.
- `queries` read lists and single projects as far as the actor may see them.
- `sample` is the invented bureau for demonstrations and tests.
"""
