"""A mistake in a dialogue file is told with file, line and key; the rules no author may write around hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.dialogue.flow import flow_names, load_flow
from bot.errors import DataFileError
from bot.language import language_dir

FLOW, COMMON = "flows/repayment-reminder.yml", "flows/common.yml"
IDENTITY, TALKS = "flows/parts/identity.yml", "flows/parts/negotiation.yml"
OPENING, ANYWHERE = "prompts/opening.yml", "prompts/anywhere.yml"


@pytest.fixture
def language(tmp_path: Path) -> Path:
    copy = tmp_path / "zh"
    source = language_dir("zh")
    for part in ("flows", "prompts", "lexicons"):
        shutil.copytree(source / part, copy / part)
    shutil.copy(source / "speech.yml", copy)
    return copy


@pytest.mark.parametrize(
    ("file", "written", "instead", "message"),
    [
        (IDENTITY, "to: purpose}", "to: purpos}", "no step 'purpos'"),
        (FLOW, "start: identity", "start: identiti", "no step 'identiti'"),
        (TALKS, "ask: ask_plan", "ask: ask_plam", "no prompt 'ask_plam'"),
        (FLOW, "when: debt.days_past_due > 0", "when: debt.days_past_due >", "not an expression"),
        (
            FLOW,
            "when: debt.days_past_due > 0",
            "when: deb.days_past_due > 0",
            "not exist: deb",
        ),
        (TALKS, "set: {due: today}", "set: {duo: today}", "slot 'duo' is not declared"),
        (TALKS, "end: refused", "end: gave_up", "Input should be"),
        (TALKS, "do: [record_promise]", "do: [record_promises]", "Input should be"),
        (TALKS, "ask: ask_plan", "asks: ask_plan", "no such key"),
        (
            FLOW,
            "disclose_ai, disclose_recording",
            "disclose_recording, disclose_ai",
            "must disclose",
        ),
        (FLOW, "disclose_institution, disclose_ai", "disclose_ai", "must disclose"),
        (
            TALKS,
            'intents: [affirm], when: "not plan',
            'intents: [affirm, inform], when: "not plan',
            "clear yes",
        ),
        (TALKS, "reads_back: true", "reads_back: false", "clear yes"),
        (
            FLOW,
            "{say: [purpose_upcoming], to: plan}",
            "{when: today, say: [purpose_upcoming], to: plan}",
            "no guard",
        ),
        (FLOW, "parts: [identity", "parts: [identities", "no part 'identities'"),
        (FLOW, "  purpose:", "  plan:", "has this step too"),
        (FLOW, "start: identity", "start: identity\ndebt: false", "this flow never speaks of it"),
        (COMMON, "wait_s: 30, to: stay", "wait_s: 30, to: return", "only who stays can wait"),
        (COMMON, "digressed: digressed", "digressed: confirm_stop", "asks nothing"),
        (COMMON, "wind_up: wound_up", "wind_up: confirm_stop", "end step"),
        (COMMON, "closing: [closing_label]", "closing: [closing_label, answer_amount]", "reveals the debt"),
        (COMMON, "closing: [closing_label]", "closing: [answer_repeat]", "voice is artificial"),
        (
            COMMON,
            "say: [support_listen], to: stay",
            "say: [support_listen], to: left",
            "left on silence only",
        ),
        (OPENING, "您听到的声音由人工智能合成", "您听到的声音很好听", "生成 or 合成"),
        (OPENING, "    interruptible: false\n", "", "a disclosure is not interruptible"),
        (OPENING, "这里是{{ institution }}", "这里是{{ institution }", "not a Jinja2 template"),
        (OPENING, "这里是{{ institution }}", "这里是{{ debt.product }}", "reveals nothing of the debt"),
        (ANYWHERE, "  answer_robot:", "  identity_name:", "another file has this prompt too"),
    ],
)
def test_a_mistake_is_found_and_located(
    language: Path, file: str, written: str, instead: str, message: str
) -> None:
    path = language / file
    text = path.read_text(encoding="utf-8")
    assert written in text
    path.write_text(text.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_flow(language, "repayment-reminder")
    assert message in str(caught.value)
    assert caught.value.line is not None
    assert caught.value.key is not None


def test_an_unknown_flow_is_told_with_those_there_are(language: Path) -> None:
    with pytest.raises(DataFileError, match="repayment-reminder"):
        load_flow(language, "no-such-flow")


def test_the_version_changes_with_what_is_said(language: Path) -> None:
    before = load_flow(language, "repayment-reminder").version
    assert load_flow(language, "repayment-reminder").version == before
    path = language / OPENING
    path.write_text(path.read_text(encoding="utf-8").replace("会录音", "会被录音"), encoding="utf-8")
    assert load_flow(language, "repayment-reminder").version != before


def test_only_whole_flows_are_listed(language: Path) -> None:
    assert flow_names(language) == [
        "broken-promise",
        "dormant-offer",
        "due-reminder",
        "inbound",
        "later-stage",
        "repayment-reminder",
        "third-party-message",
    ]
