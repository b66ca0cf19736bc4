"""What the load client makes of its log: gaps, premature endpoints, missed turns, barge-ins, whole sound.

Times are seconds of one monotonic clock. What the phone was sent and has not played counts as playing until a
``clear`` came. Replies are taken to be apart where the phone was silent for ``APART_S``.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.caller_script import RATE, Script

APART_S = 0.3
AUDIBLE_RMS = 150.0  # of 20 ms: a murmur; replies are near 2600
MISSED_S = 8.0  # without a reply for so long, a turn was missed
TOO_LATE_S = 2.5  # a reply that goes on for so long under a caller's speech was not stopped by it
STEP = RATE // 50

Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Heard:
    """A message of sound: when it came, and what it holds."""

    at: float
    sound: Samples


@dataclass(frozen=True)
class Said:
    """One utterance: when its first and its last sample of speech were sent."""

    utterance: str
    began: float
    ended: float
    over_reply: bool


@dataclass
class CallLog:
    """Everything that happened on one call, in order of time."""

    began: float = 0.0
    ended: float = 0.0
    heard: list[Heard] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    lateness_s: list[float] = field(default_factory=list)  # of our own frames, behind their time
    failure: str = ""


@dataclass(frozen=True)
class Reply:
    """One stretch of sound of the bot: when its first sound came, and when the phone fell silent."""

    came: float
    ended: float
    sound: Samples
    gaps: int  # the phone ran dry within it
    gaps_s: float
    cut: bool  # by a clear


@dataclass(frozen=True)
class Turn:
    """How the bot took one utterance. ``gap_s``: infinite when it was missed, None when cut in upon."""

    utterance: str
    gap_s: float | None
    premature: bool
    missed: bool
    stop_s: float | None  # barge-ins: until the reply fell silent; infinite when it did not


@dataclass(frozen=True)
class Played:
    """A message of sound, or what of it was played: when it came, and from when until when it was heard."""

    came: float
    start: float
    end: float
    sound: Samples
    cut: bool = False

    def until(self, at: float) -> Played:
        """What of it is played when the phone is told at ``at`` to drop the rest."""
        if self.end <= at:
            return self
        return Played(self.came, self.start, at, self.sound[: round((at - self.start) * RATE)], cut=True)


def replies(log: CallLog) -> list[Reply]:
    """The replies of one call, as the phone played them; silence around them left out."""
    groups: list[list[Played]] = []
    sounded = -math.inf  # the end of the last audible piece
    for piece in _played(log):
        audible = _audible(piece.sound)
        if audible and piece.start - sounded >= APART_S:
            groups.append([])
        if groups:
            groups[-1].append(piece)
        if audible:
            sounded = piece.end
    return [_reply(group) for group in groups]


def _played(log: CallLog) -> list[Played]:
    pieces: list[Played] = []
    ends = -math.inf
    heard_at = [(heard.at, heard) for heard in log.heard]
    cleared_at = [(at, None) for at in log.cleared]
    for at, heard in sorted([*heard_at, *cleared_at], key=lambda event: event[0]):
        if heard is None:
            pieces = [piece.until(at) for piece in pieces if piece.start < at]
            ends = min(ends, at)
            continue
        start = max(at, ends)
        ends = start + len(heard.sound) / RATE
        pieces.append(Played(at, start, ends, heard.sound))
    return pieces


def _reply(group: list[Played]) -> Reply:
    cut = any(piece.cut for piece in group)
    while not _audible(group[-1].sound):
        group.pop()
    gaps = [after.start - before.end for before, after in pairwise(group)]
    dry = [gap for gap in gaps if gap > 1e-3]
    sound = np.concatenate([piece.sound for piece in group])
    return Reply(group[0].came, group[-1].end, sound, len(dry), sum(dry), cut)


def _audible(sound: Samples) -> bool:
    for at in range(0, len(sound), STEP):
        if np.sqrt(np.mean(sound[at : at + STEP].astype(np.float64) ** 2)) > AUDIBLE_RMS:
            return True
    return False


def turns(log: CallLog) -> list[Turn]:
    """How the bot took the utterances of one call."""
    spoken = replies(log)
    result = []
    for number, said in enumerate(log.said):
        until = log.said[number + 1].began if number + 1 < len(log.said) else math.inf
        stop_s = None
        after = said.began
        if said.over_reply:
            under = [reply for reply in spoken if reply.came < said.began < reply.ended]
            after = under[-1].ended if under else said.began
            stop_s = after - said.began if after - said.began <= TOO_LATE_S else math.inf
        answers = [reply for reply in spoken if after < reply.came < until]
        premature = any(reply.came < said.ended for reply in answers)
        behind = [reply for reply in answers if reply.came >= said.ended]
        going_on = any(reply.came < said.ended <= reply.ended for reply in answers)
        missed = not behind and not going_on
        gap_s = None if premature else behind[0].came - said.ended if behind else math.inf
        result.append(Turn(said.utterance, gap_s, premature, missed, stop_s))
    return result


@dataclass
class Wholeness:
    """Whether replies that nobody cut came whole: compared with what was to be said."""

    replies: int = 0
    whole: int = 0  # the right length to 30 ms, and alike sample for sample
    gaps: int = 0
    gaps_s: float = 0.0
    worst_likeness: float = 1.0


def wholeness(logs: list[CallLog], script: Script) -> Wholeness:
    """Compare replies with the script's. Of servers that say something else, or synthesise anew what comes
    out a little different each time, only the gaps mean anything."""
    figures = Wholeness()
    known = [reply.sound for reply in script.replies.values()]
    for log in logs:
        barged = [said.began for said in log.said]
        for reply in replies(log):
            if reply.cut or any(reply.came < at < reply.ended for at in barged):
                continue
            figures.replies += 1
            figures.gaps += reply.gaps
            figures.gaps_s += reply.gaps_s
            likeness, longer = max((_likeness(reply.sound, one), _longer(reply.sound, one)) for one in known)
            figures.worst_likeness = min(figures.worst_likeness, likeness)
            figures.whole += likeness > 0.95 and abs(longer) <= 0.03
    return figures


def _longer(sound: Samples, known: Samples) -> float:
    return (len(sound) - len(known)) / RATE


def _likeness(sound: Samples, known: Samples) -> float:
    """The largest correlation over all shifts: 1 for the same sound, whatever its loudness."""
    size = 1 << (len(sound) + len(known)).bit_length()
    one, other = (np.fft.rfft(part.astype(np.float64), size) for part in (sound, known))
    strength = np.linalg.norm(sound.astype(np.float64)) * np.linalg.norm(known.astype(np.float64))
    return float(np.fft.irfft(one * np.conj(other), size).max() / strength) if strength else 0.0


def quantile(values: list[float], share: float) -> float:
    """The value below which ``share`` of ``values`` lie: infinite ones count. NaN when there is none."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else math.nan


