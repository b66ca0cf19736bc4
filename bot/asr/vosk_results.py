"""What Vosk answers, in JSON, as hypotheses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.asr.recognizer import Hypothesis
from bot.asr.script import joined
from bot.errors import RecognizerError


def partial_text(answer: str) -> str:
    """The words of a partial result; none when it has none, as before any sound."""
    return joined([_text(_parsed(answer).get("partial", ""))])


def readings(answer: str) -> tuple[Hypothesis, ...]:
    """The alternatives of a result, best first, each text once; at least one, whose text may be empty."""
    content = _parsed(answer)
    alternatives = content.get("alternatives")
    if alternatives is None:
        alternatives = [{"text": content.get("text", ""), "confidence": 0.0}]
    best: dict[str, float] = {}
    try:
        for alternative in alternatives:
            text, score = joined([_text(alternative["text"])]), float(alternative["confidence"])
            best[text] = max(score, best.get(text, score))  # the same characters in other words come again
    except (KeyError, TypeError, ValueError) as error:
        raise RecognizerError(f"Vosk gave alternatives that cannot be read: {error!r}") from error
    ranked = sorted(best.items(), key=lambda item: -item[1])
    return tuple(Hypothesis(text, score) for text, score in ranked) or (Hypothesis(""),)


def in_a_row(parts: Iterable[Sequence[Hypothesis]], most: int) -> tuple[Hypothesis, ...]:
    """The ``most`` best readings of an utterance from those of its parts; none when the best has no words."""
    whole = [Hypothesis("")]
    for part in parts:
        both = [Hypothesis(joined([a.text, b.text]), a.score + b.score) for a in whole for b in part]
        whole = sorted(both, key=lambda reading: -reading.score)[:most]
    if not whole[0].text:
        return ()
    return tuple(reading for reading in whole if reading.text)


def _parsed(answer: str) -> dict[str, Any]:
    try:
        content = json.loads(answer)
    except ValueError as error:
        raise RecognizerError(f"Vosk gave no JSON: {error}") from error
    if not isinstance(content, dict):
        raise RecognizerError("Vosk gave JSON that is no object")
    return content


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise RecognizerError(f"Vosk gave {type(value).__name__} where it gives text")
    return value
