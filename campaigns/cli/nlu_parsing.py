"""Showing what an utterance is taken to mean."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from bot.language import language_dir
from bot.nlu.interpreter import Understanding
from campaigns.cli.installation import parse_names
from campaigns.clock import SystemClock
from campaigns.settings import Settings
from campaigns.understanding import open_interpreter

RUNNERS_UP = 4


def parse_texts(settings: Settings, texts: Sequence[str], expect: str, *, as_json: bool) -> bool:
    """Print each; whether the model that is set understood them all. Raises DataFileError."""
    console = Console(highlight=False)
    now = SystemClock().now().astimezone(settings.zone)
    well = True
    with open_interpreter(settings, language_dir(settings.language), live=False) as interpreter:
        for text in texts:
            heard = interpreter.parse(text, now=now, expected=parse_names(expect))
            well = well and heard.stand_in is None
            if as_json:
                console.print(json.dumps(_data(heard), ensure_ascii=False), soft_wrap=True, markup=False)
            else:
                _show(console, heard)
    return well


def _show(console: Console, heard: Understanding) -> None:
    console.print(
        Text.assemble(heard.text, ("  ", ""), (f"{heard.intent} {heard.confidence:.2f}", "bold cyan"))
    )
    details = [
        ("more exactly", heard.narrower or ""),
        ("also", ", ".join(heard.also)),
        ("named", ", ".join(f"{e.kind} {e.value} ({e.text})" for e in heard.entities)),
        ("stop words", ", ".join(heard.stop_words)),
        ("else", ", ".join(f"{name} {p:.2f}" for name, p in heard.ranking[1 : 1 + RUNNERS_UP])),
    ]
    for name, value in details:
        if value:
            console.print(Text(f"  {name:<12} {value}"), soft_wrap=True)
    if heard.stand_in is not None:
        console.print(f"  [red]understood by the {heard.stand_in} model, which stands in[/red]")


def _data(heard: Understanding) -> dict[str, Any]:
    return {
        "text": heard.text,
        "intent": heard.intent,
        "confidence": round(heard.confidence, 4),
        "narrower": heard.narrower,
        "also": list(heard.also),
        "entities": [
            {
                "kind": e.kind,
                "value": e.value if isinstance(e.value, int | str) else e.value.isoformat(),
                "text": e.text,
            }
            for e in heard.entities
        ],
        "stop_words": list(heard.stop_words),
        "ranking": [[name, round(p, 4)] for name, p in heard.ranking[: 1 + RUNNERS_UP]],
        "stand_in": heard.stand_in,
    }
