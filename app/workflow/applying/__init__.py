"""One action on one instance: it is loaded and locked, and what the engine decided is written."""
