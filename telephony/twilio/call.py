"""One call over Twilio, from its ringing to its end: signalling by callbacks, sound by its stream."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from telephony.errors import CallEnded, LineError, TrunkFault
from telephony.line import Answered, Dtmf, NotAnswered, Played, Sound
from telephony.numbers import mask
from telephony.status import HangupCause
from telephony.transfer import TransferEnd, TransferOrder, Transferred
from telephony.twilio.bell import Bell
from telephony.twilio.conclusion import by_machine, not_answered
from telephony.twilio.handing import Handing
from telephony.twilio.media_stream import MediaStreamCall
from telephony.twilio.progress import Progress, Report
from telephony.wording import worded

_log = logging.getLogger(__name__)

Fetch = Callable[["TwilioCall"], Awaitable[Report | None]]
"""Asks the API how a call stands; None where it has no such call. Raises TrunkFault when it cannot tell."""


class Operator(Protocol):
    """What a call needs of its exchange."""

    @property
    def caller_id(self) -> str: ...

    async def fetch(self, call: TwilioCall) -> Report | None:
        """How the call stands by the API; None where it has no such call. Raises TrunkFault."""
        ...

    async def end(self, sid: str) -> None:
        """Have Twilio end the call. Raises TrunkFault."""
        ...

    async def redirect(self, sid: str, twiml: str) -> None:
        """Have Twilio leave what it does with the call and do this. Raises TrunkFault."""
        ...

    def answered(self, call: TwilioCall) -> None:
        """Somebody has picked up, and is to be talked to."""
        ...

    def forget(self, call: TwilioCall) -> None:
        """The call is over."""
        ...

    def hook(self, name: str, call: TwilioCall) -> str:
        """The webhook of this name, for this call."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds. ``ring_s``: for an answer. ``stream_s``: from the answer to the sound.

    ``reconcile_s``: without news, until the API is asked. ``detect_s``: for Twilio's word on who picked up;
    0: it is not asked for. ``apology_s``: for what is played to a caller whose sound was lost; 0: nothing is.
    """

    ring_s: float = 45.0
    stream_s: float = 10.0
    reconcile_s: float = 15.0
    detect_s: float = 0.0
    apology_s: float = 0.0


# Twilio may ring this much longer than it was told, by its documentation; and callbacks take their time.
_RING_MARGIN_S = 10.0

# For the last words to a caller whom nobody has taken.
_GOODBYE_S = 20.0

_ENDING_S = 2.0
"""So long the API is given to end a call before its socket is closed."""


class TwilioCall:
    """An ``AudioCall``. ``token`` is the secret that its callbacks and its stream carry."""

    def __init__(
        self,
        token: str,
        number: str,
        patience: Patience,
        operator: Operator,
        *,
        sid: str | None = None,
        fetch: Fetch | None = None,
    ) -> None:
        self.token = token
        self.number = number
        self._patience = patience
        self._operator = operator
        self._fetch = fetch or operator.fetch
        self.sid = sid
        self._progress = Progress()
        self._news = Bell()
        self._began_at = asyncio.get_running_loop().time()
        self._answered_at: float | None = None
        self._stream: MediaStreamCall | None = None
        self._outcome: Answered | NotAnswered | None = None
        self._leaving = False
        self._ended_by_us = False
        self._done = asyncio.Event()
        self.handing: Handing | None = None

    @property
    def id(self) -> str:
        """Twilio's CallSid; before it is known, a name that shows nothing of the token."""
        return self.sid or "twilio-unknown"

    @property
    def carries(self) -> Literal["sound"]:
        return "sound"

    @property
    def cause(self) -> HangupCause | None:
        if isinstance(self._outcome, NotAnswered):
            return self._outcome.cause
        if self._ended_by_us:
            return HangupCause.NORMAL
        if self._stream is not None and self._stream.cause is not None:
            return self._stream.cause
        if self._done.is_set() or self._progress.over:
            return HangupCause.NORMAL
        return None

    def report(self, report: Report) -> bool:
        """Take in what Twilio tells of this call; False when it tells of another."""
        if self.sid is None:
            self.sid = report.call_sid  # whoever knows the token tells of this call
        if report.call_sid != self.sid:
            return False
        if self._progress.take(report):
            self._mark_answer()
            self._news.ring()
        return True

    def refuse(self, outcome: NotAnswered) -> None:
        """Twilio would not dial this number at all."""
        self._outcome = outcome
        self._done.set()

    async def carry(self, stream: MediaStreamCall) -> None:
        """Take the sound of this call from ``stream``, until it is over."""
        if self.sid is None:
            self.sid = stream.id
        if stream.id != self.sid or self._done.is_set():
            return
        self._stream = stream
        self._mark_answer()
        self._news.ring()
        await self._done.wait()

    async def answer(self) -> Answered | NotAnswered:
        """Wait until the call is answered and its sound is there, or it fails. Raises TrunkFault."""
        if self._outcome is None:
            try:
                self._outcome = await self._await_answer()
            except TrunkFault:
                self._over()
                raise
            if isinstance(self._outcome, Answered):
                self._operator.answered(self)
        return self._outcome

    async def receive(self, timeout_s: float) -> Sound | Dtmf | Played | None:
        """The next thing from the far end, or None when nothing came for ``timeout_s``. Raises CallEnded."""
        return await self._media().receive(timeout_s)

    async def send(self, sound: Sound) -> None:
        """Play ``sound`` behind what is being played; does not wait for it. Raises CallEnded."""
        await self._media().send(sound)

    async def mark(self, name: str) -> None:
        """Have ``Played(name)`` come once all sent so far was played. Raises CallEnded."""
        await self._media().mark(name)

    async def clear(self) -> None:
        """Drop what has not been played yet. Marks in it never come. Raises CallEnded."""
        await self._media().clear()

    async def transfer(self, order: TransferOrder) -> Transferred:
        """Hand the call over to a person; returns when it is over. Raises CallEnded."""
        self._media()
        if self.cause is not None or self.sid is None:
            raise CallEnded("the call is over")
        loop = asyncio.get_running_loop()
        operator = self._operator
        handing = Handing(
            order, operator.caller_id, lambda name: operator.hook(name, self), loop.time, self._news.ring
        )
        self.handing = handing
        try:
            await operator.redirect(self.sid, handing.begin())
        except TrunkFault as fault:
            _log.warning("%s: it could not be transferred: %s", self.id, fault)
            self.handing = None
            return Transferred(TransferEnd.FAILED)
        goodbye_by: float | None = None
        while not self._progress.over:
            wait_s = self._patience.reconcile_s
            if handing.over:
                if handing.taken:
                    break
                goodbye_by = goodbye_by or loop.time() + _GOODBYE_S
                wait_s = min(wait_s, goodbye_by - loop.time())
                if wait_s <= 0:
                    break
            asked_at = loop.time() + wait_s
            await self._news.wait(wait_s)
            if loop.time() >= asked_at and not self._progress.over:
                await self._reconcile()
        await self.hang_up()
        return handing.result()

    async def hang_up(self) -> None:
        """End the call; harmless when it is over already."""
        if self._leaving or self._done.is_set():
            return
        self._leaving = True
        try:
            await self._apologise()
            await self._leave()
        finally:
            self._over()

    async def _apologise(self) -> None:
        """The sound was lost: Twilio goes on by itself, says so to the caller and hangs up."""
        if self._stream is None or self._stream.cause is not HangupCause.DROPPED:
            return
        await self._stream.hang_up()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience.apology_s
        while not self._progress.over and (left_s := until - loop.time()) > 0:
            await self._news.wait(left_s)

    async def _leave(self) -> None:
        """Have Twilio end the call, and only then close the socket.

        For when that closes Twilio goes on to what it is to do when the sound was lost.
        """
        stopped = self._stream is not None and self._stream.cause is HangupCause.NORMAL
        gone = stopped and self.handing is None
        self._ended_by_us = self._stream is not None and self._stream.cause is None
        ending: asyncio.Task[None] | None = None
        if self.sid is not None and not self._progress.over and not gone:
            ending = asyncio.create_task(self._end_by_api(self.sid))
            await asyncio.wait({ending}, timeout=_ENDING_S)
        if self._stream is not None:
            await self._stream.hang_up()
        if ending is not None:
            await ending

    async def _end_by_api(self, sid: str) -> None:
        try:
            await self._operator.end(sid)
        except TrunkFault as fault:
            _log.warning("%s: it could not be ended by the API: %s", self.id, fault)

    def _over(self) -> None:
        self._done.set()
        self._operator.forget(self)

    def _media(self) -> MediaStreamCall:
        if self._stream is not None:
            return self._stream
        if self.cause is not None:
            raise CallEnded(f"the call is over: {self.cause.value}")
        raise LineError("the call is not answered yet")

    def _mark_answer(self) -> None:
        if self._answered_at is None and (self._stream is not None or self._progress.answered):
            self._answered_at = asyncio.get_running_loop().time()

    async def _await_answer(self) -> Answered | NotAnswered:
        loop, patience = asyncio.get_running_loop(), self._patience
        give_up_at = self._began_at + patience.ring_s + _RING_MARGIN_S
        while True:
            if self._progress.over and self._stream is None:
                return await self._unanswered()
            if self._stream is not None and (found := self._picked_up(loop.time())) is not None:
                return found
            if self._answered_at is None:
                deadline = give_up_at
            elif self._stream is None:
                deadline = self._answered_at + patience.stream_s
            else:
                deadline = self._answered_at + patience.detect_s
            left_s = deadline - loop.time()
            if left_s <= 0:
                return await self._late()
            asked_at = loop.time() + patience.reconcile_s
            await self._news.wait(min(left_s, patience.reconcile_s))
            if loop.time() >= min(asked_at, deadline) and self._stream is None:
                await self._reconcile()

    def _picked_up(self, now: float) -> Answered | NotAnswered | None:
        """Who is there, where that is known or has been waited for; None: listen on."""
        assert self._answered_at is not None  # noqa: S101 - there is a stream
        ring_s, listened_s = self._answered_at - self._began_at, now - self._answered_at
        who = self._progress.answered_by
        if by_machine(who):
            return not_answered(self._progress, ring_s)
        # Its limit counts from the answer, so that a verdict that never comes costs no more.
        waited_for = now >= self._answered_at + self._patience.detect_s  # as the caller reckons the limit
        if who is not None or waited_for or self.cause is not None:
            return Answered(ring_s, listened_s)
        return None

    async def _reconcile(self) -> None:
        """Ask how the call stands: a callback may have been lost."""
        try:
            report = await self._fetch(self)
        except TrunkFault as fault:
            _log.warning("%s: its state is not known: %s", self.id, fault)
            return
        if report is not None:
            self.report(report)

    async def _late(self) -> NotAnswered:
        """Waited in vain: for an answer, or after it for the sound."""
        if self.sid is None:
            raise TrunkFault(worded("twilio_no_call", number=mask(self.number)))
        if self._progress.answered:
            _log.warning("%s: no stream came after the answer: run 'xiaorong line check'", self.id)
        return await self._unanswered(timed_out=True)

    async def _unanswered(self, *, timed_out: bool = False) -> NotAnswered:
        ring_s = (self._answered_at or asyncio.get_running_loop().time()) - self._began_at
        over = self._progress.over
        if timed_out and not over and not self._progress.answered:
            ended = NotAnswered(HangupCause.NO_ANSWER, None, ring_s)
        else:
            ended = not_answered(self._progress, ring_s)
        if not over:
            await self.hang_up()
        return ended
