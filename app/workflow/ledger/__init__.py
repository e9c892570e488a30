"""Every act of an instance, chained, append-only, exported, and told to people."""
