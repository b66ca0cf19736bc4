"""Every message in both languages, and numbers and dates in the manner of each."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from campaigns.console.access.permissions import Role, shipped_permissions
from campaigns.console.registry import all_pages, job_kinds
from campaigns.console.view.codes import ELSEWHERE, code_text, own_codes
from campaigns.console.view.collect import collected, lacking, update
from campaigns.console.view.formats import Formats
from campaigns.console.view.languages import LANGUAGES, LOCALES, catalogue_file, choose_language, translations
from campaigns.console.view.messages import MENU

PLACES = re.compile(r"%\((\w+)\)[sr]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_every_message_and_none_that_is_gone(language: str) -> None:
    with catalogue_file(language).open("rb") as file:
        kept = read_po(file, locale=str(LOCALES[language]))
    wanted = {message.id for message in collected() if message.id}
    assert {message.id for message in kept if message.id} == wanted, (
        "run: python -m campaigns.console.view.collect"
    )
    assert lacking(update(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_have_the_places_of_their_message(language: str) -> None:
    for message in update(language):
        if message.id:
            first = message.id[-1] if isinstance(message.id, (tuple, list)) else message.id
            texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            for text in texts:
                assert text
                assert set(PLACES.findall(text)) <= set(PLACES.findall(first)), first


def test_the_menu_and_the_codes_have_words() -> None:
    for page in all_pages():
        assert {entry.label for entry in page.menu} <= set(MENU)
    known = own_codes()
    assert set(shipped_permissions().actions) <= set(known["action"])
    assert {role.value for role in Role} == set(known["role"]) == set(known["role_note"])
    assert set(job_kinds()) <= set(known["job_kind"])


def test_a_code_that_nobody_knows_is_shown_as_it_is() -> None:
    for kind in (*ELSEWHERE, *own_codes()):
        for language in LANGUAGES:
            assert code_text(kind, "no_such_code", language) == "no_such_code"
            assert code_text(kind, None, language) == ""
    assert code_text("disposition", "no_answer", "zh") == "无人接听"


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("fr,en;q=0.5,zh;q=0.9", "zh"),
        ("en;q=0,zh;q=0.1", "zh"),
        ("fr", "zh"),
        ("", "zh"),
    ],
)
def test_the_browsers_language(accepted: str, chosen: str) -> None:
    assert choose_language(accepted, "zh") == chosen


@given(st.text())
def test_no_header_breaks_the_choice(accepted: str) -> None:
    assert choose_language(accepted, "en") in LANGUAGES


def test_formats() -> None:
    now = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    zh, en = (Formats(language, ZoneInfo("Asia/Shanghai"), now) for language in ("zh", "en"))
    assert (zh.money(123456, "CNY"), en.money(123456, "CNY")) == ("¥1,234.56", "CN¥1,234.56")
    assert zh.money(None, "CNY") == "–"
    assert (zh.time(now), zh.day(now), zh.clock(now)) == ("2026-03-03 04:30", "2026-03-03", "04:30:00")
    assert zh.day(date(2026, 3, 2)) == "2026-03-02"
    assert (zh.percent(1, 3), zh.percent(1, 0), zh.number(1234567)) == ("33.3%", "–", "1,234,567")
    assert (zh.seconds(125), zh.ago(datetime(2026, 3, 2, 18, 30, tzinfo=UTC))) == ("2:05", "2小时前")


def test_catalogues_are_not_each_other() -> None:
    assert translations("zh").ugettext("Sign in") == "登录"
    assert translations("en").ugettext("Sign in") == "Sign in"
