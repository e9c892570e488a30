"""Events between instances: messages, signals and what starts by them, each delivered once.

- `models` are the tables: who waits for what, what starts by an event, and what is under way.
- `posting` writes what was thrown or sent, in the transaction of its cause.
- `delivering` gives it to its receiver, in the receiver's own transaction.
- `starts` begins instances by events, `start_rows` keeps which definitions do so.
- `waiting_rows` lets the rows follow the engine's lists, `operations` is for operators.
"""
