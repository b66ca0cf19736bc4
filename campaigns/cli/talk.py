"""``xiaorong talk``: the bot by voice, over a microphone or recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "Examples:  xiaorong talk  |  xiaorong talk --wav caller.wav --reply reply.wav  |  "
    "xiaorong talk --flow later-stage --amount 3500 --days 45"
)


def talk(
    context: typer.Context,
    wav: Annotated[
        Path | None,
        typer.Option(
            help="Let this recording (WAV, FLAC or OGG) speak in place of a microphone.", show_default=False
        ),
    ] = None,
    reply: Annotated[
        Path, typer.Option(help="With --wav: where to write what the bot says meanwhile.")
    ] = Path("reply.wav"),
    flow: Annotated[str, typer.Option(help="The flow to talk to.")] = "repayment-reminder",
    customer: Annotated[
        str | None, typer.Option(help="Be this imported customer (its id).", show_default=False)
    ] = None,
    name: Annotated[str, typer.Option(help="Or invent one: name,")] = "王小明",
    gender: Annotated[str, typer.Option(help="male, female or unknown,")] = "male",
    id_tail: Annotated[
        str, typer.Option(help="last four of the identity number, empty: not asked for,")
    ] = "",
    amount: Annotated[float, typer.Option(min=0.01, help="amount due,")] = 1200.0,
    days: Annotated[int, typer.Option(help="days past due (negative: not yet due),")] = 5,
    relief: Annotated[float, typer.Option(min=0, help="approved relief, 0 for none.")] = 50.0,
    record: Annotated[bool, typer.Option("--record", help="Keep a recording of the call.")] = False,
) -> None:
    """Talk to the bot by voice. Needs a model to recognise speech (see xiaorong models); use a headset.

    With --wav nothing is waited for: the recording is played at once, and the reply written beside it.
    """
    from campaigns.cli.inventing import Invented
    from campaigns.cli.talking import Ends, run_talk

    invented = Invented(name, gender, id_tail, round(amount * 100), days, round(relief * 100))
    run_talk(context.obj, flow, customer, invented, Ends(wav, reply), record=record)
