"""Messages come in the language of who reads them, whatever room they are from."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.reasons import Reason, message_of
from campaigns.console.view.collect import BUSINESS, ELSEWHERE, SAID
from campaigns.console.view.saying import said
from campaigns.dialing.audience import Audience
from campaigns.dialing.fitting import fit, shipped_fits
from campaigns.errors import ConflictError, ImportFileError, StoreError
from campaigns.refused import wrong_in
from campaigns.said import Code, Said, WrongValue, of_data


def test_an_error_of_another_room_is_said_in_both_languages() -> None:
    error = ConflictError("campaign %(campaign)r is %(state)s, not paused", campaign="x",
                          state=Code("campaign", "running"))  # fmt: skip
    assert str(error) == "campaign 'x' is running, not paused"
    assert said(error, "en") == "campaign 'x' is running, not paused"
    assert said(error, "zh") == "活动“x”的状态是“运行中”，并未暂停"


def test_messages_within_messages_and_lists_are_put_into_the_language() -> None:
    with pytest.raises(ConflictError) as refused:
        fit("later-stage", Audience(min_days_past_due=1, max_days_past_due=30), shipped_fits(),
            speaks_of_debt=True)  # fmt: skip
    told = said(refused.value, "zh")
    assert "逾期 31 至 90 天" in told
    assert "逾期 1 至 30 天" in told
    assert not set(told) & set("abcdefghijklmnopqrstuvwxyz")
    nested = ImportFileError(
        "%(file)s: %(error)s", file="a.csv", error=ImportFileError("%(file)s is empty", file="b")
    )
    assert said(nested, "zh") == "a.csv：b 是空文件"


def test_what_pydantic_refuses_is_said_without_its_own_words() -> None:
    with pytest.raises(ValidationError) as refused:
        CampaignWindow.model_validate({"hours": {"mon": [["12:00", "09:00"]]}})
    told = wrong_in(refused.value)
    assert str(told) == "the window must start before it ends, not 12:00-09:00"
    assert said(told, "zh") == "开始时间须早于结束时间：12:00-09:00"
    with pytest.raises(ValidationError) as other:
        TypeAdapter(int).validate_python("x")
    assert "type=" not in str(wrong_in(other.value))


def test_a_reason_is_text_in_the_houses_language_and_words_in_the_readers() -> None:
    told = message_of(Reason.LEDGER_GAP, "zh")
    assert said(told, "en") != str(told)
    assert said(told, "zh") == str(told)


@given(st.text(max_size=40), st.text(max_size=20))
def test_own_words_are_kept_as_they_are(text: str, who: str) -> None:
    assert said(Said(text), "en") == text
    assert str(Said("stopped by %(who)s", who=who)) == f"stopped by {who}"
    assert said(text, "en") == text


VALUES = st.recursive(
    st.text() | st.integers() | st.builds(Code, st.just("campaign"), st.text(max_size=9)),
    lambda inner: st.builds(lambda value: Said("by %(it)s", it=value), inner),
    max_leaves=4,
)


@given(VALUES)
def test_a_message_comes_back_from_the_store_as_it_was(value: object) -> None:
    message = Said("it is %(value)s and %(many)s", value=value, many=(Said("any"), Said("not yet late")))
    again = of_data(message.to_data())
    assert str(again) == str(message)
    assert said(again, "zh") == said(message, "zh")


def test_nothing_is_no_message() -> None:
    assert said(None, "zh") == said("", "zh") == ""
    assert said(StoreError("100 % gone"), "zh") == "100 % gone"
    assert str(WrongValue("no hour is left to call in")) == "no hour is left to call in"


def _calls(path: Path) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in SAID
        and node.args
    ]


def test_no_message_that_a_page_may_show_is_put_together_in_english() -> None:
    glued = [
        f"{place}:{call.lineno}"
        for path in sorted(BUSINESS.rglob("*.py"))
        if not (place := path.relative_to(BUSINESS).as_posix()).startswith(ELSEWHERE)
        for call in _calls(path)
        if isinstance(call.args[0], ast.JoinedStr)
    ]
    assert glued == []


def test_every_message_finds_its_values() -> None:
    for path in sorted(BUSINESS.rglob("*.py")):
        for call in _calls(path):
            first = call.args[0]
            if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                continue
            if call.keywords and all(each.arg for each in call.keywords):
                assert first.value % {each.arg: "x" for each in call.keywords}, f"{path}:{call.lineno}"
