"""Experiments: arms and a holdout, who is in which, and what may be concluded. Pure: no database."""
