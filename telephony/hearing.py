"""Who tells a line what is being said on it, where it needs to know: before the answer, and by machines.

The line has no recogniser of its own: whoever builds it supplies one.
"""

from __future__ import annotations

from typing import Protocol


class Ear(Protocol):
    """Listens to one call."""

    async def feed(self, pcm: bytes) -> str:
        """Take in sound (see ``telephony.line.Sound``); gives the words heard since the last ``finish``."""
        ...

    async def finish(self) -> str:
        """The words heard since the last ``finish``, for good."""
        ...

    async def close(self) -> None: ...


class Ears(Protocol):
    """Gives each call an ear of its own."""

    async def open(self) -> Ear | None:
        """None where nobody can listen: no recogniser, or none free. The line then goes by signals."""
        ...
