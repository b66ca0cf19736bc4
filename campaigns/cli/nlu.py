"""``xiaorong nlu``: what understands the customers: trained, served, tried and measured."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Train, serve, try and measure what understands the customers.")

Language = Annotated[str, typer.Option(help="A folder under dialogues/.")]
Folder = Annotated[
    Path | None,
    typer.Option("--dialogues", help="Another folder of languages than the shipped one.", show_default=False),
]
Epochs = Annotated[
    int | None,
    typer.Option(min=1, help="Epochs of DIET. Default: 100, and a trustworthy model.", show_default=False),
]

TRAIN_EXAMPLES = (
    "Examples:  xiaorong nlu train  |  xiaorong nlu train --engine rasa  |  "
    "xiaorong nlu train --engine rasa --pipeline logistic"
)
SERVE_EXAMPLES = "Examples:  xiaorong nlu serve  |  xiaorong nlu serve --pipeline logistic --port 5006"
PARSE_EXAMPLES = (
    "Examples:  xiaorong nlu parse 我下周三还五百块  |  xiaorong nlu parse 是的 --expect confirm_identity  "
    "|  xiaorong nlu parse 没钱 --engine rasa"
)


class EngineName(StrEnum):
    """What understands: our own model, or a Rasa server."""

    EMBEDDED = "embedded"
    RASA = "rasa"


class PipelineName(StrEnum):
    """What Rasa understands with."""

    DIET = "diet"
    LOGISTIC = "logistic"


Pipeline = Annotated[PipelineName, typer.Option(help="What Rasa learns with.")]


@app.command(epilog=TRAIN_EXAMPLES)
def train(
    context: typer.Context,
    engine: Annotated[EngineName, typer.Option(help="What to train.")] = EngineName.EMBEDDED,
    pipeline: Pipeline = PipelineName.DIET,
    epochs: Epochs = None,
    language: Language = "zh",
    dialogues: Folder = None,
) -> None:
    """Train on the examples of a language, and keep the model in the cache by what it was made of.

    Rasa gets an environment of its own there: 2 GB, built once, on Python 3.10. DIET takes some ten minutes
    for all examples, the logistic regression half a minute.
    """
    from campaigns.cli.nlu_training import Wanted, train_embedded, train_rasa_model
    from campaigns.settings import load_settings

    settings = load_settings(context.obj)
    wanted = Wanted(language, dialogues, pipeline.value, epochs)
    if engine is EngineName.EMBEDDED:
        train_embedded(settings, wanted)
    else:
        train_rasa_model(settings, wanted)


@app.command(epilog=SERVE_EXAMPLES)
def serve(
    context: typer.Context,
    pipeline: Pipeline = PipelineName.DIET,
    epochs: Epochs = None,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="The port, on this machine alone.")] = 5005,
    language: Language = "zh",
    dialogues: Folder = None,
) -> None:
    """Serve the Rasa model of a language to this machine until Ctrl-C; it is trained first if need be.

    Set interpreter = "rasa" to use it. It takes no request without the token, which the calls of this
    installation know.
    """
    from campaigns.cli.nlu_training import Wanted, serve_rasa_model
    from campaigns.settings import load_settings

    serve_rasa_model(load_settings(context.obj), Wanted(language, dialogues, pipeline.value, epochs), port)


@app.command(epilog=PARSE_EXAMPLES)
def parse(
    context: typer.Context,
    text: Annotated[list[str], typer.Argument(help="What a customer says.", show_default=False)],
    engine: Annotated[
        EngineName | None, typer.Option(help="Default: that of the settings.", show_default=False)
    ] = None,
    expect: Annotated[str, typer.Option(help="Intents that the step waits for, such as affirm,deny.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a text.")] = False,
) -> None:
    """Show what an utterance is taken to mean: intent, what is named in it, stop words, and the runners-up.

    Exit code 1 when a model had to stand in for the one that was wanted.
    """
    from campaigns.cli.nlu_parsing import parse_texts
    from campaigns.settings import load_settings

    settings = load_settings(context.obj)
    if engine is not None:
        settings = settings.model_copy(update={"interpreter": engine.value})
    if not parse_texts(settings, text, expect, as_json=json):
        raise typer.Exit(1)
