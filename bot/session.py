"""One call: the conversation over a channel, from the first word to the hang-up."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from bot.channel import Channel, HungUpError, Keys
from bot.dialogue.conversation import Conversation
from bot.dialogue.outcome import Outcome
from bot.dialogue.turn import Turn
from bot.errors import VoiceError
from bot.transcript import Entry, Event

log = logging.getLogger(__name__)

MOST_TURNS = 60
"""A call with more turns of the bot is wound up: no flow needs half as many."""

WIND_UP = timedelta(seconds=20)
"""How long before the end of the window a call is wound up, so that the last word falls within it."""

BETWEEN_KEYS_S = 3.0
"""A pause this long, or ``#``, ends a number that is keyed in."""

MOST_KEYS = 20
"""No number asked for is nearly as long: what follows is not listened to."""

MOST_REPEATS = 3
"""How often disclosures that were talked over are repeated before the call is wound up."""


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What a call came to. ``fault`` is the class of the error that ended it, never its message."""

    outcome: Outcome
    entries: tuple[Entry, ...]
    hung_up_by: Literal["bot", "customer"]
    fault: str | None = None


class Session:
    """Runs one conversation over one channel.

    ``now`` gives the aware time. ``ends_by`` is the end of the calling window: the call is wound up by then,
    and no sentence begun after it, unless the conversation holds the line for somebody in need. ``watch`` is
    told of each entry as it comes.
    """

    def __init__(
        self,
        conversation: Conversation,
        channel: Channel,
        now: Callable[[], datetime],
        *,
        ends_by: datetime | None = None,
        most_turns: int = MOST_TURNS,
        silence_s: float = 6.0,
        watch: Callable[[Entry], None] | None = None,
    ) -> None:
        self._conversation, self._channel, self._now = conversation, channel, now
        self._ends_by, self._most_turns, self._silence_s = ends_by, most_turns, silence_s
        self._watch = watch
        self._entries: list[Entry] = []
        self._turns = 0
        self._repeats = 0
        self._fault: str | None = None
        self._wait_s: float | None = None
        self._kept: str | None = None  # said while keys were still expected

    async def run(self) -> SessionResult:
        """Hold the call to its end. Errors of the channel other than a hang-up are the caller's."""
        try:
            turn = self._turn("opened", self._conversation.open)
            while await self._play(turn):
                self._wait_s = turn.wait_s
                turn = await self._next_turn()
            await self._channel.hang_up()
        except HungUpError:
            return self._hung_up()
        return SessionResult(self._conversation.outcome, tuple(self._entries), "bot", self._fault)

    async def _next_turn(self) -> Turn:
        conversation = self._conversation
        if self._must_stop():
            return self._turn("wound_up", conversation.wind_up)
        text, self._kept = self._kept, None
        if text is None:
            text = await self._channel.listen(self._patience())
        if isinstance(text, Keys):
            return await self._pressed(text)
        if text is not None and text.strip():
            return self._heard(text)
        if self._must_stop():
            return self._turn("wound_up", conversation.wind_up)
        return self._turn("silence", conversation.hear_silence)

    async def _play(self, turn: Turn) -> bool:
        """Say a turn; whether the call goes on. Disclosures that were cut are repeated first."""
        while True:
            try:
                cut = await self._say(turn)
            except VoiceError as error:
                if self._fault is not None:  # not even the apology can be said
                    return self._conversation.holding
                turn = self._after_fault(error)
                continue
            if turn.ended or self._conversation.ended:
                return False
            if (urgent := self._channel.overheard()) is not None:
                turn = self._answer_first(urgent, cut)
                continue
            if not cut:
                return True
            self._repeats += 1
            if self._repeats > MOST_REPEATS:
                turn = self._turn("wound_up", self._conversation.wind_up)
            else:
                turn = self._turn("interrupted", partial(self._conversation.interrupted, cut), cut)

    async def _say(self, turn: Turn) -> tuple[str, ...]:
        """Speak; gives the disclosures that were not played to their end."""
        self._turns += 1
        cut: tuple[str, ...] = ()
        begun = 0
        async for said in self._channel.play(turn.says, self._may_speak):
            say = said.say
            self._log(
                Entry(
                    said.at,
                    "bot",
                    say.text,
                    say.prompt,
                    turn.step,
                    until=self._now(),
                    played=said.complete,
                    heard=None if said.complete else said.heard,
                )
            )
            if not said.complete and not turn.ended:
                cut = tuple(rest.prompt for rest in turn.says[begun:] if not rest.interruptible)
            begun += 1
        return cut

    def _answer_first(self, urgent: str, cut: tuple[str, ...]) -> Turn:
        """Answer what cut a disclosure short; it stays owed."""
        self._log(Entry(self._now(), "line", event="cut_short", prompts=cut))
        self._conversation.cut_short(cut)
        return self._heard(urgent)

    async def _pressed(self, keys: str) -> Turn:
        """Listen for the keys that belong together, and answer them."""
        while not keys.endswith("#") and len(keys) < MOST_KEYS:
            more = await self._channel.listen(BETWEEN_KEYS_S)
            if not isinstance(more, Keys):
                self._kept = more
                break
            keys += more
        return self._answer(keys, self._conversation.press, "pressed")

    def _heard(self, text: str) -> Turn:
        return self._answer(text, self._conversation.hear)

    def _answer(self, text: str, answer: Callable[[str, datetime], Turn], event: Event | None = None) -> Turn:
        entry = Entry(self._now(), "customer", text, step=self._conversation.state.step, event=event)
        try:
            turn = answer(text, entry.at)
        except Exception as error:
            self._log(entry)
            return self._after_fault(error)
        if (heard := turn.heard) is not None:
            entry = replace(
                entry,
                intent=heard.intent,
                confidence=heard.confidence,
                entities=heard.entities,
                stop_words=heard.stop_words,
            )
        self._log(entry)
        return turn

    def _turn(self, event: Event, make: Callable[[datetime], Turn], prompts: tuple[str, ...] = ()) -> Turn:
        at = self._now()
        self._log(Entry(at, "line", event=event, prompts=prompts))
        try:
            return make(at)
        except Exception as error:
            return self._after_fault(error)

    def _after_fault(self, error: Exception) -> Turn:
        """The apology when the conversation failed. Somebody in need is not hung up on for that."""
        at, self._fault = self._now(), type(error).__name__
        # The message may hold what the customer said: only the class and the place are logged.
        log.error("the conversation failed: %s at %s", self._fault, _place(error))
        self._log(Entry(at, "line", self._fault, event="fault"))
        if self._conversation.holding:
            self._log(Entry(at, "line", event="silence"))
            return self._conversation.hear_silence(at)
        return self._conversation.fail(at)

    def _may_speak(self) -> bool:
        return self._conversation.holding or not self._is_past()

    def _must_stop(self) -> bool:
        if self._conversation.holding:
            return False
        return self._is_past(-WIND_UP) or self._turns >= self._most_turns

    def _patience(self) -> float:
        patience = max(self._silence_s, self._wait_s or 0.0)
        if self._ends_by is None or self._conversation.holding:
            return patience
        left = (self._ends_by - WIND_UP - self._now()).total_seconds()
        return min(patience, max(left, 0.0))

    def _is_past(self, margin: timedelta = timedelta()) -> bool:
        return self._ends_by is not None and self._now() >= self._ends_by + margin

    def _hung_up(self) -> SessionResult:
        at = self._now()
        self._log(Entry(at, "line", event="hung_up"))
        outcome = self._conversation.far_end_hung_up(at)
        return SessionResult(outcome, tuple(self._entries), "customer", self._fault)

    def _log(self, entry: Entry) -> None:
        self._entries.append(entry)
        if self._watch is not None:
            self._watch(entry)


def _place(error: Exception) -> str:
    """File and line where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
