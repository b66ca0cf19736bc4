"""A Rasa project written from examples in our form: what ``rasa train`` and ``rasa data validate`` read."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from bot.datafile import read_yaml
from bot.nlu.rasa.environment import REQUIREMENTS
from bot.nlu.training_data import Example

_PIPELINES = Path(__file__).with_name("pipelines")


class Pipeline(StrEnum):
    """What Rasa understands with: a file in ``pipelines``."""

    DIET = "diet"
    LOGISTIC = "logistic"


@dataclass(frozen=True, slots=True)
class RasaProject:
    """The files of a project by their names. Intents and examples alone: the rest of a call is our own."""

    files: dict[str, str]

    @classmethod
    def of(cls, examples: Sequence[Example], pipeline: Pipeline, epochs: int | None = None) -> RasaProject:
        """A project that trains on ``examples``, as calls ask about them. ``epochs`` matter to DIET."""
        by_intent: defaultdict[str, list[str]] = defaultdict(list)
        for example in examples:
            by_intent[example.intent].append(example.text)
        blocks = [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
            for intent, texts in by_intent.items()
        ]
        config: dict[str, Any] = read_yaml(_PIPELINES / f"{pipeline.value}.yml")
        if epochs is not None:
            for component in config["pipeline"]:
                if "epochs" in component:
                    component["epochs"] = epochs
        return cls(
            {
                "config.yml": _yaml(config),
                "domain.yml": _yaml({"version": "3.1", "intents": sorted(by_intent)}),
                "data/nlu.yml": _yaml({"version": "3.1", "nlu": blocks}),
                "endpoints.yml": "{}\n",
            }
        )

    @property
    def digest(self) -> str:
        """Names what is trained: the same data, pipeline and packages give the same."""
        seen = hashlib.sha256(REQUIREMENTS.read_bytes())
        for name, text in sorted(self.files.items()):
            seen.update(hashlib.sha256(f"{name}\n{text}".encode()).digest())
        return seen.hexdigest()[:16]

    def write(self, folder: Path) -> None:
        """Raises OSError."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


class _Dumper(yaml.SafeDumper):
    """Examples as a block of lines, as people write them."""


def _lines(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _lines)


def _yaml(content: object) -> str:
    text: str = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
    return text
