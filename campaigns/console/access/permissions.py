"""Roles, and the table of what each may do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import RootModel, StringConstraints

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("permissions.yaml")
SEE_PERSONAL = "personal.see"


class Role(StrEnum):
    """What somebody is in the house. Kept by these names."""

    ADMINISTRATOR = "administrator"
    CAMPAIGN_MANAGER = "campaign_manager"
    SCRIPT_EDITOR = "script_editor"
    QUALITY = "quality"
    ANALYST = "analyst"  # sees no personal data
    AUDITOR = "auditor"


Action = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+$")]


class Permissions(RootModel[dict[Action, list[Role]]]):
    """The table. An action that it lacks is nobody's."""

    def __contains__(self, action: object) -> bool:
        return action in self.root

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(self.root)

    def allow(self, roles: Iterable[str], action: str) -> bool:
        """Whether one of these roles may."""
        return not set(self.root.get(action, ())).isdisjoint(roles)

    def of(self, roles: Iterable[str]) -> frozenset[str]:
        """All that these roles may."""
        held = list(roles)
        return frozenset(action for action in self.root if self.allow(held, action))


@cache
def shipped_permissions(path: Path = SHIPPED) -> Permissions:
    """The table that ships. Raises DataFileError with file, line and key."""
    return load_model(path, Permissions)
