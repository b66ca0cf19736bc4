"""Rules that only a walk can see broken, in a minimal flow: the debt, the answers and the promise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.flow import Flow, load_flow
from bot.dialogue.lint.finding import Finding, Severity
from bot.dialogue.lint.linter import lint, lint_flow, subject_of
from bot.dialogue.lint.places import Places
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from tests.unit.linting.minimal import FLOW_FILE, NAME, minimal_language
from tests.unit.linting.mutants import (
    COMMON,
    DORMANT,
    Change,
    add_move,
    change,
    common_move,
    copy_language,
    drop,
    findings,
    ids,
    move,
    new_step,
    step,
)


def told(tmp_path: Path, rule: str, file: str, *changes: Change) -> list[Finding]:
    """The findings of ``rule`` in the minimal flow, changed."""
    folder = minimal_language(tmp_path)
    for how in changes:
        change(folder, file, how)
    found = [finding for finding in findings(folder, NAME) if finding.id == rule]
    assert all(finding.line >= 1 and finding.file and finding.advice for finding in found)
    return found


def test_the_minimal_flow_breaks_none(tmp_path: Path) -> None:
    assert ids(minimal_language(tmp_path), NAME) == set()


# Read before identity


@pytest.mark.parametrize(
    ("file", "how", "name"),
    [
        pytest.param(FLOW_FILE, move("identity", 1, when="debt.days_past_due > 0"), "debt", id="guard"),
        pytest.param(FLOW_FILE, move("identity", 1, set={"amount": "debt.amount_due"}), "debt", id="set"),
        pytest.param(FLOW_FILE, move("identity", 1, when="not due"), "due", id="slot-that-reveals"),
        pytest.param(COMMON, common_move("anywhere", "ask_who", when="offer"), "offer", id="anywhere"),
        pytest.param(
            COMMON,
            common_move("stop_words", "death", when="broken_promise"),
            "broken_promise",
            id="stop-word",
        ),
        pytest.param(
            COMMON,
            lambda c: c["steps"]["digressed"]["moves"].insert(0, {"when": "least_amount", "to": "left"}),
            "least_amount",
            id="step-passed",
        ),
    ],
)
def test_the_debt_is_not_read_before_identity(tmp_path: Path, file: str, how: Change, name: str) -> None:
    found = told(tmp_path, "debt-read-before-identity", file, how)
    assert found
    assert all(f"{name!r} is read" in finding.message and finding.path for finding in found)


def test_behind_the_identity_check_it_may_be_read(tmp_path: Path) -> None:
    assert (
        told(tmp_path, "debt-read-before-identity", FLOW_FILE, move("day", 1, when="debt.amount_due")) == []
    )


# Answers


def test_without_a_repair_every_intent_needs_an_answer(tmp_path: Path) -> None:
    found = told(tmp_path, "unanswered-intent", COMMON, drop("anywhere", "unclear"))
    assert {
        f"in step {name!r} nothing answers hardship, not even a repair" for name in ("identity", "day")
    } <= {finding.message for finding in found}
    assert all(finding.severity is Severity.ERROR for finding in found)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(step("day", expects=["inform", "pay_now"]), id="no-move"),
        pytest.param(
            lambda c: (
                step("day", expects=["pay_now"])(c),
                add_move("day", {"intents": ["pay_now"], "when": "not identity_confirmed", "to": "promised"})(
                    c
                ),
            ),
            id="guard-never-holds",
        ),
    ],
)
def test_what_a_step_expects_it_takes(tmp_path: Path, how: Change) -> None:
    (found,) = told(tmp_path, "unanswered-intent", FLOW_FILE, how)
    assert found.message == "step 'day' expects pay_now and has no answer to it"
    assert found.severity is Severity.WARNING
    assert found.path[-1] == "[pay_now]"


# Coming back

ASIDE = {"say": ["silence_1"], "moves": [{"to": "return"}]}


def test_a_detour_that_asks_nothing_leads_back_to_every_question(tmp_path: Path) -> None:
    """Nothing counts how often it is taken, so at each of them the customer can go round for ever."""
    found = told(
        tmp_path,
        "unbounded-loop",
        COMMON,
        common_move("anywhere", "greet", to="aside", say=[]),
        new_step("aside", ASIDE),
    )
    rounds = {finding.message for finding in found}
    assert {f"the customer can go round {name} without limit" for name in ("identity", "day")} <= rounds
    assert all("aside" in finding.path for finding in found)


def test_a_step_that_asks_nothing_cannot_return_to_itself(tmp_path: Path) -> None:
    found = told(tmp_path, "dead-end", FLOW_FILE, move("day", 1, to="aside"), new_step("aside", ASIDE))
    assert [finding.message for finding in found] == [
        "in step 'aside' no move answers a return, with no question left to return to"
    ]


# Promises

BEFORE = "the promise is recorded before identity"
CHANGED = "the promise is recorded changes what was read back"
UNREAD = "what is promised can change without being read back again"


def open_slots(content: Any) -> None:
    """Slots that anyone may read: nothing but the promise itself is then in the way."""
    content["slots"] = {"amount": {}, "due": {}}


def to_readback(name: str, index: int) -> Change:
    return move(name, index, do=[], set={"due": "today", "amount": "1000"}, to="readback")


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        pytest.param([open_slots, to_readback("identity", 0)], {BEFORE}, id="before-identity"),
        pytest.param(
            [
                open_slots,
                new_step("other", {"ask": "identity_name", "moves": [{"intents": ["affirm"], "to": "day"}]}),
                to_readback("other", 0),
                add_move("identity", {"intents": ["third_party"], "to": "other"}),
            ],
            {BEFORE},
            id="round-the-check",
        ),
        pytest.param([move("readback", 0, set={"due": "none"})], {CHANGED, UNREAD}, id="day-lost"),
        pytest.param([move("readback", 0, set={"due": "today"})], {UNREAD}, id="new-day"),
        pytest.param([move("readback", 0, set={"amount": "debt.minimum_due"})], {UNREAD}, id="new-sum"),
        pytest.param(
            [add_move("readback", {"intents": ["pay_now"], "set": {"due": "today"}, "to": "stay"}, at=1)],
            {UNREAD},
            id="changed-and-not-asked-again",
        ),
    ],
)
def test_a_promise_is_what_the_right_party_said_yes_to(
    tmp_path: Path, changes: list[Change], messages: set[str]
) -> None:
    found = told(tmp_path, "missing-read-back", FLOW_FILE, *changes)
    assert {finding.message for finding in found} == messages
    assert all("readback" in finding.path for finding in found)


def _built(flow: Flow, prompts: PromptBook, folder: Path) -> list[Finding]:
    return lint_flow(subject_of(flow, prompts, Vocabulary.load(folder), Places(folder)))


def test_a_promise_elsewhere_is_told_where_it_is_made(tmp_path: Path) -> None:
    """The loader refuses it in a file."""
    folder = minimal_language(tmp_path)
    prompts = PromptBook.load(folder)
    flow = load_flow(folder, NAME, prompts)
    steps = {**flow.steps, "readback": flow.steps["readback"].model_copy(update={"reads_back": False})}
    found = _built(replace(flow, steps=steps), prompts, folder)
    assert {finding.id for finding in found} == {"missing-read-back"}
    assert "the promise is recorded outside of a step that reads_back" in {f.message for f in found}


# Flows that never speak of the debt


@pytest.mark.parametrize(
    "values", [{"ask": "ask_date"}, {"again": "ask_date"}, {"say": ["read_back_yes_or_no"]}]
)
def test_a_silent_flow_says_nothing_of_the_debt(values: dict[str, object]) -> None:
    """Not even to the right party. The loader refuses it in a file."""
    folder = language_dir("zh")
    prompts = PromptBook.load(folder)
    flow = load_flow(folder, "dormant-offer", prompts)
    steps = {**flow.steps, "invitation": flow.steps["invitation"].model_copy(update=values)}
    found = [f for f in _built(replace(flow, steps=steps), prompts, folder) if f.id == "debt-in-silent-flow"]
    assert {(finding.file.rpartition("/")[2], "invitation" in finding.path) for finding in found} == {
        ("dormant-offer.yml", True)
    }


def test_a_debt_flow_turned_silent_is_told_of_each_prompt(tmp_path: Path) -> None:
    folder = minimal_language(tmp_path)
    prompts = PromptBook.load(folder)
    found = _built(replace(load_flow(folder, NAME, prompts), speaks_of_debt=False), prompts, folder)
    said = {f.message.split("'")[1] for f in found if f.id == "debt-in-silent-flow"}
    assert {"minimal_day", "minimal_read_back"} <= said


def test_in_a_file_the_loader_refuses_it(tmp_path: Path) -> None:
    folder = copy_language(tmp_path)
    change(folder, DORMANT, step("invitation", ask="ask_date"))
    (found,) = lint(folder, ["dormant-offer"])
    assert found.id == "refused"
    assert "never speaks of it" in found.message
