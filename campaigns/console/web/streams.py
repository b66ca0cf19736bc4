"""Server-sent events: a part of a page, sent again whenever it has changed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from typing import Final, TypeAlias

import anyio
from anyio.to_thread import run_sync
from starlette.responses import StreamingResponse

from campaigns.console.lifetime import LIFETIME, Lifetime

Look: TypeAlias = Callable[[], str | None]
"""The part as it is now; None when there will be no more of it. Runs on a thread."""

LONGEST_S: Final = 600.0  # then the browser connects again, and it is checked again who asks
_LINE_END: Final = re.compile(r"\r\n|\r|\n")  # the protocol's own; Unicode has more, and they are text
BEAT_EVERY: Final = 15  # looks without news


def stream(look: Look, *, every_s: float = 1.0) -> StreamingResponse:
    """An answer that goes on. ``look`` is asked ``every_s`` seconds of real time: a person watches.

    It ends when this process closes its connections; the browser then asks whoever comes after.
    """
    return StreamingResponse(
        _events(look, every_s, LIFETIME.get(None)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(look: Look, every_s: float, lifetime: Lifetime | None = None) -> AsyncIterator[str]:
    shown: str | None = None
    quiet = 0
    for turn in range(max(1, int(LONGEST_S / max(every_s, 0.1)))):
        if turn:
            await anyio.sleep(every_s)
        if lifetime is not None and lifetime.closing:
            return
        now = await run_sync(look)
        if now is None:
            yield "event: over\ndata: .\n\n"
            return
        if now != shown:
            shown, quiet = now, 0
            yield event(now)
        else:
            quiet += 1
            if quiet % BEAT_EVERY == 0:
                yield ": still here\n\n"


def event(text: str) -> str:
    """One event of the protocol; a line of text must not end it."""
    return "".join(f"data: {line}\n" for line in _LINE_END.split(text)) + "\n"
