"""Regular expressions that could hold up a call are found before they are published, and only those."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import patterns
from bot.dialogue.lint.expressions import EXPRESSIONS, endless
from bot.dialogue.lint.patience import goes_on_for_ever
from bot.language import language_dir
from bot.nlu.entities import EntityFinder
from bot.nlu.normalize import normalize
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules
from bot.tts.reading import Reading
from tests.unit.linting.mutants import copy_language

ZH = language_dir("zh")


@pytest.mark.parametrize(
    ("source", "goes_on"),
    [
        ("(?:a|a)*b", "a"),
        ("(?:还款|还|款)*我", "还款"),
        ("^(?:好的|好|的)+(?:吧)?$", "好的"),
        ("最近(?:真的|真|的)*(?:没钱|拿不出)", "真的"),
        ("(?:x(?:真的|真|的)*y|z)", "真的"),
    ],
)
def test_what_can_go_on_for_ever_is_found(source: str, goes_on: str) -> None:
    found = goes_on_for_ever(source)
    assert found is not None
    assert set(found) <= set(goes_on)


@pytest.mark.parametrize(
    "source",
    [
        "还款", ".*还.*款", "(?:真|的)*没钱", "^(?:好|行)+(?:吧|啊)?$", r"[0-9]{1,3}(?:,[0-9]{3})*元",
        "(?>(?:真的|真|的)*)没", "(?:一|二)+(?:号|日)(?!码)", "(?:a|b|c)*", r"\(\*[)+]",
        "(?<!不)(?:会|想)*还(?=款)", "(?P<n>[0-9]+)(?:(?P=n))*x",
    ],
)  # fmt: skip
def test_what_ends_is_not(source: str) -> None:
    assert goes_on_for_ever(source) is None


def test_what_ships_ends() -> None:
    assert list(endless(ZH)) == []


def test_every_file_with_expressions_is_looked_through() -> None:
    for name, locations in EXPRESSIONS.items():
        assert (ZH / name).is_file()
        assert locations


def test_one_that_an_author_writes_is_told_with_file_and_line(tmp_path: Path) -> None:
    folder = copy_language(tmp_path)
    file = folder / "understanding.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("(?:是|真|也|都|", "(?:是|真的|真|也|都|", 1), encoding="utf-8")
    (found,) = endless(folder)
    assert found.file.endswith("zh/understanding.yml")
    assert "真的|真|也" in file.read_text(encoding="utf-8").splitlines()[found.line - 1]
    assert (found.id, found.severity) == ("endless-expression", "error")
    assert "'真的'" in found.message


@pytest.fixture(scope="module")
def loaded() -> tuple[SureRules, StopWords, Reading, EntityFinder]:
    zone = ZoneInfo("Asia/Shanghai")
    return SureRules.load(ZH), StopWords.load(ZH), Reading.load(ZH), EntityFinder.load(ZH, zone)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("的真就是说好不我还钱一二十点号 ", min_size=1, max_size=4), min_size=1, max_size=3),
    st.integers(1, 60),
)
def test_no_sentence_holds_up_a_call(
    loaded: tuple[SureRules, StopWords, Reading, EntityFinder], parts: list[str], times: int
) -> None:
    """Nothing is left because it took too long, however a recogniser stammers."""
    late: list[str] = []
    rules, stop_words, reading, entities = loaded
    said = "最近" + "".join(part * times for part in parts) + "吧"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns._log, "warning", lambda _words, source: late.append(source))
        heard = normalize(said)
        found = entities.find(heard, datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
        rules.intent(heard, found, datetime(2026, 3, 2, tzinfo=UTC).date())
        rules.vetoed(heard.compact)
        stop_words.find(heard.compact)
        reading.read(said)
    assert late == []
