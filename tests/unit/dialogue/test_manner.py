"""Louder and slower: the bot does as it is asked, step by step, and says the same again."""

from __future__ import annotations

from bot.dialogue.manner import LEAST_RATE, MOST_DB, USUAL, Manner
from tests.unit.dialogue.conftest import Talk, TalkFactory


def manner(talk: Talk, said: str) -> Manner:
    turn = talk.say(said)
    assert len({say.manner for say in turn.says}) == 1
    return turn.says[0].manner


def test_asked_to_speak_up_the_bot_is_louder_from_the_answer_on(talk: TalkFactory) -> None:
    call = talk()
    first = manner(call, "ask_louder")
    assert first.gain_db > 0
    assert first.rate == 1
    assert manner(call, "affirm") == first


def test_both_wishes_are_kept_together(talk: TalkFactory) -> None:
    call = talk()
    manner(call, "ask_slower")
    both = manner(call, "ask_louder")
    assert both.gain_db > 0
    assert both.rate < 1


def test_nobody_can_make_it_shout_or_crawl() -> None:
    manner = USUAL
    for _ in range(9):
        manner = manner.adapted("louder").adapted("slower")
    assert manner == Manner(LEAST_RATE, MOST_DB)
