"""Rules the loader refuses to be broken in a file hold for a flow built in any other way too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialogue.flow import Flow, load_flow
from bot.dialogue.lint.checks.disclosures import closing_label, disclosure
from bot.dialogue.lint.checks.promises import read_back
from bot.dialogue.lint.events import Events
from bot.dialogue.lint.graph import Graph
from bot.dialogue.lint.linter import lint
from bot.dialogue.lint.places import Places
from bot.dialogue.lint.subject import Check, Subject
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from tests.unit.linting.mutants import ANYWHERE, OPENING, change, copy_language

FOLDER = language_dir("zh")
PROMPTS = PromptBook.load(FOLDER)
VOCABULARY = Vocabulary.load(FOLDER)
FLOW = load_flow(FOLDER, "repayment-reminder", PROMPTS)


def told(check: Check, flow: Flow = FLOW, prompts: PromptBook = PROMPTS) -> list[str]:
    subject = Subject(flow, prompts, VOCABULARY, Places(FOLDER), Graph(), Events(flow, VOCABULARY))
    return [finding.id for finding in check(subject)]


def with_prompt(name: str, **values: object) -> PromptBook:
    changed = replace(PROMPTS[name], **values)  # type: ignore[arg-type]
    return PromptBook({**PROMPTS.prompts, name: changed}, PROMPTS.speech)


def with_read_back(**values: object) -> Flow:
    name = next(name for name, step in FLOW.steps.items() if step.reads_back)
    return replace(FLOW, steps={**FLOW.steps, name: FLOW.steps[name].model_copy(update=values)})


@pytest.mark.parametrize("check", [disclosure, closing_label, read_back])
def test_what_ships_holds(check: Check) -> None:
    assert told(check) == []


@pytest.mark.parametrize("missing", range(3))
def test_every_disclosure_must_be_made(missing: int) -> None:
    left = tuple(name for i, name in enumerate(FLOW.disclosures) if i != missing)
    assert told(disclosure, replace(FLOW, disclosures=left)) == ["missing-disclosure"]


@pytest.mark.parametrize("name", FLOW.disclosures)
def test_no_disclosure_can_be_talked_over(name: str) -> None:
    assert told(disclosure, prompts=with_prompt(name, interruptible=True)) == ["interruptible-disclosure"]


@pytest.mark.parametrize("words", ["我是人工智能语音助手。", "声音是合成的。", "您好。"])
def test_the_label_needs_both_its_elements(words: str) -> None:
    assert told(disclosure, prompts=with_prompt(FLOW.disclosures[1], sources=(words,))) == [
        "missing-disclosure"
    ]


def test_the_institution_must_be_named() -> None:
    broken = with_prompt(FLOW.disclosures[0], variables=frozenset[str]())
    assert told(disclosure, prompts=broken) == ["missing-disclosure"]


def test_every_call_ends_with_the_label() -> None:
    assert told(closing_label, replace(FLOW, closing=())) == ["missing-closing-label"]
    assert "missing-closing-label" in told(closing_label, replace(FLOW, closing=("silence_1",)))


@pytest.mark.parametrize(
    "values", [{"reads_back": False}, {"ask": "ask_date"}, {"again": "ask_date"}], ids=lambda v: str(v)
)
def test_a_promise_needs_its_read_back(values: dict[str, object]) -> None:
    assert set(told(read_back, with_read_back(**values))) == {"missing-read-back"}


@pytest.mark.parametrize(
    ("file", "how"),
    [
        (OPENING, lambda c: c["prompts"]["disclose_ai"].update(say="我是语音助手小融。")),
        (OPENING, lambda c: c["prompts"]["disclose_recording"].update(interruptible=True)),
        (ANYWHERE, lambda c: c["prompts"]["closing_label"].update(say="再见。")),
    ],
)
def test_what_the_loader_refuses_is_a_finding(
    tmp_path: Path, file: str, how: Callable[[object], object]
) -> None:
    folder = copy_language(tmp_path)
    change(folder, file, how)
    assert {finding.id for finding in lint(folder, ["third-party-message"])} == {"refused"}
