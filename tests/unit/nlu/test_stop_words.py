from __future__ import annotations

from pathlib import Path

import pytest
from pypinyin.phrases_dict import phrases_dict

from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.normalize import normalize
from bot.nlu.stop_words import StopWords
from bot.nlu.training_data import load_training_data
from tests.unit.nlu.conftest import MONDAY

STOP_WORDS = StopWords.load(language_dir("zh"))


def hits(text: str) -> tuple[str, ...]:
    return STOP_WORDS.find(normalize(text).compact)


def test_the_rules_are_those_of_the_rule_packs_gravest_first() -> None:
    assert STOP_WORDS.rules == (
        "self_harm", "death", "illness_hardship", "complaint_regulator", "lawyer_court", "fraud_identity",
        "recording_refused", "stop_calling", "wrong_party", "dispute_paid", "minor", "human_wanted",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("self_harm", "我不想活了"), ("self_harm", "再逼我我就跳楼"), ("self_harm", "我自杀算了"),
        ("self_harm", "活不下去了"),
        ("self_harm", "我自沙给你们看"), ("self_harm", "我去跳搂"), ("self_harm", "我想轻声不 轻生算了"),
        ("self_harm", "不想火了"),
        ("self_harm", "还不如死了算了"), ("self_harm", "我 不 想 活 了"), ("self_harm", "你们要逼死我"),
        ("death", "他去世了"), ("death", "她已经不在了"), ("death", "我爸上个月过世了"),
        ("death", "他死了好几年了"),
        ("illness_hardship", "我得了重病"), ("illness_hardship", "我妈在住院"),
        ("illness_hardship", "查出来癌症"),
        ("illness_hardship", "我失业半年了"), ("illness_hardship", "我是残疾人"),
        ("complaint_regulator", "我要投诉你们"), ("complaint_regulator", "我要透诉"),
        ("complaint_regulator", "我打12378"),
        ("complaint_regulator", "去银保监告你们"), ("complaint_regulator", "我要举报"),
        ("lawyer_court", "找我律师说"), ("lawyer_court", "你们去法院起诉吧"),
        ("lawyer_court", "你们其诉我吧 去法院"),
        ("fraud_identity", "你们是骗子吧"), ("fraud_identity", "你们这是乍骗"),
        ("fraud_identity", "这不是我借的"),
        ("fraud_identity", "有人冒用我身份证"),
        ("recording_refused", "我不同意录音"), ("recording_refused", "不要录音"),
        ("recording_refused", "不同意路音"),
        ("stop_calling", "别打了"), ("stop_calling", "不要再打电话了"), ("stop_calling", "别大了"),
        ("stop_calling", "不要在打了"),
        ("wrong_party", "你打错了"), ("wrong_party", "我不认识这个人"), ("wrong_party", "不是本人"),
        ("wrong_party", "大错了"),
        ("dispute_paid", "我已经还了"), ("dispute_paid", "金额不对"), ("dispute_paid", "我不欠你们的"),
        ("dispute_paid", "今额不对"),
        ("minor", "小朋友接的电话"), ("minor", "我爸爸不在家"), ("minor", "我还未成年"),
        ("human_wanted", "转人工"), ("human_wanted", "我要真人"), ("human_wanted", "转仁工"),
        ("human_wanted", "人工客服"),
    ],
)  # fmt: skip
def test_stop_words_are_heard_as_written_and_by_sound(rule: str, text: str) -> None:
    assert rule in hits(text)


@pytest.mark.parametrize(
    "text",
    [
        "烦死了", "累死了", "忙死了", "热死了今天", "笑死我了", "死了这条心吧", "他现在不在", "他不在家",
        "你是人工智能吗",
        "你是真人吗", "你是不是真人", "真人还是机器人", "你是人工智能合成的吧", "我不投诉", "我没有投诉",
        "没有起诉吧", "不会起诉我吧",
        "我是女士", "李女士是我", "分几期期数多少", "不计其数", "你们爱怎么办怎么办", "打死也不还",
        "可是也没钱", "但是也还不上",
        "我不知啥意思", "亲身经历", "我投宿在外面", "我在事业单位上班", "货够了不用发了", "富丽堂皇",
        "那边市场机制不一样",
        "我家小朋友要上学", "带小朋友呢", "身份证丢了怎么补办", "人工费多少", "片子还没看", "我不要人工",
        "我还没还完",
        "等还完了再说", "我没那么多钱", "不认识路", "我过去试试", "我去试一下", "是了是了", "明天还",
        "喂你好", "好的谢谢",
        "我在开会", "你去死吧", "别打我手机打座机", "能不能把罚息去掉", "我手机死了刚充上电",
        "期数能不能多一点", "我不是骗你",
    ],
)  # fmt: skip
def test_everyday_words_are_no_stop_words(text: str) -> None:
    assert hits(text) == ()


def test_a_third_party_who_says_so_is_no_wrong_number() -> None:
    assert "wrong_party" not in hits("不是本人我是他老公")
    assert "wrong_party" in hits("不是本人你打错了")


def test_several_rules_come_gravest_first() -> None:
    assert hits("别打了我要投诉再打我就跳楼") == ("self_harm", "complaint_regulator", "stop_calling")


EXPECTED = {
    "complaint": {"complaint_regulator", "lawyer_court", "stop_calling"},
    "stop_calling": {"stop_calling"},
    "wrong_person": {"wrong_party"},
    "ask_human": {"human_wanted"},
    "already_paid": {"dispute_paid"},
    "dispute_amount": {"dispute_paid", "fraud_identity"},
    "hardship": {"illness_hardship", "death"},
    "abuse": {"fraud_identity"},
    "deceased": {"death", "illness_hardship"},
    "recording_objection": {"recording_refused"},
    "suspect_fraud": {"fraud_identity"},
    "refuse_to_identify": {"fraud_identity"},
    "unsubscribe_offer": {"stop_calling"},
}


def test_no_example_hits_a_rule_that_its_intent_has_no_business_with(zh: Path) -> None:
    wrong = [
        (example.intent, example.text, rule)
        for example in load_training_data(zh / "nlu.yml")
        for rule in hits(example.text)
        if rule not in EXPECTED.get(example.intent, set())
    ]
    assert wrong == []


def test_hardly_any_word_of_the_dictionary_is_hit_by_its_sound_alone() -> None:
    """Every fifth of 47,000 words and idioms, most of which have nothing to do with any rule."""
    words = {word for rule in STOP_WORDS.words for word in rule}
    dictionary = sorted(phrases_dict)[::5]
    by_sound = [w for w in dictionary if STOP_WORDS.find(w) and not any(word in w for word in words)]
    assert len(by_sound) < len(dictionary) / 1000, by_sound


def test_a_certain_intent_is_a_hit_without_any_word(interpreter: EmbeddedInterpreter) -> None:
    text = "以后不要联系我了"
    assert hits(text) == ()
    assert interpreter.parse(text, now=MONDAY).stop_words == ("stop_calling",)


@pytest.mark.parametrize("text", ["不对", "不对不对", "不是", "是的", "我不要人工", "不用转人工", "可以"])
def test_a_bare_answer_hits_nothing(interpreter: EmbeddedInterpreter, text: str) -> None:
    assert interpreter.parse(text, now=MONDAY).stop_words == ()


def test_asking_for_the_robot_is_no_asking_for_a_person(interpreter: EmbeddedInterpreter) -> None:
    for text in ("你是人工智能吗", "你是真人吗", "你到底是不是真人啊"):
        understood = interpreter.parse(text, now=MONDAY)
        assert (understood.intent, understood.stop_words) == ("ask_robot", ())
