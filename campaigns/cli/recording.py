"""``xiaorong recording``: listening to what was recorded, and making sure of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="List, show, export and check recordings of calls.")

LIST_EXAMPLES = "Examples:  xiaorong recording list  |  xiaorong recording list --day 2026-03-02"
SHOW_EXAMPLES = "Examples:  xiaorong recording show 17  |  xiaorong recording show 2026/03/02/17.xrec"
EXPORT_EXAMPLES = (
    "Examples:  xiaorong recording export 17  |  xiaorong recording export 17 --to review/ --format flac  |  "
    "xiaorong recording export 17 --transcript json --transcript srt"
)
CHECK_EXAMPLES = "Examples:  xiaorong recording check  |  xiaorong recording check --day 2026-03-02"
NEW_KEY_EXAMPLES = "Examples:  xiaorong recording new-key  |  xiaorong --home /srv/xiaorong recording new-key"

Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only this day's.", show_default=False)
]
Call = Annotated[
    str, typer.Argument(help="The call, or the name of the file as 'list' shows it.", show_default=False)
]


class SoundFile(StrEnum):
    """What the sound is written as."""

    WAV = "wav"
    FLAC = "flac"


class TextFile(StrEnum):
    """What the transcript is written as."""

    JSON = "json"
    SRT = "srt"
    VTT = "vtt"


@app.command("list", epilog=LIST_EXAMPLES)
def list_recordings(
    context: typer.Context,
    day: Day = None,
    most: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
) -> None:
    """List recordings, the latest first: when, which call, how long, and in what state.

    Cut off: the program ended in mid-call, or the disk was full. No key: sealed with one that is not at hand.
    """
    from campaigns.cli.recordings import print_list

    print_list(context.obj, None if day is None else day.date(), most)


@app.command(epilog=SHOW_EXAMPLES)
def show(context: typer.Context, call: Call) -> None:
    """Show what was said in a call and what happened, with the time in the recording beside it."""
    from campaigns.cli.recordings import print_recording

    print_recording(context.obj, call)


@app.command(epilog=EXPORT_EXAMPLES)
def export(
    context: typer.Context,
    call: Call,
    to: Annotated[Path, typer.Option(help="The folder to write into.")] = Path(),
    format: Annotated[SoundFile, typer.Option("--format", help="Of the sound.")] = SoundFile.WAV,  # noqa: A002
    transcript: Annotated[
        list[TextFile] | None,
        typer.Option(help="Of the transcript; may be given again. Default: json.", show_default=False),
    ] = None,
) -> None:
    """Write the sound of a call as a stereo file, left the customer and right the bot, and its transcript.

    The files are not sealed: delete them after use.
    """
    from campaigns.cli.recordings import export_recording

    texts = transcript or [TextFile.JSON]
    for path in export_recording(context.obj, call, to, format.value, [text.value for text in texts]):
        typer.echo(f"Written: {path}")


@app.command(epilog=CHECK_EXAMPLES)
def check(context: typer.Context, day: Day = None) -> None:
    """Read all recordings, and tell which were changed, damaged or cut off, or lack their key.

    Exit code 1 when one did.
    """
    from campaigns.cli.recordings import check_recordings

    if not check_recordings(context.obj, None if day is None else day.date()):
        raise typer.Exit(1)


@app.command("new-key", epilog=NEW_KEY_EXAMPLES)
def new_key(context: typer.Context) -> None:
    """Make a key: recordings are sealed with it from now on. Those made with older keys stay legible."""
    from campaigns.cli.recordings import make_key

    make_key(context.obj)
