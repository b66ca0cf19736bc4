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
    assert {
        rule for rule in found if rule in (code_text("rule", rule, "zh"), code_text("rule", rule, "en"))
    } == set()


def test_what_follows_a_stop_word_is_a_rule_of_its_own() -> None:
    pack = load_effective("cn-mainland", None).rules
    rules = {row.rule: row.in_force for row in rows(load_pack("cn-mainland"), pack)}
    assert rules["aftermath.stop_words.wrong_party"] == "suppress_number, reason wrong_party"
    assert "aftermath.stop_words" not in rules


def test_every_text_of_the_shipped_pack_is_rendered_for_readers_of_english() -> None:
    pack = load_pack("cn-mainland")
    texts = {text for each in pack.sources.values() for text in (each.title, each.clause, each.confirm)}
    texts |= {each.note for each in pack.basis.values()}
    chinese = {text for text in texts if any("\u4e00" <= sign <= "\u9fff" for sign in text)}
    assert {text for text in chinese if code_text("rule_text", text, "en") == text} == set()
    assert all(code_text("rule_text", text, "zh") == text for text in texts)


def test_an_intent_of_a_lenders_own_is_shown_as_it_is() -> None:
    assert code_text("intent", "ask_parking", "zh") == "ask_parking"


def test_every_section_of_the_shipped_pack_has_words() -> None:
    found = {row.rule.partition(".")[0] for row in rows(load_pack("cn-mainland"), load_pack("cn-mainland"))}
    assert found <= set(own_codes()["rule_section"])
