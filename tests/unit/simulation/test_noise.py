"""The noise channel: seeded, as strong as its level, and made of the errors that recognisers make."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.datafile import load_model
from bot.errors import DataFileError
from bot.language import language_dir
from bot.nlu.pinyin import syllable
from bot.simulation.noise import NoiseChannel, NoiseFile, NoiseRates, usage_of

SAID = [
    "我明天下午还一千二百块",
    "最近手头有点紧，能不能减免一点",
    "后四位是一二三四",
    "我就是，什么事",
    "明天还1200",
]
NONE = dict.fromkeys(NoiseRates.model_fields, 0.0)


@pytest.fixture(scope="module")
def channel() -> NoiseChannel:
    return NoiseChannel.load(language_dir("zh"))


@lru_cache
def shipped() -> NoiseFile:
    return load_model(language_dir("zh") / "noise.yml", NoiseFile)


@lru_cache
def only(**rates: float) -> NoiseChannel:
    """A channel with the shipped words and one kind of error."""
    file = shipped().model_copy(update={"rates": NoiseRates(**{**NONE, **rates})})
    return NoiseChannel(file, usage_of(SAID * 5, file.charset))


def wrong_share(channel: NoiseChannel, level: float) -> float:
    """Characters that did not come through, of all that were said."""
    kept = total = 0
    for said in SAID:
        for seed in range(60):
            heard = channel.garble(said, level, Random(seed))
            kept += sum(
                block.size for block in SequenceMatcher(None, said, heard, False).get_matching_blocks()
            )
            total += len(said)
    return 1 - kept / total


def test_without_noise_nothing_is_changed(channel: NoiseChannel) -> None:
    assert [channel.garble(said, 0.0, Random(1)) for said in SAID] == SAID


def test_the_same_seed_gives_the_same_errors(channel: NoiseChannel) -> None:
    def heard() -> list[str]:
        return [channel.garble(said, 0.2, Random(f"{said}{seed}")) for said in SAID for seed in range(20)]

    assert heard() == heard()
    assert len(set(heard())) > 40


def test_more_noise_loses_more(channel: NoiseChannel) -> None:
    at_10, at_20, at_30 = (wrong_share(channel, level) for level in (0.1, 0.2, 0.3))
    assert 0.05 < at_10 < 0.15
    assert at_10 < at_20 < at_30 < 0.45


def test_homophones_sound_the_same() -> None:
    said = "我明天下午还款"
    heard = differing(said, {"homophone": 3.0})
    assert heard
    assert all(syllable(one) == syllable(other) for one, other in heard if one != "还")
    assert all(
        other in "换环唤缓患幻欢焕涣宦痪" or syllable(other) == "huan" for one, other in heard if one == "还"
    )


def differing(said: str, rates: dict[str, float]) -> set[tuple[str, str]]:
    changed = NoiseChannel(
        shipped().model_copy(update={"rates": NoiseRates(**{**NONE, **rates})}),
        dict.fromkeys("我窝握明名鸣天添田下夏吓午五舞还换环款宽", 10),
    )
    pairs: set[tuple[str, str]] = set()
    for seed in range(50):
        heard = changed.garble(said, 0.3, Random(seed))
        assert len(heard) == len(said)
        pairs |= {(one, other) for one, other in zip(said, heard, strict=True) if one != other}
    return pairs


@pytest.mark.parametrize(
    ("rates", "shorter", "longer"),
    [
        ({"drop": 1.0}, True, False),
        ({"digit": 1.0}, True, False),
        ({"cut": 3.0}, True, False),
        ({"insert": 1.0}, False, True),
        ({"stutter": 3.0}, False, True),
    ],
)
def test_each_error_does_what_it_is_named_for(rates: dict[str, float], shorter: bool, longer: bool) -> None:
    heard = [only(**rates).garble("后四位是一二三四", 0.3, Random(seed)) for seed in range(40)]
    assert any(len(text) < 8 for text in heard) == shorter
    assert any(len(text) > 8 for text in heard) == longer


def test_only_digits_in_a_run_are_lost_as_digits() -> None:
    channel = only(digit=3.3)
    assert channel.garble("我一定还", 0.3, Random(1)) == "我一定还"
    assert len(channel.garble("后四位是一二三四", 0.3, Random(1))) == 4


def test_what_is_rare_or_foreign_is_never_heard() -> None:
    def usage(texts: Iterable[str]) -> set[str]:
        return set(usage_of(texts, "gb2312"))

    assert "还" in usage(["还还还"])
    assert not {"a", "1", "，", "還"} & usage(["還還還aaa111，，，"])


@settings(deadline=None)  # the first call reads the words
@given(st.text(max_size=40), st.floats(min_value=0, max_value=0.3), st.integers())
def test_any_text_passes(text: str, level: float, seed: int) -> None:
    channel = only(homophone=0.4, near=0.3, drop=0.2, insert=0.1, cut=0.4, stutter=0.4, digit=0.3)
    assert len(channel.garble(text, level, Random(seed))) <= 2 * len(text) + 3


@pytest.mark.parametrize("level", [-0.01, 0.31, 10])
def test_a_level_out_of_range_is_refused(channel: NoiseChannel, level: float) -> None:
    with pytest.raises(ValueError, match=r"0 to 0\.3"):
        channel.garble("我", level, Random(1))


def test_the_file_is_checked(tmp_path: Path) -> None:
    text = (language_dir("zh") / "noise.yml").read_text(encoding="utf-8")
    (tmp_path / "noise.yml").write_text(text.replace("drop:", "dropp:"), encoding="utf-8")
    with pytest.raises(DataFileError, match="dropp") as caught:
        NoiseChannel.load(tmp_path)
    assert caught.value.line is not None
