"""What the parts of a line have in common while it is open, such as the one web server for an account."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TypeVar


class Connection(Protocol):
    """Something that calls, messages and checks go over."""

    async def close(self) -> None:
        """Let nobody in any more; harmless when it is closed."""
        ...


Kind = TypeVar("Kind", bound=Connection)


class Connections:
    """One connection of each kind, made when it is first asked for.

    Use it as a context in the loop on which the line is used, in as many tasks as use it: the last to leave
    closes everything.
    """

    def __init__(self) -> None:
        self._open: dict[type[Connection], Connection] = {}
        self._users = 0

    def get(self, kind: type[Kind], make: Callable[[], Kind]) -> Kind:
        """The connection of this kind."""
        known = self._open.get(kind)
        if isinstance(known, kind):
            return known
        made = make()
        self._open[kind] = made
        return made

    async def close(self) -> None:
        """Close what is open; it may be used and closed again."""
        for connection in tuple(self._open.values()):
            await connection.close()

    async def __aenter__(self) -> Self:
        self._users += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._users -= 1
        if not self._users:
            await self.close()
