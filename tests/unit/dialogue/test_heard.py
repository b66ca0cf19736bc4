"""What an utterance holds, made ready for the flow."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.dialogue.heard import Heard, read
from bot.dialogue.speech import Speech
from bot.language import language_dir
from tests.unit.dialogue.conftest import AT, BRIEF
from tests.unit.dialogue.fakes import INTENTS, ScriptedInterpreter

SPEECH = Speech.load(language_dir("zh"))


def heard(text: str, *, confirmed: bool = True, tail: str = "1234") -> Heard:
    understanding = ScriptedInterpreter(INTENTS).parse(text, now=AT)
    return read(understanding, AT, SPEECH.zone, SPEECH, tail, BRIEF.debt if confirmed else None)


@pytest.mark.parametrize(
    ("said", "money"),
    [
        ("amount=50000", 50000),
        ("share=50", 61725),
        ("keyword_amount=full", 123450),
        ("keyword_amount=minimum", 20000),
        ("inform", None),
    ],
)
def test_money_by_the_ledger(said: str, money: int | None) -> None:
    assert heard(said).money == money


@pytest.mark.parametrize("said", ["share=50", "keyword_amount=full", "keyword_amount=minimum"])
def test_before_identity_the_ledger_is_not_read(said: str) -> None:
    assert heard(said, confirmed=False).money is None


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("time=15:00", datetime(2026, 11, 23, 15, 0, tzinfo=SPEECH.zone)),
        ("time=09:00", datetime(2026, 11, 24, 9, 0, tzinfo=SPEECH.zone)),  # past today: tomorrow is meant
        ("date=2026-11-25 time=15:00", datetime(2026, 11, 25, 15, 0, tzinfo=SPEECH.zone)),
        ("date=2026-11-25", datetime(2026, 11, 25, 10, 0, tzinfo=SPEECH.zone)),
        ("datetime=2026-11-25T15:00:00+08:00", datetime(2026, 11, 25, 15, 0, tzinfo=SPEECH.zone)),
    ],
)
def test_a_moment_to_call_back(said: str, moment: datetime) -> None:
    assert heard(said).moment == moment


def test_a_day_is_that_of_the_customer() -> None:
    assert heard("datetime=2026-11-24T17:00:00+00:00").day == date(2026, 11, 25)


@pytest.mark.parametrize("said", ["1234", "幺二三四", "后四位一二三四", "二二二二一二三四"])
def test_the_tail_may_end_a_longer_number(said: str) -> None:
    assert heard(said).id_tail_matches


@pytest.mark.parametrize("said", ["4321", "123", "12340", "一二三五", "没有"])
def test_another_number_is_not_the_tail(said: str) -> None:
    assert not heard(said).id_tail_matches


def test_no_tail_on_record_matches_nothing() -> None:
    assert not heard("1234", tail="").id_tail_matches
