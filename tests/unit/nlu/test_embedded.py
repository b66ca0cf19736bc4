from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.interpreter import OUT_OF_SCOPE, EntityValue, Interpreter
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import load_training_data
from tests.unit.nlu.conftest import MONDAY, SHANGHAI

# Written apart from the examples; none stands among them (checked below).
UNSEEN = [
    ("affirm", "嗯嗯好的呀"), ("affirm", "对的呀没错"), ("affirm", "行的可以"),
    ("affirm", "对是一千二"), ("affirm", "对后天还一千二"), ("affirm", "嗯没错"),
    ("deny", "不行啊这个"), ("deny", "不用不用"), ("deny", "不是后天啊"), ("deny", "这样不可以"),
    ("confirm_identity", "对啊我就是啊"), ("confirm_identity", "嗯嗯是我请问有啥事"),
    ("confirm_identity", "我是啊你讲"),
    ("wrong_person", "你打错了我不是"), ("wrong_person", "这个人我真不认识"),
    ("wrong_person", "你们找错人了吧"),
    ("not_available", "他现在人不在"), ("not_available", "刘先生现在不在"),
    ("third_party", "我是他媳妇他出去了"),
    ("take_message", "我帮你跟他说一声吧"),
    ("promise_pay", "我后天肯定给你还上"), ("promise_pay", "那我下周二还一千吧"),
    ("salary_wait", "发了工资我就还给你"),
    ("promise_pay", "这周六之前我把钱还了"), ("promise_pay", "月底前一定还清"),
    ("pay_now", "我现在马上就转给你"), ("pay_now", "好我这就去还"),
    ("already_paid", "我前几天就已经还了呀"), ("already_paid", "钱昨天已经打过去了"),
    ("already_paid", "这个我早还清了"),
    ("request_relief", "滞纳金能不能给我免了"), ("request_relief", "利息能不能给减一点"),
    ("request_relief", "有没有减免可以申请"),
    ("request_extension", "能不能再宽限我几天啊"), ("request_extension", "晚几天还可不可以"),
    ("request_extension", "我能不能下个月再还"),
    ("refuse_pay", "我就是没钱还你"), ("refuse_pay", "反正我是不会还的"), ("refuse_pay", "还不起啊没钱"),
    ("hardship", "我失业好几个月了没有收入"), ("hardship", "最近生意不好资金周转不开"),
    ("hardship", "家里有人生病住院花光了钱"),
    ("dispute_amount", "这个金额不对吧我没欠这么多"), ("dispute_amount", "你们是不是把金额算错了"),
    ("ask_amount", "我一共欠你们多少钱啊"), ("ask_minimum", "最低要还多少钱"),
    ("ask_due_date", "最晚几号要还"), ("ask_since_when", "我这个逾期几天了"),
    ("ask_how_to_pay", "我要怎么还款呢"), ("ask_how_to_pay", "用微信可以还吗"),
    ("ask_who", "你是哪家公司的"), ("ask_who", "你们是哪里啊"),
    ("ask_robot", "你到底是不是机器人啊"), ("ask_human", "给我转一下人工"),
    ("ask_human", "我要找你们人工客服"),
    ("busy_callback", "我在开会呢等会打"), ("driving", "我现在开车不方便接"),
    ("busy_callback", "我现在忙你晚点打来"),
    ("stop_calling", "你们以后不要再打我电话"), ("ask_repeat", "我没听清你再说一遍"),
    ("ask_repeat", "你刚才说啥没听见"),
    ("thanks_bye", "好的谢谢再见啊"), ("complaint", "我要去投诉你们公司"), ("abuse", "你有病啊神经病"),
    ("greet", "喂喂你好啊"), ("ask_wait", "你等我一下下啊"), ("ask_louder", "你能不能声音大一点点"),
    ("ask_slower", "你能不能说得慢一些"), ("ask_since_when", "我是什么时候开始逾期的啊"),
    ("ask_fee", "这个滞纳金是怎么收的"), ("ask_interest", "你们这利息到底怎么算的"),
    ("ask_minimum", "最少得还多少才可以"), ("ask_consequence", "我要是不还的话会怎么样啊"),
    ("ask_source", "你们从哪弄到我的电话的"), ("ask_product", "是我哪张信用卡啊"),
    ("ask_relief_terms", "这个减免都有啥条件啊"), ("ask_instalment", "那我能不能分六期还"),
    ("partial_payment", "我先还给你们一部分好吧"), ("correct_amount", "不是五千是五百"),
    ("correct_date", "说错了应该是周日"), ("accept_offer", "行那就按这个方案办吧"),
    ("decline_offer", "你这个方案我觉得不行"), ("will_pay_unspecified", "我肯定会尽快还的呀"),
    ("forgot", "哎呀这事我给忘记了"), ("already_promised", "我上回不是都跟你们讲过了吗"),
    ("ask_callback_number", "那我打哪个号码找你们"), ("take_message", "我等会帮你转告他"),
    ("not_available", "我老公现在人不在"), ("deceased", "他前年就已经去世了"), ("driving", "我正在开着车呢"),
    ("not_interested", "我对你们这个真没兴趣"), ("interested", "那你跟我介绍一下吧"),
    ("unsubscribe_offer", "你们不要再给我推销贷款了"), ("suspect_fraud", "我怎么知道你是不是骗子啊"),
    ("recording_objection", "我可没有同意你录音啊"), ("refuse_to_identify", "我凭什么把身份证告诉你"),
    ("refuse_pay", "这钱我就是不还了"), ("third_party", "认识,他是我朋友"),
    ("hardship", "这个月我是实在没钱啊"), ("confirm_identity", "这个嘛,本人"),
    ("affirm", "这个嘛,行"), ("affirm", "这个嘛,是"),
    ("third_party", "这个嘛,是他的"),
    (OUT_OF_SCOPE, "明天的天气怎么样"), (OUT_OF_SCOPE, "帮我点一份外卖吧"),
]  # fmt: skip


