"""Pinyin: the readings that this domain needs, by phrase and by context."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.prompts import PromptBook
from bot.errors import DataFileError
from bot.language import language_dir
from bot.tts.pronunciation import Pronunciation
from bot.tts.reading import Reading
from bot.tts.static import SLOT, wordings

ZH = language_dir("zh")
PRONUNCIATION, READING = Pronunciation.load(ZH), Reading.load(ZH)

# The syllables of the characters in doubt, in their order.
LIST = """
还款: huan2, 还款日: huan2, 还没还: hai2 huan2, 还没还清: hai2 huan2, 哪天还: huan2, 还上: huan2,
还不上: huan2, 还不了: huan2 liao3, 还得起: huan2 de5, 还得: hai2 dei3, 还有: hai2, 还是: hai2,
还在吗: hai2, 还想了解: hai2 liao3, 还给您: huan2, 归还: huan2, 应还是两百元: huan2, 应还一千元: huan2,
先还一部分: huan2 fen4, 还一千元: huan2, 到底还不还: huan2 huan2, 可能还会继续: hai2, 能还吗: huan2,
今天还: huan2, 还能少一点吗: hai2, 先还可以吗: huan2, 还可以: hai2, 还需要: hai2, 还记得: hai2 de5,
早一点还对您更划算: huan2, 还款我还没想好: huan2 hai2, 我已经还了: huan2 le5, 没还的部分: huan2 fen4,
还多少: huan2, 我行: xing2, 我行的卡: hang2, 银行: hang2, 您看行吗: xing2, 行长: hang2 zhang3,
招行: hang2, 延长: chang2, 长期: chang2, 家长: zhang3, 我得先确认: dei3, 觉得: de5,
说得简单一点: de5 dan1, 不得不: de2, 得到: de2, 重新: chong2, 重要: zhong4, 尊重: zhong4, 保重: zhong4,
分期: fen1, 十分钟: fen1, 为您: wei4, 以合同为准: wei2, 到此为止: wei2, 因为: wei4, 谢谢您的确认: de5,
的确: di2, 登记不了: liao3, 了解: liao3, 知道了: le5, 难处: chu4, 处理: chu3, 答应您: ying5, 反应: ying4,
要约在: yao4, 喂: wei2, 当天: dang4, 出差: chai1, 差不多: cha4, 便宜: pian2, 方便: bian4, 有空: kong4,
账单: dan1, 请问您是单小龙先生本人吗: shan4, 请问您是单女士本人吗: shan4, 您是曾先生吗: zeng1,
请问任雄先生在吗: ren2, 一任先生: ren4, 请转告解小明先生: xie4, 请问您是王华先生本人吗: hua2, 不是: bu2,
不会: bu2, 不好: bu4, 不行: bu4 xing2, 听不到: bu2, 一个: yi2, 一千: yi4, 一万: yi2, 一月一日: yi1 yi1,
星期一下午: yi1, 第一期: yi1, 二十一天: yi1, 按一: yi1, 统一: yi1, 一起: yi4, 一下: yi2, 说一遍: yi2
"""
TABLE = [tuple(entry.strip().split(": ")) for entry in LIST.replace("\n", " ").split(",")]

DOUBTFUL = set("还行长得重分为的了处应要喂当差便空单曾任解华不一")


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[text for text, _ in TABLE])
def test_a_character_of_many_readings(text: str, expected: str) -> None:
    wanted = expected.split()
    doubtful = [
        syllable
        for syllable, character in zip(PRONUNCIATION.syllables(text), text, strict=True)
        if character in DOUBTFUL
    ]
    found = iter(doubtful)
    assert all(syllable in found for syllable in wanted), doubtful


def test_every_character_of_every_prompt_has_a_syllable_with_a_tone() -> None:
    book = PromptBook.load(ZH)
    constants = {"institution": "融安消费金融", "hotline": "4008001234"}
    for prompt in book.prompts.values():
        for variant in range(len(prompt.sources)):
            for wording in wordings(prompt, variant, constants):
                said = READING.read(wording.replace(SLOT, "三"))
                for syllable, character in zip(PRONUNCIATION.syllables(said), said, strict=True):
                    assert character in READING.words.pauses or syllable[-1] in "12345", (
                        prompt.id,
                        character,
                    )


def test_every_mark_that_pauses_is_one_that_the_voice_takes() -> None:
    assert set(READING.words.pauses) == set(PRONUNCIATION.words.espeak.marks)


@given(st.text(alphabet=st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), max_size=30))
def test_one_syllable_for_each_character(text: str) -> None:
    assert len(PRONUNCIATION.syllables(text)) == len(text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("还得: hai2 dei3", "还得: hai2", "one syllable a character"),
        ("{character: 不, next_tones", "{character: 不好, next_tones", "at most 1 character"),
        ("variant: f2", "variant: f2\n  speed: 3", "no such key"),
    ],
)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    content = (ZH / "pronunciation.yml").read_text(encoding="utf-8")
    assert old in content
    (tmp_path / "pronunciation.yml").write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError, match=said):
        Pronunciation.load(tmp_path)
