"""``xiaorong nlu evaluate`` and ``compare``: how well customers are understood, and by what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EVALUATE_EXAMPLES = (
    "Examples:  xiaorong nlu evaluate --html understanding.html  |  "
    "xiaorong nlu evaluate our-nlu.yml --test real-calls.yml  |  "
    "xiaorong nlu evaluate real-calls.yml --engine rasa"
)
COMPARE_EXAMPLES = (
    "Examples:  xiaorong nlu compare --html comparison.html  |  "
    "xiaorong nlu compare our-nlu.yml --engines embedded,rasa-logistic --per-intent 50"
)

File = Annotated[
    Path | None,
    typer.Argument(
        help="Examples in Rasa's format, a file or a folder. Default: those of the language.",
        show_default=False,
    ),
]
Test = Annotated[
    Path | None,
    typer.Option(help="Ask these, and learn from all of the others.", show_default=False),
]
Tests = Annotated[
    int | None,
    typer.Option(
        "--tests", min=1, help="With --per-intent: ask at most so many of an intent.", show_default=False
    ),
]
Hide = Annotated[
    int | None,
    typer.Option(
        min=2, help="Leave every so manieth intent out of training: it is out of scope.", show_default=False
    ),
]
Noise = Annotated[str, typer.Option(help="Noise levels in percent, 1 to 30: homophones and a recogniser's.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Epochs of DIET. Default: 100.", show_default=False)]
Seed = Annotated[int, typer.Option(help="Another seed splits otherwise.")]
Html = Annotated[Path | None, typer.Option(help="Write a page with plots to this file.", show_default=False)]
Json = Annotated[Path | None, typer.Option(help="Write all figures to this file.", show_default=False)]
Deciding = Annotated[str, typer.Option(help="Intents to report one by one. Default: those of our flows.")]
Language = Annotated[str, typer.Option(help="The language whose rules stand around the model.")]


def evaluate(
    context: typer.Context,
    file: File = None,
    engine: Annotated[
        str, typer.Option(help="embedded, rasa-logistic, rasa-diet, or rasa: the server of the settings.")
    ] = "embedded",
    test: Test = None,
    folds: Annotated[int, typer.Option(min=2, help="Each example is asked of a model without it.")] = 5,
    per_intent: Annotated[
        int | None,
        typer.Option(min=1, help="Learn from so many of an intent, ask the rest.", show_default=False),
    ] = None,
    tests: Tests = None,
    hide: Hide = None,
    noise: Noise = "10,20",
    epochs: Epochs = None,
    seed: Seed = 0,
    html: Html = None,
    json: Json = None,
    deciding: Deciding = "",
    language: Language = "zh",
) -> None:
    """Measure one engine: accuracy, macro-F1, confusion, out of scope, calibration, noise, time, memory.

    A server is asked all of FILE as it is: give it examples that it has not learnt.
    """
    from campaigns.cli.nlu_measuring import Measured, run_measurement
    from campaigns.settings import load_settings

    wanted = Measured(
        (engine,), file, test, folds, per_intent, tests, hide, noise, epochs, seed, language, deciding
    )
    run_measurement(load_settings(context.obj), wanted, html, json)


def compare(
    context: typer.Context,
    file: File = None,
    engines: Annotated[
        str, typer.Option(help="Any of embedded, rasa-logistic, rasa-diet.")
    ] = "embedded,rasa-logistic,rasa-diet",
    test: Test = None,
    per_intent: Annotated[
        int, typer.Option(min=1, help="Learn from so many of an intent, ask the rest.")
    ] = 20,
    tests: Tests = 20,
    hide: Hide = None,
    noise: Noise = "10,20",
    epochs: Epochs = None,
    seed: Seed = 0,
    html: Html = None,
    json: Json = None,
    deciding: Deciding = "",
    language: Language = "zh",
) -> None:
    """Measure several engines on the same examples, split alike, in one run.

    Training DIET takes minutes. What was trained is kept with the time that it took.
    """
    from campaigns.cli.installation import parse_names
    from campaigns.cli.nlu_measuring import Measured, run_measurement
    from campaigns.settings import load_settings

    wanted = Measured(
        parse_names(engines), file, test, 5, per_intent, tests, hide, noise, epochs, seed, language, deciding
    )
    run_measurement(load_settings(context.obj), wanted, html, json)
