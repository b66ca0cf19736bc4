"""A conversation at a desk as its page shows it: what was said, where it stands, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.dialogue.brief import Brief
from bot.dialogue.policy import Policy
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import EndCall, Say, Turn
from bot.nlu.interpreter import Understanding
from bot.simulation.desk import Exchange
from bot.simulation.explaining import TriedMove, tried_moves
from campaigns.console.simulator.sittings import Sitting, Then

RANKED: Final = 5
MONEY: Final = "amount"  # a field, slot or thing named that holds minor units


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood. ``alone``: the ranking without what the step makes likely."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    also: tuple[str, ...]
    broader: tuple[str, ...]
    entities: tuple[tuple[str, str, str], ...]  # kind, value, as it was said
    stop_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One exchange. ``garbled``: what was heard where the noise changed it; None where it did not.

    ``differs``: whether the call on record went otherwise; None where there is none. ``hidden``: the words
    are of a call, and not for who looks.
    """

    number: int
    at: datetime
    kind: str  # opening, user, silence, pressed
    typed: str
    garbled: str | None
    heard: Heard | None
    says: tuple[Say, ...]
    actions: tuple[tuple[str, dict[str, str]], ...]
    step: str
    then: Then | None
    differs: bool | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """The whole desk. ``state`` and ``slots`` are what is not empty."""

    flow: str
    version: str
    call_id: int | None
    brief: Brief
    exchanges: tuple[Shown, ...]
    step: str
    now: datetime
    ahead: int
    noise: int  # percent
    ended: str | None
    identity: bool
    slots: tuple[tuple[str, str], ...]
    state: tuple[tuple[str, str], ...]
    owed: tuple[str, ...]
    tried: tuple[TriedMove, ...]
    expected: tuple[str, ...]


def seen(sitting: Sitting, reveals: bool) -> Seen:
    """What there is to see; words of a call only for those who may know them. The sitting's lock is held."""
    desk, script = sitting.desk, sitting.script
    last = desk.exchanges[-1]
    policy = Policy(script.flow, script.prompts, desk.brief, script.prompts.speech.zone)
    state = desk.state
    step = last.before.step if last.before else state.step
    return Seen(
        flow=script.flow.name,
        version=script.flow.version,
        call_id=sitting.call_id,
        brief=desk.brief,
        exchanges=tuple(
            _shown(n, each, sitting.then, not reveals and each.typed in sitting.words)
            for n, each in enumerate(desk.exchanges)
        ),
        step=state.step,
        now=desk.now,
        ahead=desk.length - desk.position,
        noise=round(desk.noise_level * 100),
        ended=state.disposition,
        identity=state.identity_confirmed,
        slots=tuple((name, _plain(value, name)) for name, value in state.slots.items() if value is not None),
        state=tuple(_fields(state)),
        owed=state.owed,
        tried=tried_moves(script, policy, last),
        expected=tuple(sorted(script.flow.steps[step].expected)),
    )


def _shown(number: int, exchange: Exchange, thens: Any, hidden: bool) -> Shown:
    heard = exchange.heard
    kind = "opening" if heard is None else heard.kind
    typed = exchange.typed or ""
    garbled = heard.text if heard is not None and heard.text != typed else None
    then = thens[number] if number < len(thens) else None
    understood = _heard(exchange.turn.heard)
    if hidden:
        typed, garbled = "", None
        understood = understood and replace(
            understood, entities=tuple((kind, "", "") for kind, _, _ in understood.entities)
        )
    return Shown(
        number=number,
        at=exchange.at,
        kind=kind,
        typed=typed,
        garbled=garbled,
        heard=understood,
        says=exchange.turn.says,
        actions=tuple(_actions(exchange.turn)),
        step=exchange.turn.step,
        then=then,
        differs=None if then is None else _differs(exchange.turn, then),
        hidden=hidden,
    )


def _differs(turn: Turn, then: Then) -> bool:
    """Other prompts, or understood otherwise. What was cut short then is no difference."""
    now = tuple(say.prompt for say in turn.says)
    if now[: len(then.prompts)] != then.prompts:
        return True
    return then.intent is not None and turn.heard is not None and turn.heard.intent != then.intent


def _heard(heard: Understanding | None) -> Heard | None:
    if heard is None:
        return None
    return Heard(
        heard.intent,
        heard.confidence,
        tuple(heard.ranking[:RANKED]),
        tuple(heard.also),
        tuple(heard.broader),
        tuple((each.kind, _plain(each.value, each.kind), each.text) for each in heard.entities),
        tuple(heard.stop_words),
    )


def _actions(turn: Turn) -> list[tuple[str, dict[str, str]]]:
    return [
        (
            type(action).__name__,
            {
                field.name: _plain(value, field.name)
                for field in fields(action)
                if (value := getattr(action, field.name)) not in (None, False)
            },
        )
        for action in turn.actions
        if not isinstance(action, EndCall)
    ]


LEFT_OUT: Final = frozenset({"step", "slots", "owed", "identity_confirmed", "disposition", "opened_at"})


def _fields(state: DialogueState) -> list[tuple[str, str]]:
    """Every other field of the state that is not empty."""
    found = []
    for field in fields(state):
        value = getattr(state, field.name)
        if field.name in LEFT_OUT or value in (None, (), 0, False, "") or value == {}:
            continue
        found.append((field.name, _plain(value, field.name)))
    return found


def _plain(value: object, name: str = "") -> str:
    """As people read it: money in units, not in hundredths; of several parts those that say something."""
    if value is True:
        return "✓"
    if isinstance(value, int) and name == MONEY:
        return f"{value / 100:,.2f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if is_dataclass(value):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return _plain({key: part for key, part in parts.items() if part not in (None, False)})
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(item, str(key))}" for key, item in value.items())
    if isinstance(value, tuple):
        return ", ".join(_plain(item) for item in value)
    return str(value)
