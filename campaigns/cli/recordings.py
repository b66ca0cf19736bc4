"""What the ``recording`` commands do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import typer
from rich.console import Console

from bot.errors import RecordingError
from bot.recording.archive import Recordings
from bot.recording.checking import check
from bot.recording.exporting import SoundFormat, TextFormat, transcript, write_sound
from bot.recording.keys import add_key
from bot.recording.listing import in_order, latest
from bot.recording.reading import Recording
from campaigns.cli.progress import counting
from campaigns.cli.recording_view import NAMES, print_call, print_rows
from campaigns.clock import SystemClock
from campaigns.errors import ConflictError, SettingsError
from campaigns.recordings import open_recordings
from campaigns.settings import Settings, load_settings


@contextmanager
def _recordings(home: Path) -> Iterator[tuple[Settings, Recordings]]:
    settings = load_settings(home)
    with open_recordings(settings) as recordings:
        yield settings, recordings


@contextmanager
def _recording(home: Path, call: str) -> Iterator[tuple[Settings, Recording]]:
    with _recordings(home) as (settings, recordings), recordings.open(recordings.find(call)) as recording:
        yield settings, recording


def print_list(home: Path, day: date | None, most: int) -> None:
    """Print the latest recordings, of ``day`` if it is given."""
    with _recordings(home) as (settings, recordings):
        rows = latest(recordings, most) if day is None else in_order(recordings, day)[:most]
        if rows:
            print_rows(Console(highlight=False), rows, settings.zone)
        else:
            typer.echo(f"No recordings in {recordings.folder}{'' if day is None else f' of {day}'}.")


def print_recording(home: Path, call: str) -> None:
    """Print the transcript and the events of a call. Raises RecordingError."""
    with _recording(home, call) as (settings, recording):
        print_call(Console(highlight=False), recording, settings.zone)


def export_recording(
    home: Path, call: str, folder: Path, sound: SoundFormat, texts: Sequence[TextFormat]
) -> list[Path]:
    """Write sound and transcript; gives the files. Raises RecordingError or SettingsError."""
    with _recording(home, call) as (_, recording):
        base = recording.path.stem
        contents = {text: transcript(recording, text, NAMES) for text in texts}
        path = folder / f"{base}.{sound}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                write_sound(recording, path, sound)
            except (RecordingError, OSError):
                path.unlink(missing_ok=True)  # half of it would pass for all of it
                raise
            written = [path]
            for text, content in contents.items():
                written.append(folder / f"{base}.{text}")
                written[-1].write_text(content, encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"it cannot be written to {folder}: {error.strerror}") from error
        if recording.state != "whole":
            length = f"{recording.seconds:.1f} s"
            typer.echo(f"The recording is {recording.state}: it has {length}, and no transcript.")
    return written


def check_recordings(home: Path, day: date | None) -> bool:
    """Check all recordings, or a day's; prints those that are not in order. Whether all are."""
    with _recordings(home) as (_, recordings):
        days = recordings.days() if day is None else [day]
        names = [name for each in days for name in recordings.names(each)]
        wrong = 0
        plain = 0
        with counting("Checking", "recordings") as progress:
            for number, name in enumerate(names, 1):
                result = check(recordings, name)
                plain += not result.sealed
                if not result.in_order:
                    wrong += 1
                    typer.echo(f"{result.verdict:8}  {name}: {result.detail}")
                progress(number, len(names))
    typer.echo(f"{len(names):,} recordings checked, {wrong:,} not in order.")
    if plain:
        typer.echo(f"{plain:,} of them are not sealed: of these only damage is found, not forgery.")
    return not wrong


def make_key(home: Path) -> None:
    """Add a key to the file of keys. Raises ConflictError when keys come from the environment."""
    settings = load_settings(home)
    if settings.recording_key is not None:
        raise ConflictError(
            "the keys come from XIAORONG_RECORDING_KEY: put the new one there, behind the others"
        )
    path = settings.recording_keys
    key = add_key(path, SystemClock().now().astimezone(settings.zone).date())
    typer.echo(f"Recordings are sealed with the key {key.id.hex()} from now on. It is in {path}.")
    typer.echo("Keep a copy elsewhere: without it, what is sealed with it can never be heard again.")
