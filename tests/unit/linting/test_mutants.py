"""Each rule broken on purpose, in several ways: the linter tells exactly that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.linting.mutants import (
    ANYWHERE,
    COMMON,
    DORMANT,
    MESSAGE,
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
    unguarded,
)

SMALL = {MESSAGE: "third-party-message", DORMANT: "dormant-offer"}


MUTANTS: list[tuple[str, str, Change, str]] = [
    # debt before identity: words of it in a prompt, or a private prompt on the way
    (
        ANYWHERE,
        MESSAGE,
        lambda c: (
            c["prompts"]["answer_who_before"].update(say="有一笔欠款要谈。")
            if "answer_who_before" in c["prompts"]
            else c["prompts"]["silence_1"].update(say="您的欠款还在。")
        ),
        "debt-before-identity",
    ),
    (
        ANYWHERE,
        MESSAGE,
        lambda c: c["prompts"]["unclear_2"].update(say="您欠的1000元"),
        "debt-before-identity",
    ),
    (
        DORMANT,
        DORMANT,
        add_move("identity", {"intents": ["inform"], "to": "invite"}),
        "debt-read-before-identity",
    ),
    (DORMANT, DORMANT, move("identity", 5, to="invitation"), "debt-before-identity"),
    # dead ends
    (COMMON, MESSAGE, drop("anywhere", "silence"), "dead-end"),
    (COMMON, MESSAGE, drop("anywhere", "unclear"), "dead-end"),
    (
        MESSAGE,
        MESSAGE,
        step("relay", moves=[{"intents": ["affirm"], "to": "return", "say": ["silence_1"]}]),
        "dead-end",
    ),
    # unreachable steps
    (
        MESSAGE,
        MESSAGE,
        new_step("lost", {"ask": "ask_relay", "moves": [{"intents": ["any"], "to": "relay"}]}),
        "unreachable-step",
    ),
    (MESSAGE, MESSAGE, new_step("lost", {"say": ["silence_1"], "end": "silent"}), "unreachable-step"),
    (DORMANT, DORMANT, move("invite", 0, when="invitation and not identity_confirmed"), "unreachable-step"),
    # intents
    (MESSAGE, MESSAGE, move("present", 0, intents=["confirm_identiti"]), "unknown-intent"),
    (MESSAGE, MESSAGE, step("present", expects=["afirm"]), "unknown-intent"),
    (COMMON, MESSAGE, common_move("stop_words", "death", stop_words=["deaths"]), "unknown-intent"),
    (MESSAGE, MESSAGE, step("relay", expects=["pay_now"]), "unanswered-intent"),
    # unset slots
    (MESSAGE, MESSAGE, move("relay", 1, to="message_with_time"), "unset-slot"),
    (MESSAGE, MESSAGE, move("relay", 0, entities=[]), "unset-slot"),
    (DORMANT, DORMANT, move("invite", 0, when="today"), "unset-slot"),
    # unbounded loops
    (MESSAGE, MESSAGE, add_move("relay", {"intents": ["affirm"], "to": "present"}), "unbounded-loop"),
    (COMMON, MESSAGE, unguarded("anywhere", "silence"), "unbounded-loop"),
    (COMMON, MESSAGE, unguarded("anywhere", "ask_wait"), "unbounded-loop"),
    (DORMANT, DORMANT, move("invite", 1, to="invite"), "unbounded-loop"),
    # self-harm
    (COMMON, MESSAGE, common_move("stop_words", "self_harm", to="complaint"), "self-harm"),
    (COMMON, MESSAGE, common_move("stop_words", "self_harm", do=[]), "self-harm"),
    (COMMON, MESSAGE, drop("stop_words", "self_harm"), "self-harm"),
    (COMMON, MESSAGE, common_move("stop_words", "self_harm", when="identity_confirmed"), "self-harm"),
    (COMMON, MESSAGE, move("stay_with_them", 2, when="silences >= 2"), "self-harm"),
    # the truth on being a robot
    (COMMON, MESSAGE, common_move("anywhere", "ask_robot", say=["silence_1"]), "untruthful"),
    (COMMON, MESSAGE, drop("anywhere", "ask_robot"), "untruthful"),
    (COMMON, MESSAGE, move("stay_with_them", 0, say=["support_listen"]), "untruthful"),
    (
        ANYWHERE,
        MESSAGE,
        lambda c: c["prompts"]["answer_robot"].update(say=["我是真人。", "我不是机器人。"]),
        "untruthful",
    ),
    # disclosures
    (
        ANYWHERE,
        MESSAGE,
        lambda c: c["prompts"]["closing_label"].update(interruptible=True),
        "interruptible-disclosure",
    ),
]


@pytest.mark.parametrize(
    ("file", "flow", "how", "rule"),
    [pytest.param(*mutant, id=f"{mutant[3]}-{number}") for number, mutant in enumerate(MUTANTS)],
)
def test_a_broken_rule_is_told(tmp_path: Path, file: str, flow: str, how: Change, rule: str) -> None:
    folder = copy_language(tmp_path)
    change(folder, file, how)
    found = findings(folder, SMALL[flow])
    told = [finding for finding in found if finding.id == rule]
    assert told, [f"{finding.id}: {finding.message}" for finding in found]
    assert all(finding.line >= 1 and finding.file and finding.advice for finding in told)


@pytest.mark.parametrize("flow", SMALL.values())
def test_what_ships_breaks_none(tmp_path: Path, flow: str) -> None:
    assert ids(copy_language(tmp_path), flow) == set()
