"""The port through which a carrier's requests come in."""

from __future__ import annotations

from typing import Protocol

from starlette.applications import Starlette


class Door(Protocol):
    """Lets a carrier reach an application, whose paths all begin with the name of its line: ``/twilio/...``.

    It is opened and closed on the loop on which the line is used, and the application runs there.
    """

    async def open(self, app: Starlette) -> None:
        """Have ``app`` served from now on; harmless when it is. Raises LineConfigError."""
        ...

    async def close(self) -> None:
        """Let nobody in any more; harmless when it is closed."""
        ...
