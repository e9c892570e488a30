"""Who sits in a step, why, and how a seat moves to another person."""
