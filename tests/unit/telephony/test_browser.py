"""A call over a browser: its frames are the clock, and what it plays comes back frame for frame."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.browser import MOST_WAITING, BrowserCall
from telephony.errors import CallEnded
from telephony.line import Dtmf, Played, Sound
from telephony.pcm import FRAME_BYTES, SILENCE
from telephony.status import HangupCause


def held(work: Callable[[BrowserCall], Awaitable[None]]) -> None:
    async def hold() -> None:
        call = BrowserCall("one")
        await call.answer()
        await work(call)

    asyncio.run(hold())


@given(sizes=st.lists(st.integers(0, 1500), max_size=12))
def test_as_much_is_played_as_was_heard_whatever_the_pieces(sizes: list[int]) -> None:
    sent = bytes(range(1, 251)) * 40
    heard = b"".join(bytes([7]) * size for size in sizes)

    async def work(call: BrowserCall) -> None:
        await call.send(Sound(sent))
        played = b""
        taken = b""
        for size in sizes:
            played += await call.exchange(bytes([7]) * size)
            while isinstance(came := await call.receive(0), Sound):
                taken += came.pcm
        whole = len(heard) - len(heard) % FRAME_BYTES
        assert len(played) == len(taken) == whole
        assert played == sent[:whole].ljust(whole, b"\0")

    held(work)


def test_a_mark_comes_when_all_before_it_was_played() -> None:
    async def work(call: BrowserCall) -> None:
        await call.mark("nothing waits")
        assert await call.receive(0) == Played("nothing waits")
        await call.send(Sound(SILENCE * 2))
        await call.mark("behind")
        await call.exchange(SILENCE)
        assert [await call.receive(0) for _ in range(2)] == [Sound(SILENCE), None]
        await call.exchange(SILENCE)
        assert [await call.receive(0) for _ in range(2)] == [Sound(SILENCE), Played("behind")]
        await call.send(Sound(SILENCE))
        await call.mark("dropped")
        await call.clear()
        await call.exchange(SILENCE * 3)
        assert [await call.receive(0) for _ in range(4)] == [Sound(SILENCE)] * 3 + [None]
        await call.press("5")
        assert await call.receive(0) == Dtmf("5")

    held(work)


def test_a_browser_that_runs_ahead_waits() -> None:
    async def work(call: BrowserCall) -> None:
        more = asyncio.ensure_future(call.exchange(SILENCE * (MOST_WAITING + 3)))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not more.done()
        for _ in range(MOST_WAITING + 3):
            assert isinstance(await call.receive(1), Sound)
        assert len(await more) == FRAME_BYTES * (MOST_WAITING + 3)

    held(work)


@pytest.mark.parametrize("by_browser", [True, False])
def test_when_it_is_over_it_is_over_for_all(by_browser: bool) -> None:
    async def work(call: BrowserCall) -> None:
        waiting = asyncio.ensure_future(call.exchange(SILENCE * (MOST_WAITING + 1)))
        await asyncio.sleep(0)
        if by_browser:
            call.leave()
        await call.hang_up()
        assert call.cause is HangupCause.NORMAL
        for ended in (waiting, call.receive(1), call.send(Sound(SILENCE)), call.mark("x"), call.press("1")):
            with pytest.raises(CallEnded):
                await ended

    held(work)
