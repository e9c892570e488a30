"""Ground floor: settings, database and unit of work, errors, clock, ids, storage of files."""
