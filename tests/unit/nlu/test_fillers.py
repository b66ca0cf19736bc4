"""Fillers at the ends of an utterance, in every way in which they are made of one another."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.language import language_dir
from bot.nlu.fillers import Fillers
from bot.nlu.sure_rules import SureRules

WORDS = ["就是说", "就是", "说", "是", "那个", "那", "个人"]
UTTERANCE = st.lists(st.sampled_from([*WORDS, "钱", "个", "就"]), max_size=8).map("".join)


@given(UTTERANCE)
def test_they_are_taken_off_as_an_expression_would(text: str) -> None:
    each = "|".join(sorted(WORDS, key=len, reverse=True))
    fillers = Fillers(WORDS)
    assert fillers.stripped(text) == re.sub(f"^(?:{each})+|(?:{each})+$", "", text)
    assert fillers.are_all(text) == bool(re.fullmatch(f"(?:{each})+", text))


def test_a_recogniser_that_stammers_does_not_hold_up_the_call() -> None:
    """Tried in every way in which the words part, this took twice as long with every two of them."""
    assert Fillers(WORDS).stripped("钱" + "就是说" * 500 + "钱") == "钱" + "就是说" * 500 + "钱"
    assert not Fillers(WORDS).are_all("就是说" * 500 + "钱")
    assert SureRules.load(language_dir("zh"))._fillers.stripped("就是说" * 500 + "钱" + "就是" * 500) == "钱"