def test_it_is_an_interpreter(interpreter: EmbeddedInterpreter) -> None:
    port: Interpreter = interpreter
    assert port.parse("是的", now=MONDAY).intent == "affirm"


def test_unseen_utterances_are_unseen(zh: Path) -> None:
    examples = {example.text for example in load_training_data(zh / "nlu.yml")}
    assert [text for _, text in UNSEEN if text in examples] == []


@pytest.mark.parametrize(("intent", "text"), UNSEEN)
def test_what_people_say_is_understood(interpreter: EmbeddedInterpreter, intent: str, text: str) -> None:
    assert interpreter.parse(text, now=MONDAY).intent == intent


@pytest.mark.parametrize(
    ("text", "kinds"),
    [("后天", {"date"}), ("呃那就后天吧", {"date"}), ("可以啊就周五", {"date"}),
     ("全部还", {"keyword_amount"}), ("一千块", {"amount"}),
     ("大概一千二吧", {"amount"}), ("尾号1234", {"digits"}),
     ("一半吧", {"share"})],
)  # fmt: skip
def test_a_bare_answer_informs(interpreter: EmbeddedInterpreter, text: str, kinds: set[str]) -> None:
    understood = interpreter.parse(text, now=MONDAY)
    assert understood.intent == "inform"
    assert {entity.kind for entity in understood.entities} == kinds


def test_yes_means_it_is_i_where_only_that_is_awaited(interpreter: EmbeddedInterpreter) -> None:
    assert (
        interpreter.parse("是的", now=MONDAY, expected={"confirm_identity", "wrong_person"}).intent
        == "confirm_identity"
    )
    assert (
        interpreter.parse("不是", now=MONDAY, expected={"confirm_identity", "wrong_person"}).intent
        == "wrong_person"
    )
    assert interpreter.parse("是的", now=MONDAY, expected={"confirm_identity", "affirm"}).intent == "affirm"
    assert interpreter.parse("是的", now=MONDAY).intent == "affirm"


