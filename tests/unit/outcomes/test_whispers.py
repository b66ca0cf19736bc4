"""What is whispered to a person before they take a call: the debt only of a right party."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.dialogue.brief import Brief, Debt, Party, unknown_caller
from bot.dialogue.gate import DebtLexicon
from bot.dialogue.speech import Speech
from bot.errors import DataFileError
from bot.language import language_dir
from campaigns.outcomes.whispers import FILE, load_handover

BRIEF = Brief(
    "长河消费金融",
    "4001234567",
    Party("王晓明", "先生"),
    Debt("信用卡", 123_450, 20_000, "CNY", date(2026, 2, 20), 10),
)
SPEECH = Speech.load(language_dir("zh"))


def test_a_person_is_told_who_it_is_and_what_it_is_about() -> None:
    told = load_handover("zh").whisper(BRIEF, SPEECH, right_party=True)
    assert all(word in told for word in ("王晓明先生", "信用卡", "1234元5角", "逾期10天", "请按1"))


def test_of_somebody_who_is_not_confirmed_nothing_is_told() -> None:
    words, lexicon = load_handover("zh"), DebtLexicon.load(language_dir("zh"))
    for brief in (BRIEF, unknown_caller("长河消费金融", "400")):
        told = words.whisper(brief, SPEECH, right_party=False)
        assert "未确认" in told
        assert "王晓明" not in told
        assert not any(word in told + words.sorry for word in lexicon.words)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("身份尚未确认", "身份尚未确认，有欠款", "may not say"),
        ("对方要求", "{{ party.name }}要求", "may not use party"),
        ("同事们现在都在忙", "您的{{ amount }}", "may not use amount"),
        ("{{ amount }}", "{{ amount", "handover.yml"),
        ("{{ days }}", "{{ income }}", "may not use income"),
        ('accept: "1"', 'accept: "12"', "accept"),
    ],
)
def test_words_that_would_tell_too_much_are_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "zh"
    shutil.copytree(language_dir("zh") / "lexicons", folder / "lexicons")
    text = (language_dir("zh") / FILE).read_text(encoding="utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=says):
        load_handover("zh", root=tmp_path)
