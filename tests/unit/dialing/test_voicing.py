"""What a call by voice is told to expect, and how simulated customers say figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue.brief import unknown_caller
from bot.dialogue.speech import Speech
from bot.language import language_dir
from bot.tts.reading import Reading
from campaigns.dialing.voicing import CallPhrases, SpokenFarEnds, dictated
from tests.unit.dialogue.conftest import BRIEF

ZH = language_dir("zh")
PHRASES = CallPhrases(Speech.load(ZH), Reading.load(ZH))


def test_a_call_expects_the_name_the_sums_and_the_days_of_its_customer_as_they_are_spoken() -> None:
    phrases = PHRASES(BRIEF)
    assert {"王晓明", "王晓明先生", "一千二百三十四元五角", "十一月十日星期二"} <= set(phrases)
    assert not any(character.isdigit() and character.isascii() for text in phrases for character in text)


def test_of_somebody_unknown_nothing_is_expected() -> None:
    assert PHRASES(unknown_caller("长河消费金融", "4001234567")) == ()


def test_without_a_debt_only_the_name_is_expected() -> None:
    paid = replace(BRIEF, debt=replace(BRIEF.debt, amount_due=0, minimum_due=0), offer=None)
    assert PHRASES(paid) == ("王晓明", "王晓明先生")


@pytest.mark.parametrize(
    ("text", "said"), [("3211", "3 2 1 1"), ("321X", "3 2 1 X"), ("1200元", "1200元"), ("好", "好")]
)
def test_a_bare_number_is_dictated_figure_by_figure(text: str, said: str) -> None:
    assert dictated(text) == said


class NamedVoice:
    def __init__(self, name: str) -> None:
        self.id = name

    async def synthesize(self, text: str, *, rate: float = 1.0) -> bytes:
        return f"{self.id}:{text}".encode()


async def test_each_far_end_keeps_one_voice_and_not_all_have_the_same() -> None:
    far_ends = SpokenFarEnds((NamedVoice("a"), NamedVoice("b"), NamedVoice("c")))
    of_call = [await far_ends.speak("喂", f"call-{i}") for i in range(20)]
    assert of_call == [await far_ends.speak("喂", f"call-{i}") for i in range(20)]
    assert len(set(of_call)) == 3