@pytest.mark.parametrize(
    "text",
    [
        "我不是本人",
        "我是他老婆",
        "不是我是他同事",
        "他不在",
        "这是我爸的手机",
        "我是她妈妈",
        "打错了",
        "我不认识",
        "不是不是",
        "这不是他的号码",
    ],
)
def test_nobody_else_is_ever_taken_for_the_customer(interpreter: EmbeddedInterpreter, text: str) -> None:
    """The worst mistake of all: it would tell a stranger of the debt."""
    understood = interpreter.parse(text, now=MONDAY, expected={"confirm_identity"})
    assert understood.intent != "confirm_identity"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我不要人工", "ask_human"),
        ("不用转人工", "ask_human"),
        ("我不投诉", "complaint"),
        ("我还不上", "promise_pay"),
    ],
)
def test_what_is_negated_is_not_understood_as_meant(
    interpreter: EmbeddedInterpreter, text: str, intent: str
) -> None:
    assert interpreter.parse(text, now=MONDAY, expected={intent}).intent != intent


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("不是明天是后天", "correct_date", date(2026, 11, 25)),
        ("明天不行后天", "correct_date", date(2026, 11, 25)),
        ("不是五号,是十五号", "correct_date", date(2026, 12, 15)),
        ("是周六不是周五", "correct_date", date(2026, 11, 28)),
        ("算了还是周五吧", "correct_date", date(2026, 11, 27)),
        ("不是一千是一千五", "correct_amount", 150000),
        ("不对是一千五", "correct_amount", 150000),
    ],
)
def test_a_correction_informs_of_what_is_meant(
    interpreter: EmbeddedInterpreter, text: str, intent: str, value: EntityValue
) -> None:
    understood = interpreter.parse(text, now=MONDAY)
    assert (understood.intent, understood.broader) == (intent, ("inform",))
    assert interpreter.parse(text, now=MONDAY, expected={"inform"}).intent == "inform"
    assert [entity.value for entity in understood.entities] == [value]


def test_what_is_awaited_is_more_likely(interpreter: EmbeddedInterpreter) -> None:
    alone = dict(interpreter.parse("等我发工资吧", now=MONDAY).ranking)
    awaited = dict(interpreter.parse("等我发工资吧", now=MONDAY, expected={"request_extension"}).ranking)
    assert awaited["request_extension"] > alone["request_extension"]
    assert sum(awaited.values()) == pytest.approx(1)


def test_the_ranking_holds_every_intent_best_first(interpreter: EmbeddedInterpreter) -> None:
    ranking = interpreter.parse("我想问一下那个", now=MONDAY).ranking
    assert {intent for intent, _ in ranking} == set(interpreter.intents)
    values = [value for _, value in ranking]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("text", ["", "   ", "。。。", "\n\t", "??"])
def test_nothing_heard_is_out_of_scope(interpreter: EmbeddedInterpreter, text: str) -> None:
    understood = interpreter.parse(text, now=MONDAY)
    assert (understood.intent, understood.confidence, understood.text) == (OUT_OF_SCOPE, 0.0, text)


