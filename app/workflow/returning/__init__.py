"""The ways back: returns as a checklist, recall, withdrawal, resubmission."""
