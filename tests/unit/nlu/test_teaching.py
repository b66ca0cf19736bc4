from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import DataFileError
from bot.nlu.normalize import normalize
from bot.nlu.teaching import lesson, teach
from bot.nlu.training_data import Example, load_training_data

SMALL = """\
# Kept as it is.
version: "3.1"
nlu:
  - intent: affirm   # a yes
    examples: |
      - 是的
      - 对

  - intent: deny
    examples: |
      - 不是
"""
TEXTS = st.text("还钱今天明后不是对好行没有再说", min_size=1, max_size=8)
LABELS = st.lists(st.tuples(TEXTS, st.sampled_from(["affirm", "deny"])), max_size=8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "nlu.yml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def test_examples_join_their_intent_and_the_rest_stays(path: Path) -> None:
    taught = lesson(path, [Example("没毛病", "affirm"), Example("才不是", "deny"), Example("没错", "affirm")])
    teach(path, taught)
    assert path.read_text(encoding="utf-8") == SMALL.replace(
        "- 对\n", "- 对\n      - 没毛病\n      - 没错\n"
    ).replace("- 不是\n", "- 不是\n      - 才不是\n")


def test_a_last_line_without_an_end_is_ended(path: Path) -> None:
    path.write_text(SMALL.rstrip("\n"), encoding="utf-8")
    teach(path, lesson(path, [Example("才不是", "deny")]))
    assert [e.text for e in load_training_data(path)] == ["是的", "对", "不是", "才不是"]


def test_what_is_there_already_is_left_out(path: Path) -> None:
    taught = lesson(
        path,
        [Example("是的。", "affirm"), Example("对", "deny"), Example("行", "deny"), Example("行", "affirm")],
    )
    assert taught.known == (Example("是的。", "affirm"),)
    assert taught.new == (Example("行", "deny"),)
    assert taught.contrary == ((Example("对", "deny"), "affirm"), (Example("行", "affirm"), "deny"))


@pytest.mark.parametrize(
    ("example", "says"),
    [
        (Example("嗯", "yes"), "no intent 'yes'"),
        (Example("[嗯](x)", "affirm"), "cannot be an example"),
        (Example("。", "affirm"), "cannot be an example"),
        (Example("一行\n  - 两行", "affirm"), "cannot be an example"),
    ],
)
def test_a_label_that_is_wrong_is_told_and_nothing_written(path: Path, example: Example, says: str) -> None:
    with pytest.raises(DataFileError, match=says):
        lesson(path, [example])
    assert path.read_text(encoding="utf-8") == SMALL


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(LABELS)
def test_the_file_can_be_read_with_all_that_is_new(path: Path, labels: list[tuple[str, str]]) -> None:
    path.write_text(SMALL, encoding="utf-8")
    taught = lesson(path, [Example(text, intent) for text, intent in labels])
    teach(path, taught)
    there = {normalize(e.text).compact: e.intent for e in load_training_data(path)}
    assert len(there) == 3 + len(taught.new)
    assert all(there[normalize(e.text).compact] == e.intent for e in taught.new)
    assert len(taught.new) + len(taught.known) + len(taught.contrary) == len(labels)


def test_the_shipped_file_takes_examples(zh: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(zh / "nlu.yml", tmp_path))
    before = load_training_data(path)
    intents = sorted({example.intent for example in before})
    new = [Example(f"从来没人这么说过{n}{intent}", intent) for n, intent in enumerate(intents)]
    teach(path, lesson(path, new))
    assert set(load_training_data(path)) == {*before, *new}
