"""What a few words mean for whose turn it is, as the language's data says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import DataFileError
from bot.voice.attention import Attention, Completeness
from bot.voice.manners import Manners
from tests.unit.voice.conftest import MakeCall


@pytest.mark.parametrize("text", ["嗯", "嗯嗯", "好的好的", "对 对", "是的，嗯", "喂", "喂你好", ""])
def test_murmurs_go_on_listening(manners: Manners, text: str) -> None:
    assert manners.is_backchannel(text)


@pytest.mark.parametrize("text", ["不是", "好的我明天还", "对了我问你", "等一下", "你是谁", "嗯我没钱"])
def test_words_are_no_murmur(manners: Manners, text: str) -> None:
    assert not manners.is_backchannel(text)


# (asked by step, heard, how complete it is)
HEARD = [
    ("identity", "我就是", Completeness.COMPLETE),
    ("identity", "是的", Completeness.COMPLETE),
    ("identity", "打错了", Completeness.OPEN),  # a stop word is heard out
    ("identity", "我就是不过", Completeness.UNFINISHED),
    ("identity", "", Completeness.NO_WORDS),
    ("identity", "那个", Completeness.UNFINISHED),
    ("identity", "今天天气真好呀", Completeness.OPEN),
    ("plan", "明天还", Completeness.COMPLETE),
    ("plan", "我大概", Completeness.UNFINISHED),
    ("plan", "下个", Completeness.UNFINISHED),
    ("plan", "下个星期五", Completeness.COMPLETE),
    ("plan", "我没钱因为", Completeness.UNFINISHED),
    ("identity_check", "三六", Completeness.DIGITS),
    ("identity_check", "三六七八", Completeness.COMPLETE),
    ("identity_check", "1 2 3", Completeness.DIGITS),
]


@pytest.mark.parametrize(("step", "heard", "completeness"), HEARD)
def test_how_complete_it_is_depends_on_what_was_asked(
    make_call: MakeCall, step: str, heard: str, completeness: Completeness
) -> None:
    call = make_call(id_tail="3678")
    now = call.line.now
    conversation = call.conversation
    conversation.open(now())
    if step != "identity":
        conversation.hear("我就是", now())
    if step == "plan":
        conversation.hear("三六七八", now())
    assert conversation.state.step == step
    assert Attention(conversation, call.manners, now).weigh(heard).completeness is completeness


def test_weighing_changes_nothing(make_call: MakeCall) -> None:
    call = make_call()
    call.conversation.open(call.line.now())
    before = call.conversation.state
    attention = Attention(call.conversation, call.manners, call.line.now)
    for _, heard, _ in HEARD:
        attention.weigh(heard)
    assert call.conversation.state is before


def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "turn_taking.yml").write_text(
        "waits: {complete: 0}\nbackchannels: [嗯]\nunfinished: [我]\n", "utf-8"
    )
    with pytest.raises(DataFileError, match=r"turn_taking\.yml:1"):
        Manners.load(tmp_path)
