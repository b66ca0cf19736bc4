"""How the report of an experiment is shown."""
