"""Which of several readings a call makes likely: the phrases of its language, and its own.

Readings are put in another order, and none is added or lost: a grammar would make all else unheard. Measured
with ``tests/benchmarks/asr_benchmark.py`` (vosk-zh-tiny, 8 kHz mu-law, 49 words, 60 runs of two to four):

========================================  ==============  =================
                                          words exact     runs exact
========================================  ==============  =================
open vocabulary                           35              25
its readings reordered (this module)      37              25
the language's phrases as a grammar       32              14
the 49 words themselves as a grammar      48              1 of 60 and fewer
========================================  ==============  =================

A second decoder with a grammar of few words, the better score taken, gains what reordering by the same few
words does (of 96 words within a list of 24: 64 → 87 against 89) and costs half as much again to run. Where a
question has but a few answers, ``PooledRecognizer.open(phrases, closed=True)`` gives the grammar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from bot.asr.recognizer import Hypothesis
from bot.asr.script import is_spaceless
from bot.datafile import load_model
from bot.nlu.date_words import DateWords
from bot.nlu.normalize import normalize
from bot.nlu.stop_words import StopWords
from bot.nlu.training_data import load_training_data

WHOLE_BONUS = 1.0
"""Added to the score (natural logarithm) of a reading that is, as a whole, a phrase of the language."""

CALL_BONUS = 2.0
"""Added for each phrase of the call within a reading. Of 57 runs with a word of the call in it, the word was
heard in 43 without, 48 with 2, 52 with 4; five other words of the call were never put into one."""

LONGEST_ANSWER = 4
"""Examples of more words, or more characters of a script without spaces, are sentences and no answers."""


@dataclass(frozen=True, slots=True)
class Bias:
    """The phrases, in normal form (``bot.nlu.normalize``)."""

    language: frozenset[str] = field(default=frozenset(), repr=False)
    call: frozenset[str] = field(default=frozenset(), repr=False)  # names: not for a log

    @classmethod
    def of(cls, language: Iterable[str]) -> Self:
        """A bias to the phrases of a language."""
        return cls(_normal(language))

    def with_call(self, phrases: Iterable[str]) -> Self:
        """The same, and to phrases of one call: names, sums, days. One character alone is no evidence."""
        return replace(self, call=frozenset(phrase for phrase in _normal(phrases) if len(phrase) > 1))

    def ordered(self, alternatives: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
        """The readings, likeliest first. None is added or lost, and their scores stay as they are."""
        if not alternatives or not (self.language or self.call):
            return alternatives
        return tuple(sorted(alternatives, key=self._rank, reverse=True))

    def _rank(self, reading: Hypothesis) -> float:
        text = normalize(reading.text).text
        whole = WHOLE_BONUS if text in self.language else 0.0
        return reading.score + whole + CALL_BONUS * sum(_holds(text, phrase) for phrase in self.call)


def phrases_of(language_dir: Path) -> tuple[str, ...]:
    """What is said in few words: short examples, stop words, days and times. Raises DataFileError.

    No figures: alone they are hardly ever said, and 四 would be heard for 是.
    """
    dates = load_model(language_dir / "dates.yml", DateWords)
    examples = (example.text for example in load_training_data(language_dir / "nlu.yml"))
    phrases = [text for text in examples if _length(text) <= LONGEST_ANSWER]
    phrases += (word for words in StopWords.load(language_dir).words for word in words)
    tables: list[Iterable[str]] = [*dates.words.values(), dates.dayparts]
    phrases += (word for table in tables for word in table if len(word) > 1)
    return tuple(dict.fromkeys(phrases))


def _normal(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, (normalize(phrase).text for phrase in phrases)))


def _length(text: str) -> int:
    return len(normalize(text).compact) if is_spaceless(text) else len(text.split())


def _holds(text: str, phrase: str) -> bool:
    return phrase in text if is_spaceless(phrase) else f" {phrase} " in f" {text} "
