"""What a person does with a task: claim, fill in, sign, decide, one or many."""
