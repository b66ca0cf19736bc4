"""What a check found: a typed value that an author can act on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error must not ship; a warning should be looked at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """``id`` names the rule broken. ``path`` are the steps and [events] that lead there from the opening."""

    id: str
    severity: Severity
    flow: str  # empty for what concerns the whole language
    file: str
    line: int
    message: str
    advice: str
    path: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[bool, str, str, int, str, str]:
        """Errors first, then by place."""
        return self.severity is not Severity.ERROR, self.flow, self.file, self.line, self.id, self.message

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "path": list(self.path)}
