"""When a step is decided: seats, votes, rules, and whose turn it is."""
