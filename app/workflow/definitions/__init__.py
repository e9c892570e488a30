"""What a diagram may say and how it becomes a version: drafts, checks, deployment, the library."""
