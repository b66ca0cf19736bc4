"""Replaying the log of a call through the present script, and telling what comes out otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.dialogue.conversation import Conversation
from bot.dialogue.turn import Turn
from bot.errors import BotError
from bot.transcript import Entry, replay


@dataclass(frozen=True, slots=True)
class ReplayedTurn:
    """One event of the log, what the bot said to it ``then``, and its ``turn`` now (None: none comes).

    ``differences`` are sentences, none when nothing changed.
    """

    event: Entry
    then: tuple[Entry, ...]
    turn: Turn | None
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """A whole call replayed. ``disposition`` is how it would end now."""

    turns: tuple[ReplayedTurn, ...]
    disposition: str

    @property
    def same(self) -> bool:
        return not any(turn.differences for turn in self.turns)


def replay_call(entries: Iterable[Entry], conversation: Conversation) -> Replay:
    """Run what the customer and the line did through a fresh ``conversation``, and compare its replies.

    Once an event cannot be replayed (the call is over by now, or the conversation fails) the rest is not.
    """
    turns: list[ReplayedTurn] = []
    groups = list(_groups(entries))
    for number, (event, then) in enumerate(groups):
        failed_then = number + 1 < len(groups) and groups[number + 1][0].event == "fault"
        last = number + 1 == len(groups) or groups[number + 1][0].event == "hung_up"
        if event.event == "fault":
            turns.append(_after_fault(event, then, conversation, held=_is_silence(groups, number + 1)))
            continue
        try:
            turn = next(replay([event], conversation), None)
        except BotError as error:
            if failed_then:
                turns.append(ReplayedTurn(event, then, None, ()))
                continue
            turns.append(ReplayedTurn(event, then, None, (f"it fails now: {error}",)))
            break
        if failed_then:
            turns.append(ReplayedTurn(event, then, turn, ("it failed then, and does not now",)))
            break
        turns.append(ReplayedTurn(event, then, turn, tuple(_differences(event, then, turn, cut=last))))
    disposition = conversation.outcome.disposition
    return Replay(tuple(turns), disposition)


def _after_fault(
    event: Entry, then: tuple[Entry, ...], conversation: Conversation, *, held: bool
) -> ReplayedTurn:
    """What the session did after a fault: the apology, unless it held the line for somebody in need."""
    if held:
        return ReplayedTurn(event, then, None, ())
    turn = conversation.fail(event.at)
    return ReplayedTurn(event, then, turn, tuple(_differences(event, then, turn, cut=True)))


def _is_silence(groups: Sequence[tuple[Entry, tuple[Entry, ...]]], number: int) -> bool:
    return number < len(groups) and groups[number][0].event == "silence"


def _groups(entries: Iterable[Entry]) -> Iterator[tuple[Entry, tuple[Entry, ...]]]:
    """Each event with the sentences of the bot that followed it."""
    event: Entry | None = None
    said: list[Entry] = []
    for entry in entries:
        if entry.speaker == "bot":
            said.append(entry)
            continue
        if event is not None:
            yield event, tuple(said)
        event, said = entry, []
    if event is not None:
        yield event, tuple(said)


def _differences(event: Entry, then: tuple[Entry, ...], turn: Turn | None, *, cut: bool) -> Iterator[str]:
    """What is not as it was; ``cut``: the far end may have hung up in the middle of it."""
    heard = turn.heard if turn else None
    if event.intent is not None and heard is not None and heard.intent != event.intent:
        yield f"understood {heard.intent}, not {event.intent}"
    now = [(say.prompt, say.text) for say in turn.says] if turn else []
    before = [(entry.prompt or "", entry.text) for entry in then]
    if cut or (then and not then[-1].played):
        now = now[: len(before)]
    if [prompt for prompt, _ in now] != [prompt for prompt, _ in before]:
        yield f"says {[prompt for prompt, _ in now]}, not {[prompt for prompt, _ in before]}"
        return
    for (prompt, text), (_, was) in zip(now, before, strict=True):
        if text != was:
            yield f"{prompt} is {text!r}, not {was!r}"
