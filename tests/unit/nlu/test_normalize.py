from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.normalize import normalize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我 明天 还 一 千 二", "我明天还一千二"),
        ("好的,我明天还。", "好的 我明天还"),
        ("一千,二号", "一千 二号"),
        ("１，２００．５０元", "1200.50元"),
        ("1,200,300元", "1200300元"),
        ("12,15", "12 15"),
        ("尾号 1 2 3 4", "尾号1234"),
        ("1234 5678", "1234 5678"),
        ("OK 可以", "ok可以"),
        ("10:30", "10:30"),
        ("……呃——", "呃"),
        ("", ""),
        (" \t\n", ""),
    ],
)
def test_one_form_for_all_ways_of_writing(text: str, expected: str) -> None:
    assert normalize(text).text == expected


@given(st.text())
def test_every_character_of_the_form_points_into_the_original(text: str) -> None:
    heard = normalize(text)
    assert len(heard.offsets) == len(heard.text)
    assert list(heard.offsets) == sorted(heard.offsets)
    assert all(0 <= offset < len(text) for offset in heard.offsets)


@given(st.text(alphabet="我还一千二12,。 .元"))
def test_normalising_twice_changes_nothing_but_spacing(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).compact == normalize(text).compact
