"""Which of several readings a call makes likely: the phrases of its language, and its own.

Readings are put in another order; none is added or lost. A grammar would make all else unheard. What is heard
exactly, by ``tests/benchmarks/asr_benchmark.py --bias`` (vosk-zh-tiny; 49 words, and 60 runs of two to four):

- with an open vocabulary 35 words and 22 runs; with its readings ordered by the language 36 and 22; with the
  1,525 phrases of the language as a grammar 31 and 15.
- a list of 8 words, drawn four times: of 32 words in it 24 are heard openly, 26 ordered, 30 by the better
  of an open and a closed decoder, 32 by a grammar; of 404 words and runs that are not in it 204, 204, 195, 1.

So all is heard openly and ordered: it costs nothing and loses nothing, while a second decoder costs half as
much again and loses. Where a question has but a few answers, ``PooledRecognizer.open(phrases, closed=True)``
hears them by a grammar.
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
"""Added to the score (natural logarithm) of a reading that is, as a whole, a phrase of the language. More of
it turns what is said nearby into answers: of 130 stretches of noise 7 change with 1, 9 and more with 2."""

CALL_BONUS = 2.0
"""Added for each phrase of the call within a reading. Of 57 runs with a word of the call in them, 43 are
heard with it openly and 47 ordered; none of five other words of the call is ever put in. More would turn a
name that sounds alike into the customer's own."""

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
