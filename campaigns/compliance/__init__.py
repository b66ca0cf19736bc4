"""Compliance: rule packs and the one function that says whether a call may be placed. Pure."""
