"""Why the bot answered as it did: what was weighed, and which move of the flow was taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.datafile import line_of, read_yaml
from bot.dialogue.choosing import answering_move, move_on, urgent_move
from bot.dialogue.draft import Draft
from bot.dialogue.model import ANY, SILENCE, UNCLEAR, Move
from bot.dialogue.policy import Policy
from bot.nlu.interpreter import Understanding
from bot.simulation.desk import Exchange
from bot.simulation.script import Script

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Explained:
    """Lines for a person: how it was understood, and which moves were tried."""

    understanding: tuple[str, ...]
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriedMove:
    """A move that waited for what was heard: ``taken``, or passed over because its guard did not hold.

    ``section``: the step's name, ``anywhere`` or ``stop_words``, with the move's ``number`` in it; ``where``:
    the file and line of a step's own move that was taken, where that is known.
    """

    section: str
    number: int
    move: Move
    taken: bool
    where: str = ""


def explain(script: Script, policy: Policy, exchange: Exchange) -> Explained:
    """Explain one exchange; the opening has nothing to explain."""
    if exchange.before is None:
        return Explained(("the opening: nothing was heard",), ())
    heard = exchange.turn.heard
    expected = script.flow.steps[exchange.before.step].expected
    lines = tuple(_understanding(script, heard, exchange, expected)) if heard else ("silence",)
    return Explained(lines, tuple(_told(tried_moves(script, policy, exchange), exchange.before.step)))


def tried_moves(script: Script, policy: Policy, exchange: Exchange) -> tuple[TriedMove, ...]:
    """The moves of the events heard, in the order in which they were tried, up to the one that was taken.

    None of them is taken where the disclosures still owed come first; the opening tries none.
    """
    if exchange.before is None:
        return ()
    heard = exchange.turn.heard
    draft = policy._draft(exchange.before, exchange.at, heard)  # the very draft that the engine makes
    return tuple(_moves(script, draft, heard))


def _understanding(
    script: Script, heard: Understanding, exchange: Exchange, expected: Sequence[str] | frozenset[str]
) -> Iterator[str]:
    yield f"understood {heard.intent} {heard.confidence:.2f}"
    ranking = "  ".join(f"{name} {value:.2f}" for name, value in heard.ranking[:SHOWN])
    yield f"ranking in step {exchange.before.step if exchange.before else ''}: {ranking}"
    alone = script.interpreter.parse(heard.text, now=exchange.at)
    if alone.ranking[:SHOWN] != heard.ranking[:SHOWN]:
        ranking = "  ".join(f"{name} {value:.2f}" for name, value in alone.ranking[:SHOWN])
        yield f"without the step's expectations: {ranking}"
    if expected:
        yield "the step expects " + ", ".join(sorted(expected))
    for name, intents in (("broader", heard.broader), ("said as well", heard.also)):
        if intents:
            yield f"{name}: {', '.join(intents)}"
    if heard.narrower:
        yield f"more exactly: {heard.narrower}"
    for entity in heard.entities:
        yield f"{entity.kind} {entity.value} from {entity.text!r}"
    yield "stop words: " + (", ".join(heard.stop_words) or "none")


def _moves(script: Script, draft: Draft, heard: Understanding | None) -> Iterator[TriedMove]:
    """The move that answers, after those of the same event whose guard did not hold."""
    flow = script.flow
    if heard is None:
        taken, events = move_on(flow, draft, SILENCE), {SILENCE}
    else:
        events = {heard.intent, *heard.broader, *heard.also, ANY}
        taken = urgent_move(flow, draft) or answering_move(flow, draft)
        if taken is None:
            events.add(UNCLEAR)
            taken = move_on(flow, draft, UNCLEAR)
    step = draft.state.step
    sections = ((step, flow.steps[step].moves), ("anywhere", flow.anywhere))
    for section, moves in (*sections, ("stop_words", flow.stop_words)):
        for number, move in enumerate(moves):
            if move is taken:
                where = _line(script.folder, step, number) if section == step else ""
                yield TriedMove(section, number, move, True, where)
                return
            if events & set(move.intents) and not draft.allows(move):
                yield TriedMove(section, number, move, False)


def _told(tried: Sequence[TriedMove], step: str) -> Iterator[str]:
    for each in tried:
        section = f"step {step}" if each.section == step else each.section
        where = f" ({each.where})" if each.where else ""
        how = "taken" if each.taken else "passed over"
        yield f"{how}: {section} move {each.number}{where}: {_described(each.move)}"
    if not any(each.taken for each in tried):
        yield "no move: the disclosures still owed come first"


def _described(move: Move) -> str:
    parts = [f"intents {', '.join(move.intents)}"] if move.intents else []
    parts += [f"stop words {', '.join(move.stop_words)}"] if move.stop_words else []
    parts += [f"with {' or '.join(move.entities)}"] if move.entities else []
    parts += [f"when {move.when.source}"] if move.when is not None else []
    return "; ".join([*parts, f"→ {move.to}"])


def _line(folder: Path, step: str, number: int) -> str:
    """Where a step's move is written."""
    for path in sorted((folder / "flows").rglob("*.yml")):
        if step in ((read_yaml(path) or {}).get("steps") or {}):
            return f"{path.name}:{line_of(path, 'steps', step, 'moves', number)}"
    return ""
