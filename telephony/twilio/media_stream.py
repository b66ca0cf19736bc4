"""One call over Twilio's Media Streams: an ``AudioCall`` (``telephony.line``) on a WebSocket."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from telephony.errors import CallEnded, LineError, ProtocolFault
from telephony.g711 import ulaw_encode
from telephony.line import Answered, Dtmf, NotAnswered, Played, Sound
from telephony.status import HangupCause
from telephony.twilio.bell import Bell
from telephony.twilio.inbound import Inbound, Received
from telephony.twilio.messages import Start, Writer
from telephony.twilio.playout import Pacing, PlayMark, PlayNothing, Playout, PlaySound, Wait
from telephony.twilio.socket import Socket

_log = logging.getLogger(__name__)

_NORMAL_CLOSURE, _INTERNAL_ERROR = 1000, 1011  # RFC 6455
_TOLD_FAULTS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Where patience ends, in seconds.

    ``silent_s``: nothing at all came, not even silence, so the call is gone: Twilio does not always close the
    socket then. ``stalled_s``: the socket took nothing more. ``closing_s``: to take leave of it.
    ``unplayed_s``: how much sound may be queued. ``unheard_s``: how much may lie here that nobody received.
    """

    silent_s: float = 10.0
    stalled_s: float = 5.0
    closing_s: float = 2.0
    unplayed_s: float = 600.0
    unheard_s: float = 60.0


