"""Rules about all flows of a language together: each mutant adds exactly what it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from bot.dialogue.lint.linter import lint
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
    new_step,
)

MATTERS = "flows/parts/other-matters.yml"
NLU, UNDERSTANDING = "nlu.yml", "understanding.yml"
Told = set[tuple[str, str]]


def small_language(to: Path, keep: Iterable[str] = (MESSAGE, DORMANT)) -> Path:
    """A language of the two smallest flows alone: quick to walk whole."""
    folder = copy_language(to)
    for path in (folder / "flows").glob("*.yml"):
        if path.relative_to(folder).as_posix() not in {COMMON, *keep}:
            path.unlink()
    return folder


def told(folder: Path, flows: Iterable[str] = ()) -> Told:
    return {(finding.id, finding.message) for finding in lint(folder, list(flows))}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What the two flows leave unused of the whole language's prompts and intents."""
    return told(small_language(tmp_path_factory.mktemp("before")))


def unused(name: str) -> tuple[str, str]:
    return "unused-prompt", f"prompt {name!r} is never said"


def unhandled(name: str) -> tuple[str, str]:
    return "unhandled-intent", f"no step of any flow handles the intent {name!r}"


def unreachable(name: str) -> tuple[str, str]:
    return "unreachable-step", f"in no flow a way leads to step {name!r}"


LOST = {"say": ["silence_1"], "end": "silent"}
NEVER = "identity_confirmed and not identity_confirmed"


def new_intent(name: str) -> Change:
    return lambda content: content["nlu"].append({"intent": name, "examples": "- 今天天气怎么样\n"})


def new_prompt(name: str) -> Change:
    return lambda content: content["prompts"].update({name: {"say": "您好。"}})


@pytest.mark.parametrize(
    ("file", "how", "added"),
    [
        pytest.param(ANYWHERE, new_prompt("lost"), {unused("lost")}, id="new-prompt"),
        pytest.param(NLU, new_intent("ask_weather"), {unhandled("ask_weather")}, id="new-intent"),
        pytest.param(
            COMMON,
            drop("anywhere", "ask_repeat"),
            {unhandled("ask_repeat"), unused("answer_repeat")},
            id="move-dropped",
        ),
        pytest.param(
            COMMON,
            common_move("anywhere", "ask_repeat", when=NEVER),
            {unhandled("ask_repeat"), unused("answer_repeat")},
            id="guard-never-holds",
        ),
        pytest.param(COMMON, new_step("lost", LOST), {unreachable("lost")}, id="common-step"),
        pytest.param(
            MATTERS, lambda c: c.update(steps={"lost": LOST}), {unreachable("lost")}, id="part-step"
        ),
        pytest.param(
            COMMON,
            common_move("stop_words", "death", when=NEVER),
            {unreachable("deceased"), unused("close_deceased")},
            id="way-never-open",
        ),
    ],
)
def test_a_broken_rule_is_told_and_nothing_else(
    tmp_path: Path, before: Told, file: str, how: Callable[[object], object], added: Told
) -> None:
    folder = small_language(tmp_path)
    change(folder, file, how)
    assert told(folder) - before == added


def test_a_wider_intent_answers_for_a_narrower(tmp_path: Path, before: Told) -> None:
    folder = small_language(tmp_path)
    change(folder, NLU, new_intent("ask_weather"))
    change(folder, UNDERSTANDING, lambda c: c["falls_back_to"].update(ask_weather="ask_repeat"))
    assert told(folder) - before == set()


def test_what_one_flow_uses_is_used(tmp_path: Path, before: Told) -> None:
    """The way to a step that is for the right party alone leads through one of the two flows."""
    known = unreachable("calm_end")
    assert known not in before
    assert known in told(small_language(tmp_path, keep=[MESSAGE]))


def test_a_part_of_the_flows_tells_nothing_of_the_language(tmp_path: Path) -> None:
    folder = small_language(tmp_path)
    change(folder, ANYWHERE, new_prompt("lost"))
    change(folder, NLU, new_intent("ask_weather"))
    change(folder, COMMON, new_step("lost", LOST))
    change(folder, DORMANT, add_move("identity", {"intents": ["ask_weather"], "to": "not_them"}))
    assert told(folder, ["dormant-offer"]) == set()
