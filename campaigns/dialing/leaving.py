"""How the bot leaves a call: it hangs up, unless the customer stays on the line for a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from telephony.line import Call


@dataclass(frozen=True, slots=True)
class Leaving:
    """``stays`` is asked when the bot would hang up."""

    call: Call
    stays: Callable[[], bool] = lambda: False

    async def hang_up(self) -> None:
        """Hang up, where nobody stays."""
        if not self.stays():
            await self.call.hang_up()
