"""The workflow: definitions and versions, instances, user tasks, seats, votes, timers, ledger.

Verbs change something and need a unit of work; queries only read. Each file is one noun:

- `definitions` find versions · `definition_drafts` keep what was drawn · `deploying` makes
  a version of what `inspection` lets pass · `instances` start · `tasks` claim, unclaim, transfer ·
  `decisions` approve, reject, return · `drafts` keep what was typed · `timers` fire and remind ·
  `incidents` open and resolve
- `task_forms` is the form of a task: what it opens with, what a decision makes of it
- `inbox` and `tracking` are the lists of staff and managers · `history` tells one instance
- `permits` are the guards that verbs and buttons share, beside them `own_seats`, `seat_permits`,
  `duty_permits`, `item_permits`, `read_permits` · `voting` is the step's rule
- `actions` are what a verb begins and saves · `applying` holds the one function that writes an
  engine step, by `closing`, `opening` and `timer_rows` · `ledger` chains every act
- `events` are messages, signals and starts between instances
- `handlers` is where the subject plugs in its forms and services

The room knows no project: `app.projects` registers handlers, and is called back.
"""
