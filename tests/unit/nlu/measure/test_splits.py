from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.nlu.measure.conditions import conditions
from bot.nlu.measure.rasa_file import load_rasa_examples
from bot.nlu.measure.splits import few, folds, hiding
from bot.nlu.measure.splits import given as two_files
from bot.nlu.pinyin import syllables
from bot.nlu.training_data import Example, load_training_data

EXAMPLES = st.lists(st.sampled_from("abcd"), min_size=4, max_size=60).map(
    lambda intents: [Example(f"{intent}{n}", intent) for n, intent in enumerate(intents)]
)


@given(EXAMPLES, st.integers(2, 5), st.integers(0, 3))
def test_each_example_is_asked_once_of_who_has_not_learnt_it(
    examples: list[Example], count: int, seed: int
) -> None:
    splits = list(folds(examples, count, seed))
    assert Counter(e.text for split in splits for e in split.test) == Counter(e.text for e in examples)
    sizes = [len(split.test) for split in splits]
    assert max(sizes) - min(sizes) <= 1
    for split in splits:
        assert {e.text for e in split.train} | {e.text for e in split.test} == {e.text for e in examples}
        assert not set(split.train) & set(split.test)


@given(EXAMPLES, st.integers(1, 5), st.integers(0, 3))
def test_few_examples_are_learnt_of_each_intent(examples: list[Example], most: int, seed: int) -> None:
    split = few(examples, most, seed, most_tests=2)
    learnt, asked = Counter(e.intent for e in split.train), Counter(e.intent for e in split.test)
    for intent, there in Counter(e.intent for e in examples).items():
        assert learnt[intent] == min(there, most)
        assert asked[intent] == min(there - learnt[intent], 2)
    assert not set(split.train) & set(split.test)


def test_another_order_of_intents_splits_each_alike() -> None:
    one = [Example(f"a{n}", "a") for n in range(9)]
    other = [Example(f"b{n}", "b") for n in range(9)]
    assert set(few(one + other, 3, 0).train) == set(few(other + one, 3, 0).train)
    assert set(few(one, 3, 0).train) != set(few(one, 3, 1).train)


def test_what_was_not_learnt_is_out_of_scope() -> None:
    train, test = [Example("x", "a"), Example("y", "b")], [Example("p", "a"), Example("q", "z")]
    assert [e.intent for e in two_files(train, test).test] == ["a", OUT_OF_SCOPE]
    split = hiding(two_files(train, [Example("p", "a"), Example("q", "b")]), 2, 0)
    assert len({e.intent for e in split.train}) == 1
    assert OUT_OF_SCOPE in [e.intent for e in split.test]


def test_a_line_does_the_same_to_the_same_words(zh: Path) -> None:
    clean, homophones, recogniser = conditions(zh, [20])
    text = "我这个月手头有点紧能不能缓几天再还"
    assert clean.heard(text, 0) == text
    for condition in (homophones, recogniser):
        assert condition.heard(text, 0) == condition.heard(text, 0)
        assert len({condition.heard(text, seed) for seed in range(8)}) > 1
    assert {syllables(homophones.heard(text, seed)) for seed in range(8)} == {syllables(text)}
    assert recogniser.heard("嗯", 3)


FOREIGN = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - 你好
    - 早上好
- synonym: 信用卡
  examples: |
    - 卡
- regex: digits
  examples: |
    - \\\\d+
- intent: inform
  examples:
  - text: |
      - 我在[北京](city)
  - text: |
      - 还[五百]{"entity": "amount", "value": "500"}
- intent: chitchat/ask_name
  examples: |
    - 你叫什么
    - 你好
responses:
  utter_greet: [{text: hi}]
"""


def test_files_of_other_projects_are_read(tmp_path: Path, zh: Path) -> None:
    (tmp_path / "nlu.yml").write_text(FOREIGN, encoding="utf-8")
    (tmp_path / "domain.yml").write_text("intents: [greet]\n", encoding="utf-8")
    wanted = [
        Example("你好", "greet"),
        Example("早上好", "greet"),
        Example("我在北京", "inform"),
        Example("还五百", "inform"),
        Example("你叫什么", "chitchat/ask_name"),
    ]
    assert list(load_rasa_examples(tmp_path / "nlu.yml")) == wanted
    assert list(load_rasa_examples(tmp_path)) == wanted
    assert load_rasa_examples(zh / "nlu.yml") == load_training_data(zh / "nlu.yml")


def test_a_file_without_examples_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text("nlu: [{intent: a, examples: '- x'}]\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="at least two intents"):
        load_rasa_examples(path)
