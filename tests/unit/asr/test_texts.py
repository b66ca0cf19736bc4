"""Reading results, cutting phrases and ordering readings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asr.biasing import CALL_BONUS, WHOLE_BONUS, Bias, phrases_of
from bot.asr.grammar import cut, grammar
from bot.asr.recognizer import Hypothesis
from bot.asr.script import joined
from bot.asr.vosk_results import in_a_row, partial_text, readings
from bot.errors import RecognizerError
from bot.language import language_dir

VOCABULARY = frozenset({"可以", "可", "以", "银行", "银行卡", "卡", "贷款", "hello", "world", "[unk]"})
TEXTS = st.text(st.sampled_from("可以银行卡贷款张 hello。1"), max_size=12)
READINGS = st.lists(
    st.builds(Hypothesis, TEXTS, st.floats(-50, 50)), max_size=6, unique_by=lambda reading: reading.text
).map(tuple)


def knows(word: str) -> bool:
    return word in VOCABULARY


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["可以 后天"], "可以后天"),
        (["可以", "", "后天"], "可以后天"),
        (["i will pay tomorrow"], "i will pay tomorrow"),
        (["ok 可以", "的 ok ok"], "ok 可以的 ok ok"),
        (["はい そう です"], "はいそうです"),
        (["[unk] 可以 <unk>"], "可以"),
        (["сегодня", "завтра"], "сегодня завтра"),
        ([" \n"], ""),
    ],
)
def test_words_are_joined_as_their_script_has_it(parts: list[str], text: str) -> None:
    assert joined(parts) == text


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("银行卡", ("银行卡",)),
        ("可以，银行卡贷款！", ("可以", "银行卡", "贷款")),
        ("Hello world", ("hello", "world")),
        ("hello银行", ("hello", "银行")),
        ("hell", None),
        ("张可以", None),
        ("", None),
    ],
)
def test_phrases_are_cut_by_the_longest_known_word(phrase: str, words: tuple[str, ...] | None) -> None:
    assert cut(phrase, knows) == words


@given(TEXTS)
def test_a_cut_phrase_is_known_and_whole(phrase: str) -> None:
    words = cut(phrase, knows)
    if words is not None:
        assert words
        assert all(knows(word) for word in words)
        assert set("".join(words)) <= set(phrase.lower())


@given(st.lists(TEXTS, max_size=8), st.randoms())
def test_a_grammar_is_never_one_that_crashes_vosk(phrases: list[str], random: object) -> None:
    made = grammar(phrases, knows)
    if made:
        entries = json.loads(made)
        assert entries[-1] == "[unk]"
        assert all(knows(word) for entry in entries for word in entry.split())
        assert "\\u" not in made
    assert made == grammar(reversed(phrases), knows)
    assert made != "[]"


def test_a_model_without_a_word_for_the_rest_gets_none() -> None:
    assert json.loads(grammar(["可以"], frozenset({"可以"}).__contains__)) == ["可以"]


@pytest.mark.parametrize("answer", ['{"partial": ""}', "{}", '{"text": "x"}', '{"partial": "[unk]"}'])
def test_a_partial_result_without_words(answer: str) -> None:
    assert partial_text(answer) == ""


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "nonsense", '{"partial": 3}', '"x"'],
    ids=["empty", "list", "no JSON", "number", "text"],
)
def test_a_partial_result_that_is_none(answer: str) -> None:
    with pytest.raises(RecognizerError):
        partial_text(answer)


@pytest.mark.parametrize(
    "answer",
    ['{"alternatives": [{}]}', '{"alternatives": 7}', '{"alternatives": [{"text": 1, "confidence": 1}]}',
     '{"alternatives": [{"text": "x", "confidence": "much"}]}', '{"text": null}'],
)  # fmt: skip
def test_alternatives_that_cannot_be_read(answer: str) -> None:
    with pytest.raises(RecognizerError):
        readings(answer)


def test_alternatives_come_once_each_and_best_first() -> None:
    said = [("贷 款", -3.0), ("贷款", -2.0), ("带 款", -2.5), ("", -9.0)]
    answer = json.dumps({"alternatives": [{"text": text, "confidence": score} for text, score in said]})
    assert readings(answer) == (Hypothesis("贷款", -2.0), Hypothesis("带款", -2.5), Hypothesis("", -9.0))
    assert readings('{"text": "贷 款"}') == (Hypothesis("贷款"),)
    assert readings('{"alternatives": []}') == (Hypothesis(""),)


def test_parts_in_a_row_are_read_together() -> None:
    first = (Hypothesis("可以", -1.0), Hypothesis("可", -2.0))
    second = (Hypothesis("贷款", -1.0), Hypothesis("带款", -1.5))
    both = in_a_row([first, second], 3)
    assert [(reading.text, reading.score) for reading in both] == [
        ("可以贷款", -2.0), ("可以带款", -2.5), ("可贷款", -3.0),
    ]  # fmt: skip
    assert in_a_row([(Hypothesis("", 1.0),)], 3) == ()
    assert in_a_row([(Hypothesis("", -1.0), Hypothesis("嗯", -1.1))], 3) == ()  # most likely nothing
    assert in_a_row([(Hypothesis("嗯", -1.0), Hypothesis("", -1.1))], 3) == (Hypothesis("嗯", -1.0),)
    assert in_a_row([], 3) == ()


@given(READINGS, st.lists(TEXTS, max_size=4), st.lists(TEXTS, max_size=3))
def test_no_reading_is_lost_or_changed_for_the_sake_of_bias(
    alternatives: tuple[Hypothesis, ...], language: list[str], call: list[str]
) -> None:
    ordered = Bias.of(language).with_call(call).ordered(alternatives)
    assert sorted(ordered, key=repr) == sorted(alternatives, key=repr)
    assert Bias().ordered(alternatives) == alternatives


def test_a_phrase_wins_by_its_bonus_and_no_more() -> None:
    bias = Bias.of(["可以", "是的"])
    near = (Hypothesis("可倚", -1.0), Hypothesis("可以", -1.0 - WHOLE_BONUS / 2))
    far = (Hypothesis("可倚", -1.0), Hypothesis("可以", -1.0 - WHOLE_BONUS * 2))
    assert bias.ordered(near)[0].text == "可以"
    assert bias.ordered(far)[0].text == "可倚"
    within = (Hypothesis("不可倚", -1.0), Hypothesis("不可以", -1.2))
    assert bias.ordered(within)[0].text == "不可倚"  # only the whole counts


def test_words_of_the_call_count_within_a_sentence() -> None:
    bias = Bias().with_call(["张伟", "七", "Ann"])
    said = (Hypothesis("我是章维", -1.0), Hypothesis("我是张伟", -1.0 - CALL_BONUS / 2))
    assert bias.ordered(said)[0].text == "我是张伟"
    assert "张伟" not in repr(bias)
    one = (Hypothesis("起", -1.0), Hypothesis("七", -1.1))
    assert bias.ordered(one)[0].text == "起"
    latin = (Hypothesis("the chanel", -1.0), Hypothesis("the channel", -1.1), Hypothesis("am ann", -1.5))
    assert [reading.text for reading in bias.ordered(latin)] == ["am ann", "the chanel", "the channel"]


def test_the_phrases_of_a_language_are_its_answers() -> None:
    phrases = phrases_of(language_dir("zh"))
    assert {"是", "不是", "可以", "没问题", "打错了", "投诉", "律师", "明天", "下午", "月底"} <= set(phrases)
    assert len(phrases) == len(set(phrases))
    assert not {"四", "万", "天"} & set(phrases)
    assert max(map(len, phrases)) < 12


def test_another_language_counts_words(tmp_path: Path) -> None:
    english = tmp_path / "en"
    english.mkdir()
    for name, text in {
        "nlu.yml": 'version: "3.1"\nnlu:\n  - intent: affirm\n    examples: |\n      - yes of course\n'
        "      - i would like to pay tomorrow\n  - intent: deny\n    examples: |\n      - no\n",
        "stop_words.yml": "intent_at_least: 0.9\nconfusions: {initials: {}, finals: {}}\nrules:\n"
        "  - {id: complaint, any: [complain], exact: []}\n",
        "dates.yml": "words: {day_word: {tomorrow: 1}}\ndayparts: {}\nshort_dayparts: []\n"
        "first_morning_hour: 8\nlast_evening_hour: 20\nonly_with_day: []\n"
        "between: ''\ndeadline: ''\npatterns: []\n",
    }.items():
        (english / name).write_text(text, encoding="utf-8")
    assert phrases_of(english) == ("yes of course", "no", "complain", "tomorrow")