@given(text=st.text(), expected=st.sets(st.sampled_from(["affirm", "inform", "no_such_intent"])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_raises(interpreter: EmbeddedInterpreter, text: str, expected: set[str]) -> None:
    understood = interpreter.parse(text, now=MONDAY, expected=expected)
    assert understood.text == text
    assert 0 <= understood.confidence <= 1
    for entity in understood.entities:
        assert text[entity.start : entity.end] == entity.text


def test_threads_share_one_interpreter(interpreter: EmbeddedInterpreter) -> None:
    texts = [text for _, text in UNSEEN] * 4
    alone = [interpreter.parse(text, now=MONDAY) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: interpreter.parse(text, now=MONDAY), texts))
    assert together == alone


def test_understanding_needs_no_scikit_learn_once_the_model_is_cached(
    interpreter: EmbeddedInterpreter, model_cache: Path
) -> None:
    """In a process in which importing it fails."""
    program = f"""
import sys
sys.modules["sklearn"] = None
sys.modules["scipy"] = None
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from bot.nlu.embedded import EmbeddedInterpreter
zone = ZoneInfo("Asia/Shanghai")
interpreter = EmbeddedInterpreter.load(Path({str(language_dir("zh"))!r}), Path({str(model_cache)!r}), zone)
print(interpreter.parse("我明天还", now=datetime(2026, 11, 23, 10, tzinfo=zone)).intent)
"""
    root = language_dir("zh").parents[1]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("promise_pay", 0), done.stderr


def test_loading_without_a_cache_understands_the_same(
    interpreter: EmbeddedInterpreter, tmp_path: Path
) -> None:
    small = tmp_path / "zh"
    small.mkdir()
    for name in ("numerals", "dates", "amounts", "understanding", "stop_words"):
        (small / f"{name}.yml").write_bytes((language_dir("zh") / f"{name}.yml").read_bytes())
    (small / "nlu.yml").write_text(
        'version: "3.1"\nnlu:\n  - intent: promise_pay\n    examples: |\n      - 我过几天还\n      - 会还的\n'
        "  - intent: refuse_pay\n    examples: |\n      - 我不还\n      - 没钱\n",
        encoding="utf-8",
    )
    own = EmbeddedInterpreter.load(small, None, SHANGHAI)
    assert own.intents == ("promise_pay", "refuse_pay")
    assert own.parse("没钱不还", now=MONDAY).intent == "refuse_pay"


def test_a_narrower_intent_counts_as_the_wider_one_that_is_awaited(interpreter: EmbeddedInterpreter) -> None:
    alone = interpreter.parse("我尽快还", now=MONDAY)
    assert (alone.intent, alone.broader, alone.narrower) == ("will_pay_unspecified", ("promise_pay",), None)
    wider = interpreter.parse("我尽快还", now=MONDAY, expected={"promise_pay", "affirm"})
    assert (wider.intent, wider.broader, wider.narrower) == ("promise_pay", (), "will_pay_unspecified")
    both = interpreter.parse("我尽快还", now=MONDAY, expected={"promise_pay", "will_pay_unspecified"})
    assert both.intent == "will_pay_unspecified"
    assert wider.confidence >= alone.confidence


def test_every_narrower_intent_and_its_wider_one_can_be_understood(
    interpreter: EmbeddedInterpreter, zh: Path
) -> None:
    falls_back = SureRules.load(zh).words.falls_back_to
    assert set(falls_back) | set(falls_back.values()) <= set(interpreter.intents)


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("我就是,不过我现在在开车,明天下午再打吧", {"confirm_identity", "busy_callback"}),
        ("我就是不过我现在在开会", {"confirm_identity", "busy_callback"}),
        ("我明天还,滞纳金能不能免", {"promise_pay", "request_relief"}),
        ("他不在,你是哪个公司的", {"not_available", "ask_who"}),
        ("我最近失业了,能不能减免一点", {"hardship", "request_relief"}),
        ("你们别再打了,我要投诉你们", {"stop_calling", "complaint"}),
        ("喂,你是谁", {"ask_who"}),
        ("嗯,我明天还", {"promise_pay"}),
        ("我明天还", {"promise_pay"}),
    ],
)
def test_what_is_said_in_one_breath(interpreter: EmbeddedInterpreter, text: str, intents: set[str]) -> None:
    understood = interpreter.parse(text, now=MONDAY)
    assert {understood.intent, *understood.also} - {"affirm"} == intents


def test_nobody_else_is_taken_for_the_customer_in_one_of_two_clauses(
    interpreter: EmbeddedInterpreter,
) -> None:
    for text in ("他本人不在,我是他老婆", "不是本人,我是他同事", "打错了,我不是本人"):
        understood = interpreter.parse(text, now=MONDAY, expected={"confirm_identity"})
        assert "confirm_identity" not in {understood.intent, *understood.also}, text
