"""Entries of the navigation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A place in the navigation, for those who may do ``asks``. ``label``: a message of the catalogues."""

    label: str
    path: str
    asks: str
    section: str = "work"  # work, settings
    order: int = 100
    icon: str = "dot"  # of templates/icons.html
