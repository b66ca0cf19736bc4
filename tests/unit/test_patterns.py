"""Regular expressions of authors: every question ends, and what was not found out is the safe answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import patterns
from bot.dialogue.lexicon import Lexicon
from bot.errors import DataFileError
from bot.nlu.patterns import compiled, filled
from bot.patterns import LONGEST, Pattern, WrongPattern, pattern_of

ENDLESS = "(?:真的|真|的)*没钱"
STAMMER = "真的" * 400 + "有，没钱"
ORDINARY = ("还", "^(?:好|行)+$", "(?<!不)还(?!款)", "(?P<n>[0-9]+)元", "一?", "[一二三]+|号")


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Pattern:
    monkeypatch.setattr(patterns, "ASKED_S", 0.01)
    return pattern_of(ENDLESS)


def test_what_takes_too_long_counts_as_not_there_and_is_logged(
    endless: Pattern, caplog: pytest.LogCaptureFixture
) -> None:
    assert endless.search(STAMMER) is None
    assert endless.match(STAMMER, 2) is None
    assert list(endless.finditer(STAMMER)) == []
    assert endless.sub("x", STAMMER) == STAMMER
    assert len(caplog.messages) == 4
    assert all(ENDLESS in message and STAMMER[:40] not in message for message in caplog.messages)


def test_what_may_not_be_said_counts_as_there(endless: Pattern) -> None:
    assert endless.forbids(STAMMER) == ENDLESS
    assert endless.forbids("我真的没钱") == "真的没钱"
    assert endless.forbids("好的") is None
    assert list(Lexicon(words=["x"], patterns=[ENDLESS]).forbidden(STAMMER)) == [ENDLESS]


@given(st.sampled_from(ORDINARY), st.text("好行不还款12元一二三号 ", max_size=30))
def test_it_finds_what_pythons_own_does(source: str, text: str) -> None:
    ours, theirs = pattern_of(source), re.compile(source)
    assert [each.span() for each in ours.finditer(text)] == [each.span() for each in theirs.finditer(text)]
    assert ours.sub("<>", text) == theirs.sub("<>", text)
    found, wanted = ours.search(text), theirs.search(text)
    assert (found and found.groupdict()) == (wanted and wanted.groupdict())


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("(", "not a regular expression"),
        ("(?P<a>x)(?P<a>y)", "not a regular expression"),
        ("a" * (LONGEST + 1), "at most"),
        ("(" * 5_000 + ")" * 5_000, "too many groups|not a regular expression"),
        ("a{99999999999999999999}", "not a regular expression"),
    ],
)
def test_what_is_none_is_told_with_its_file_and_key(source: str, why: str) -> None:
    with pytest.raises(WrongPattern, match=why):
        pattern_of(source)
    with pytest.raises(DataFileError, match=f"f.yml: rules: .*(?:{why})"):
        compiled(source, "f.yml", "rules")


def test_names_are_put_in_their_places_and_nothing_else_is_done() -> None:
    assert filled("{n}[0-9]{{1,2}}号", {"n": "[一二]"}) == "[一二][0-9]{1,2}号"
    for hostile in ("{n:9999999999}", "{n!r}", "{n.__class__}", "{n[0]}", "{}", "{m}", "{n:{n}}"):
        with pytest.raises(ValueError, match="there is no"):
            filled(hostile, {"n": "x"})
