"""Fillers never change what is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.normalize import normalize
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import load_training_data
from tests.unit.nlu.conftest import MONDAY

FILLERS = ("这个嘛", "那个", "呃", "嗯", "就是说", "这个嘛,", "呃,那个")
HESITATIONS = SureRules.load(language_dir("zh")).hesitations


@pytest.mark.parametrize(("turn", "filler"), list(enumerate(FILLERS)), ids=FILLERS)
def test_a_filler_in_front_changes_nothing(
    interpreter: EmbeddedInterpreter, zh: Path, turn: int, filler: str
) -> None:
    examples = load_training_data(zh / "nlu.yml")[turn :: 3 * len(FILLERS)]
    same = 0
    for example in examples:
        plain = interpreter.parse(example.text, now=MONDAY)
        filled = interpreter.parse(filler + example.text, now=MONDAY)
        same += filled.intent == plain.intent
        assert set(filled.stop_words) <= set(plain.stop_words), filler + example.text
    assert same >= 0.97 * len(examples)


@given(st.text())
def test_what_is_left_stands_where_it_stood(text: str) -> None:
    heard = HESITATIONS.without(normalize(text))
    assert len(heard.text) == len(heard.offsets)
    assert list(heard.offsets) == sorted(heard.offsets)
    assert bool(heard.compact) == bool(normalize(text).compact)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("呃我呃明天还", "我明天还"),
        ("那个,利息多少", "利息多少"),
        ("这个嘛,是", "是"),
        ("嗯", "嗯"),
        ("嗯嗯", "嗯嗯"),
        ("这个月没钱", "这个月没钱"),
        ("这个数不对", "这个数不对"),
        ("额度多少", "额度多少"),
    ],
)
def test_only_what_means_nothing_is_taken_out(text: str, left: str) -> None:
    assert HESITATIONS.without(normalize(text)).text == left
