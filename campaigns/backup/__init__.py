"""Backups of an installation, and what it takes to go on from one without calling anybody too often."""
