from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.errors import DataFileError
from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.nlu.training_data import load_training_data

INTENTS = {
    "abuse", "accept_offer", "affirm", "already_paid", "already_promised", "ask_amount",
    "ask_callback_number", "ask_consequence", "ask_due_date", "ask_fee", "ask_how_to_pay", "ask_human",
    "ask_instalment", "ask_interest", "ask_louder", "ask_minimum", "ask_product", "ask_relief_terms",
    "ask_repeat", "ask_robot", "ask_since_when", "ask_slower", "ask_source", "ask_wait", "ask_who",
    "busy_callback", "complaint", "confirm_identity", "correct_amount", "correct_date", "deceased",
    "decline_offer", "deny", "dispute_amount", "driving", "forgot", "greet", "hardship", "inform",
    "interested", "not_available", "not_interested", OUT_OF_SCOPE, "partial_payment", "pay_now",
    "promise_pay", "recording_objection", "refuse_pay", "refuse_to_identify", "request_extension",
    "request_relief", "salary_wait", "stop_calling", "suspect_fraud", "take_message", "thanks_bye",
    "third_party", "unsubscribe_offer", "will_pay_unspecified", "wrong_person",
}  # fmt: skip
WELL_TRAINED = (
    "promise_pay",
    "request_extension",
    "refuse_pay",
    "request_relief",
    "hardship",
    "already_paid",
    "busy_callback",
)

GOOD = """version: "3.1"
nlu:
  - intent: affirm
    examples: |
      - 是的
      - [明天](date)可以
  - intent: deny
    examples: |
      - 不是
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "nlu.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_examples_are_many_and_of_every_intent(zh: Path) -> None:
    counts = Counter(example.intent for example in load_training_data(zh / "nlu.yml"))
    assert set(counts) == INTENTS
    assert len(INTENTS) >= 45
    assert {intent: count for intent, count in counts.items() if count < 40} == {}
    assert {intent: counts[intent] for intent in WELL_TRAINED if counts[intent] < 60} == {}


def test_annotations_are_read_as_their_text(tmp_path: Path) -> None:
    examples = load_training_data(written(tmp_path, GOOD))
    assert [(example.text, example.intent) for example in examples] == [
        ("是的", "affirm"),
        ("明天可以", "affirm"),
        ("不是", "deny"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- 不是\n", "- 是的\n", r"nlu\.yml:9: deny: stands twice \(also in affirm, line 5\)"),
        ("- 不是\n", "- 是的。\n", r"stands twice"),
        ("- 不是\n", "不是\n", r"nlu\.yml:9: deny: an example begins"),
        ("- 不是\n", "- ……\n", r"nlu\.yml:9: deny: the example holds no word"),
        ("(date)", "(date", r"nlu\.yml:6: affirm: an annotation"),
        ('"3.1"', '"2.0"', r"nlu\.yml:1: version"),
        ("intent: deny", "intnt: deny", r"nlu\.yml:\d+: nlu\.1"),
        ("intent: deny", "intent: affirm", r"at least two intents"),
    ],
)  # fmt: skip
def test_mistakes_are_reported_with_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        load_training_data(written(tmp_path, GOOD.replace(old, new)))


def test_a_missing_file_is_a_data_file_error(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        load_training_data(tmp_path / "nlu.yml")
