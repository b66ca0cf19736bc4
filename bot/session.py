"""One call: the conversation over a channel, from the first word to the hang-up."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from bot.channel import Channel, HungUpError, Keys, Said
from bot.dialogue.conversation import Conversation
from bot.dialogue.outcome import Outcome
from bot.dialogue.turn import Turn
from bot.errors import VoiceError
from bot.staff import Staff, Wish, take_up
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


HEARD_SHARE = 0.5
"""A question of which less was heard was not asked: no yes to it binds."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """What was not heard of a turn: disclosures to be repeated, and the question when hardly begun."""

    disclosures: tuple[str, ...] = ()
    question: str | None = None


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
    told of each entry as it comes. ``staff`` may want the call handed over, or ended.
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
        staff: Staff | None = None,
    ) -> None:
        self._conversation, self._channel, self._now = conversation, channel, now
        self._ends_by, self._most_turns, self._silence_s = ends_by, most_turns, silence_s
        self._watch, self._staff = watch, staff
        self._entries: list[Entry] = []
        self._turns = 0
        self._repeats = 0
        self._fault: str | None = None
        self._wait_s: float | None = None
        self._reopened = False
        self._kept: str | None = None  # said while keys were still expected

    async def run(self) -> SessionResult:
        """Hold the call to its end. Errors of the channel other than a hang-up are the caller's."""
        try:
            turn = self._turn("opened", self._conversation.open)
            while (said := await self._play(turn)) is not None:
                self._wait_s = said.wait_s
                turn = await self._next_turn()
            await self._channel.hang_up()
        except HungUpError:
            return await self._hung_up()
        return SessionResult(self._conversation.outcome, tuple(self._entries), "bot", self._fault)

    async def _next_turn(self) -> Turn:
        conversation = self._conversation
        if self._must_stop():
            return self._turn("wound_up", conversation.wind_up)
        text, self._kept = self._kept, None
        if text is None:
            said = await self._listen(self._patience())
            if isinstance(said, Turn):
                return said
            text = said
        if isinstance(text, Keys):
            return await self._pressed(text)
        if text is not None and text.strip():
            return await self._heard(text)
        if self._must_stop():
            return self._turn("wound_up", conversation.wind_up)
        if (turn := self._wanted()) is not None:
            return turn
        return self._turn("silence", conversation.hear_silence)

    async def _listen(self, patience_s: float) -> Turn | str | None:
        """What is said, or None after ``patience_s`` of silence; our words when the staff want something."""
        look_s = None if self._staff is None else self._staff.look_every_s
        while True:
            if (turn := self._wanted()) is not None:
                return turn
            if look_s is None:
                return await self._channel.listen(patience_s)
            text = await self._channel.listen(min(look_s, patience_s))
            patience_s -= look_s
            if text is not None or patience_s <= 0:
                return text

    def _wanted(self) -> Turn | None:
        """Do what the staff want, once disclosures were played; the words to it, if there are any."""
        conversation = self._conversation
        if self._staff is None or (wanted := take_up(self._staff, conversation)) is None:
            return None
        match wanted.wish:
            case Wish.HAND_OVER:
                return self._turn("handed_over", conversation.hand_over, text=wanted.by)
            case Wish.END:
                return self._turn("wound_up", conversation.wind_up, text=wanted.by)
            case Wish.CALL_BACK:
                at = self._now()
                self._log(Entry(at, "line", wanted.by, event="human_noted"))
                conversation.note_human(at)
                return None

    async def _play(self, turn: Turn) -> Turn | None:
        """Say a turn; gives the one that was said in the end, None when the call is over.

        Disclosures that were cut are repeated first; for grave words even a goodbye is left.
        """
        while True:
            try:
                cut = await self._say(turn)
            except VoiceError as error:
                if self._fault is not None:  # not even the apology can be said
                    return turn if self._conversation.holding else None
                turn = self._after_fault(error)
                continue
            urgent = self._channel.overheard()
            if turn.ended or self._conversation.ended:
                if urgent is None or self._reopened:
                    return None
                turn = await self._reopen(urgent)
            elif urgent is not None:
                turn = await self._answer_first(urgent, cut.disclosures)
            elif not cut.disclosures:
                if cut.question is not None:
                    self._cut_short((cut.question,))
                return turn
            else:
                turn = self._repeat(cut.disclosures)

    def _repeat(self, disclosures: tuple[str, ...]) -> Turn:
        """Say disclosures that were not heard again, so often and no more."""
        self._repeats += 1
        if self._repeats > MOST_REPEATS:
            return self._turn("wound_up", self._conversation.wind_up)
        return self._turn("interrupted", partial(self._conversation.interrupted, disclosures), disclosures)

    async def _say(self, turn: Turn) -> _Cut:
        """Speak; gives what was not heard of it."""
        self._turns += 1
        cut: tuple[str, ...] = ()
        begun, heard = 0, 1.0
        async for said in self._channel.play(turn.says, self._may_speak, final=turn.ended):
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
                last = begun == len(turn.says) - 1
                heard = _share(said) if last else 0.0
            begun += 1
        return _Cut(cut, turn.says[-1].prompt if heard < HEARD_SHARE else None)

    async def _answer_first(self, urgent: str, cut: tuple[str, ...]) -> Turn:
        """Answer what cut a disclosure short; it stays owed."""
        self._cut_short(cut)
        return await self._heard(urgent)

    async def _reopen(self, urgent: str) -> Turn:
        """Take a goodbye back for words that are too grave to hang up on. Once a call."""
        self._reopened = True
        self._log(Entry(self._now(), "line", event="reopened"))
        self._conversation.reopen()
        return await self._heard(urgent)

    def _cut_short(self, prompts: tuple[str, ...]) -> None:
        self._log(Entry(self._now(), "line", event="cut_short", prompts=prompts))
        self._conversation.cut_short(prompts)

    async def _pressed(self, keys: str) -> Turn:
        """Listen for the keys that belong together, and answer them."""
        while not keys.endswith("#") and len(keys) < MOST_KEYS:
            more = await self._channel.listen(BETWEEN_KEYS_S)
            if not isinstance(more, Keys):
                self._kept = more
                break
            keys += more
        step = self._conversation.state.step
        turn = self._answer(keys, self._conversation.press, "pressed")
        kept = self._kept
        if (
            kept
            and (turn.ended or turn.step != step)
            and not self._conversation.stop_words(kept, self._now())
        ):
            self._kept = None  # said before the next question was asked: no answer to it
        return turn

    async def _heard(self, text: str) -> Turn:
        await self._conversation.prepare(text)
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
                stand_in=heard.stand_in,
            )
        self._log(entry)
        return turn

    def _turn(
        self, event: Event, make: Callable[[datetime], Turn], prompts: tuple[str, ...] = (), text: str = ""
    ) -> Turn:
        at = self._now()
        self._log(Entry(at, "line", text, event=event, prompts=prompts))
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

    async def _hung_up(self) -> SessionResult:
        if not self._conversation.ended and (words := await self._channel.last_words()):
            await self._heard(words)  # nobody hears the answer, but what it does is done
        at = self._now()
        self._log(Entry(at, "line", event="hung_up"))
        outcome = self._conversation.far_end_hung_up(at)
        return SessionResult(outcome, tuple(self._entries), "customer", self._fault)

    def _log(self, entry: Entry) -> None:
        self._entries.append(entry)
        if self._watch is not None:
            self._watch(entry)


def _share(said: Said) -> float:
    """How much of a sentence was heard; all of it where nobody can tell."""
    return 1.0 if said.heard is None else len(said.heard) / max(len(said.say.text), 1)


def _place(error: Exception) -> str:
    """File and line where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
