"""Where an item sits, what happened to it and what lies ahead."""