class MediaStreamCall:
    """The call behind one stream, from ``start`` on: use it as a context, which hangs up at its end.

    One task may receive, any may send. After ``CallEnded`` nothing more comes; ``cause`` says why: NORMAL
    when the stream was stopped or we hung up, DROPPED when the socket vanished, stalled or fell silent.
    """

    def __init__(
        self,
        socket: Socket,
        start: Start,
        *,
        pacing: Pacing | None = None,
        limits: Limits | None = None,
        ring_s: float = 0.0,
    ) -> None:
        self._socket = socket
        self._start = start
        self._limits = limits or Limits()
        self._ring_s = ring_s
        self._writer = Writer(start.stream_sid)
        self._playout = Playout(pacing or Pacing())
        self._inbound = Inbound(start, self._playout.reached)
        self._inbox: deque[Received] = deque(maxlen=int(self._limits.unheard_s * 50))
        self._arrived = Bell()
        self._to_send = Bell()
        self._cause: HangupCause | None = None
        self._heard_at = 0.0
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self.faults = 0  # messages left out
        self.unheard = 0  # things lost because nobody received them

    @property
    def id(self) -> str:
        """Twilio's CallSid."""
        return self._start.call_sid

    @property
    def carries(self) -> Literal["sound"]:
        return "sound"

    @property
    def cause(self) -> HangupCause | None:
        return self._cause

    @property
    def silent_s(self) -> float:
        """How long nothing has come from Twilio."""
        return asyncio.get_running_loop().time() - self._heard_at

    async def __aenter__(self) -> Self:
        self._heard_at = asyncio.get_running_loop().time()
        self._tasks = tuple(
            asyncio.create_task(self._guard(work), name=f"{self.id} {name}")
            for name, work in (("reads", self._read), ("sends", self._send), ("watches", self._watch))
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(HangupCause.NORMAL)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        failed = error is not None and not isinstance(error, CallEnded)
        await self._close(_INTERNAL_ERROR if failed else _NORMAL_CLOSURE)
        if self.faults > _TOLD_FAULTS:
            _log.warning("%s: %d messages left out", self.id, self.faults)

    async def answer(self) -> Answered | NotAnswered:
        """A stream begins once the call was answered."""
        return Answered(self._ring_s)

    async def receive(self, timeout_s: float) -> Sound | Dtmf | Played | None:
        """The next thing from the far end, or None when nothing came for ``timeout_s``. Raises CallEnded."""
        if not self._inbox and self._cause is None:
            await self._arrived.wait(timeout_s)
        if self._inbox:
            return self._inbox.popleft()
        self._check_alive()
        return None

    async def send(self, sound: Sound) -> None:
        """Play ``sound`` behind what is being played; does not wait for it.

        Raises CallEnded; ValueError when it ends within a sample; LineError when far too much is queued.
        """
        self._check_alive()
        if self._playout.queued_s > self._limits.unplayed_s:
            raise LineError(f"over {self._limits.unplayed_s:.0f} s of sound are queued: wait for a mark")
        self._playout.add(ulaw_encode(sound.pcm))
        self._to_send.ring()

    async def mark(self, name: str) -> None:
        """Have ``Played(name)`` come once all sent so far was played. Raises CallEnded."""
        self._check_alive()
        self._playout.mark(name)
        self._to_send.ring()

    async def clear(self) -> None:
        """Drop what has not been played yet. Marks in it never come. Raises CallEnded."""
        self._check_alive()
        self._playout.clear()
        self._to_send.ring()

    async def hang_up(self) -> None:
        """Close the stream, upon which Twilio goes on behind ``<Connect>``; harmless when it is over."""
        self._end(HangupCause.NORMAL)
        await self._close(_NORMAL_CLOSURE)

    def drop(self) -> None:
        """Take the call for lost: another stream has taken its place."""
        self._end(HangupCause.DROPPED)

    def _check_alive(self) -> None:
        if self._cause is not None:
            raise CallEnded(f"the call is over: {self._cause.value}")

    def _end(self, cause: HangupCause) -> None:
        """The call is over; the first cause stays."""
        if self._cause is None:
            self._cause = cause
            self._arrived.ring()
            self._to_send.ring()

    async def _close(self, code: int) -> None:
        try:
            async with asyncio.timeout(self._limits.closing_s):
                await self._socket.close(code)
        except TimeoutError:
            _log.warning("%s: the socket does not close", self.id)

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        """Whatever goes wrong in a task of the call ends the call, and is told."""
        try:
            await work()
        except Exception:
            _log.exception("%s: the stream broke", self.id)
            self._end(HangupCause.DROPPED)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while self._cause is None:
            text = await self._socket.receive()
            if text is None:
                self._deliver(self._inbound.finish())
                self._end(HangupCause.DROPPED)
                return
            self._heard_at = loop.time()
            try:
                self._deliver(self._inbound.take(text))
            except ProtocolFault as fault:
                self.faults += 1
                if self.faults <= _TOLD_FAULTS:
                    _log.warning("%s: left out: %s", self.id, fault)
            if self._inbound.stopped:
                self._end(HangupCause.NORMAL)

    def _deliver(self, things: list[Received]) -> None:
        for thing in things:
            if len(self._inbox) == self._inbox.maxlen:
                self.unheard += 1
                if self.unheard == 1:
                    _log.warning("%s: nobody receives: the oldest is lost", self.id)
            self._inbox.append(thing)
            self._arrived.ring()

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        while self._cause is None:
            match self._playout.next(loop.time()):
                case Wait(seconds):
                    await self._to_send.wait(seconds)
                    continue
                case PlaySound(ulaw):
                    text = self._writer.media(ulaw)
                case PlayMark(_, wire):
                    text = self._writer.mark(wire)
                case PlayNothing():
                    text = self._writer.clear
            try:
                async with asyncio.timeout(self._limits.stalled_s):
                    await self._socket.send(text)
            except (ConnectionError, TimeoutError) as error:
                _log.info("%s: sending ended: %s", self.id, type(error).__name__)
                self._end(HangupCause.DROPPED)

    async def _watch(self) -> None:
        while self._cause is None:
            left_s = self._limits.silent_s - self.silent_s
            if left_s <= 0:
                _log.warning("%s: nothing came for %.0f s", self.id, self.silent_s)
                self._end(HangupCause.DROPPED)
                return
            await asyncio.sleep(left_s)
