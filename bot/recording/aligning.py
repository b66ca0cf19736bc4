"""When the customer said what they said: the log has it when it was heard, the events when it was spoken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from bot.recording.contents import Line, Note

UTTERANCE: Final = "utterance"
"""The event that a voice channel notes just before what it heard is answered.

It has ``lasted_s``, from the onset to the end of the pause, and ``pause_s``, the pause.
"""

MOST_APART_S = 1.0
"""How far the clock of the log and the frames of the sound may be apart when one thing is told to both."""


def aligned(lines: Iterable[Line], notes: Sequence[Note]) -> tuple[Line, ...]:
    """The lines in the order of time, each utterance where it was spoken if an event tells."""
    return tuple(sorted(placed(lines, notes), key=lambda line: line.at_s))


def placed(lines: Iterable[Line], notes: Sequence[Note]) -> list[Line]:
    """The same lines in the order in which they are given."""
    spoken = [note for note in notes if note.name == UTTERANCE]
    found = []
    for line in lines:
        if line.speaker == "customer" and line.event is None and line.until_s is None:
            match = next((note for note in spoken if abs(note.at_s - line.at_s) <= MOST_APART_S), None)
            if match is not None:
                spoken.remove(match)
                line = _spoken(line, match)
        found.append(line)
    return found


def _spoken(line: Line, note: Note) -> Line:
    lasted_s, pause_s = note.data.get("lasted_s"), note.data.get("pause_s")
    if not isinstance(lasted_s, int | float) or not isinstance(pause_s, int | float):
        return line
    begin_s = round(max(note.at_s - lasted_s, 0.0), 3)
    return replace(line, at_s=begin_s, until_s=round(max(note.at_s - pause_s, begin_s), 3))