def summarize(logs: list[CallLog], script: Script, cpu_s: float | None) -> dict[str, Any]:
    """The figures of one run, for a table or JSON."""
    taken = [turn for log in logs for turn in turns(log)]
    gaps = [turn.gap_s for turn in taken if turn.gap_s is not None]
    stops = [turn.stop_s for turn in taken if turn.stop_s is not None]
    paused = {utterance.id for utterance in script.utterances if utterance.pauses_s}
    late = [late_s for log in logs for late_s in log.lateness_s]
    minutes = sum(log.ended - log.began for log in logs) / 60
    return {
        "calls": len(logs),
        "failed_calls": [log.failure for log in logs if log.failure],
        "turns": len(taken),
        "gap_p50_s": quantile(gaps, 0.5),
        "gap_p95_s": quantile(gaps, 0.95),
        "premature": sum(turn.premature for turn in taken),
        "with_pause": sum(turn.utterance in paused for turn in taken),
        "missed": sum(turn.missed for turn in taken),
        "barge_ins": len(stops),
        "stop_p50_s": quantile(stops, 0.5),
        "stop_p95_s": quantile(stops, 0.95),
        "not_stopped": sum(stop == math.inf for stop in stops),
        "cpu_s_per_call_minute": None if cpu_s is None else cpu_s / minutes,
        "call_minutes": minutes,
        "client_late_p99_s": quantile(late, 0.99),
        "sound": asdict(wholeness(logs, script)),
        "by_utterance": _by_utterance(taken),
    }


def _by_utterance(taken: list[Turn]) -> dict[str, dict[str, float]]:
    table = {}
    for name in dict.fromkeys(turn.utterance for turn in taken):
        of_it = [turn for turn in taken if turn.utterance == name]
        gaps = [turn.gap_s for turn in of_it if turn.gap_s is not None]
        table[name] = {
            "turns": len(of_it),
            "gap_p50_s": quantile(gaps, 0.5),
            "premature": sum(turn.premature for turn in of_it),
            "missed": sum(turn.missed for turn in of_it),
        }
    return table


COLUMNS = (
    ("gap p50", "gap_p50_s"), ("gap p95", "gap_p95_s"), ("premature", "premature"), ("missed", "missed"),
    ("stop p50", "stop_p50_s"), ("stop p95", "stop_p95_s"), ("cpu/min", "cpu_s_per_call_minute"),
    ("late p99", "client_late_p99_s"),
)  # fmt: skip


def header(width: int = 30) -> str:
    return " " * width + "".join(f"{title:>11}" for title, _ in COLUMNS) + "   turns  barges  whole sound"


def row(name: str, figures: dict[str, Any], width: int = 30) -> str:
    """One line of a table under ``header``."""
    cells = "".join(f"{_cell(figures[key]):>11}" for _, key in COLUMNS)
    sound = figures["sound"]
    tail = f"{figures['turns']:>8}{figures['barge_ins']:>8}  {sound['whole']}/{sound['replies']}"
    dry = f", {sound['gaps']} gaps of {sound['gaps_s']:.2f} s" if sound["gaps"] else ""
    failed = f", {len(figures['failed_calls'])} calls failed" if figures["failed_calls"] else ""
    return f"{name:{width}}{cells}{tail}{dry}{failed}"


def _cell(value: float | None) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if value == math.inf:
        return f"> {MISSED_S:.0f}"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
