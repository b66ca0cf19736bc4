"""What is shipped has words in both languages: intents, what customers name, and rules."""

from __future__ import annotations

from bot.language import language_dir
from bot.nlu.training_data import load_training_data
from campaigns.compliance.effective import load_effective
from campaigns.compliance.pack import load_pack
from campaigns.compliance.rulebook import rows
from campaigns.console.view.codes import code_text, own_codes


def test_every_shipped_intent_has_words() -> None:
    intents = {each.intent for each in load_training_data(language_dir("zh") / "nlu.yml")}
    assert intents <= set(own_codes()["intent"])


def test_every_rule_of_the_shipped_pack_has_words() -> None:
    found = {row.rule for row in rows(load_pack("cn-mainland"), load_effective("cn-mainland", None).rules)}
    assert found <= set(own_codes()["rule"])


def test_an_intent_of_a_lenders_own_is_shown_as_it_is() -> None:
    assert code_text("intent", "ask_parking", "zh") == "ask_parking"
