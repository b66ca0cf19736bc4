"""A recording in formats that other programs read. What is written this way is not sealed."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import soundfile

from bot.audio.pcm import RATE
from bot.recording.contents import Line
from bot.recording.reading import Recording
from bot.transcript import Speaker

SoundFormat = Literal["wav", "flac"]
TextFormat = Literal["json", "srt", "vtt"]

UNTIL_S = 4.0
"""How long a line is shown whose end is not known, unless the next one begins."""


def write_sound(recording: Recording, path: Path, file_format: SoundFormat) -> None:
    """Both sides as one stereo file: left the customer, right the bot. Raises OSError too."""
    try:
        with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16", format=file_format.upper()) as out:
            for second in recording.seconds_of_sound():
                out.write(second)
    except soundfile.LibsndfileError as error:
        raise OSError(errno.EIO, "the folder is no place to write to, or the disk is full") from error


def transcript(recording: Recording, text_format: TextFormat, names: Mapping[Speaker, str]) -> str:
    """The transcript with times, the speakers called by their ``names``; JSON has the events too."""
    match text_format:
        case "json":
            return json.dumps(as_data(recording), ensure_ascii=False, indent=1)
        case "srt":
            return "\n".join(
                f"{number}\n{_clock(cue.begin_s, ',')} --> {_clock(cue.end_s, ',')}\n"
                f"{names[cue.speaker]}：{cue.text}\n"
                for number, cue in enumerate(cues(recording), 1)
            )
        case "vtt":
            return "\n".join(["WEBVTT\n", *(_vtt(cue, names[cue.speaker]) for cue in cues(recording))])


def as_data(recording: Recording) -> dict[str, Any]:
    """All but the sound, as JSON-safe data: times in seconds from the answer."""
    head = recording.head()
    return {
        "call": head.call,
        "answered_at": head.answered_at.isoformat(),
        "seconds": round(recording.seconds, 3),
        "state": recording.state,
        "rate": head.rate,
        "channels": list(head.channels),
        "lines": [asdict(line) for line in recording.lines()],
        "events": [{"name": note.name, "at_s": note.at_s, "data": note.data} for note in recording.notes()],
    }


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle."""

    begin_s: float
    end_s: float
    speaker: Speaker
    text: str


def cues(recording: Recording) -> Iterator[Cue]:
    """What was said, and of the bot's sentences what was heard."""
    spoken = [(line, text) for line in recording.lines() if (text := _spoken(line))]
    begins = [line.at_s for line, _ in spoken] + [recording.seconds]
    for (line, text), (begin, following) in zip(spoken, pairwise(begins), strict=True):
        until = line.until_s if line.until_s is not None else min(following, begin + UNTIL_S)
        yield Cue(begin, max(until, begin + 0.1), line.speaker, text)


def _spoken(line: Line) -> str:
    if line.speaker == "line" or line.event is not None:
        return ""
    return line.text if line.played else f"{line.heard}…" if line.heard else ""


def _clock(seconds: float, point: str) -> str:
    thousandths = round(max(seconds, 0.0) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _vtt(cue: Cue, name: str) -> str:
    text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{_clock(cue.begin_s, '.')} --> {_clock(cue.end_s, '.')}\n<v {name}>{text}\n"
