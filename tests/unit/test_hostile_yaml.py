"""Whatever stands in a data file, reading it ends soon: with its content, or file and line of the mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.datafile import lines_of, read_yaml
from bot.errors import DataFileError
from bot.yaml_bounds import DEEPEST, MOST_VALUES

MANY = 100_000
ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"b{n}: &b{n} {{<<: [{', '.join(['*' + (f'b{n - 1}' if n else 'a')] * 9)}]}}\n" for n in range(8)
)
PIECES = (
    "[", "]", "{", "}", "- ", "a: ", "&a ", "*a", "<<: ", "? ", "|", ">", "\n", "  ", "'", '"', "!!int ",
    "!!set ", "!!timestamp ", "!!binary ", "2026-13-45", "9" * 5000, "0x",
    "1:99", ".inf", "~", "#", "%YAML 1.1\n", "---\n", "\t", "好",
)  # fmt: skip


def write(folder: Path, text: str) -> Path:
    file = folder / "script.yml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("x: 1\ny: " + "[" * MANY, 2, f"more than {DEEPEST} deep"),
        ("- " * MANY + "a", 1, f"more than {DEEPEST} deep"),
        ("{a: " * MANY, 1, f"more than {DEEPEST} deep"),
        (ALIASES, 7, f"more than {MOST_VALUES:,} values"),
        (MERGES, 7, f"more than {MOST_VALUES:,} values"),
        ("a: &a\n  - *a\n", 2, "stands within what it stands for"),
        ("a: 1\nday: 2026-13-45\n", 2, "'2026-13-45' cannot be read"),
        ("a: " + "9" * 5000, 1, "cannot be read"),
        ("a: !!int x", 1, "'x' cannot be read"),
        ("a: !!timestamp x", 1, "'x' cannot be read"),
        ("a: *b", 1, "undefined alias"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) > 40 else value,
)
def test_what_would_end_or_hold_up_the_process_is_a_mistake_with_its_place(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    with pytest.raises(DataFileError, match=why) as caught:
        read_yaml(write(tmp_path, text))
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "script.yml"), line)
    assert len(str(caught.value)) < 400


def test_aliases_are_read_as_ever(tmp_path: Path) -> None:
    file = write(tmp_path, "a: &a {x: 1}\nb: [*a, *a]\n")
    assert read_yaml(file) == {"a": {"x": 1}, "b": [{"x": 1}, {"x": 1}]}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=60).map("".join))
def test_any_text_is_read_or_is_a_mistake(tmp_path: Path, text: str) -> None:
    file = tmp_path / "script.yml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_yaml(file)
        lines_of(file)("a", 0)
    except DataFileError as error:
        assert str(file) in str(error)  # noqa: PT017 - it may be read as well


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=8)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | WORDS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
        max_leaves=20,
    )
)
def test_what_a_program_wrote_is_read_back(tmp_path: Path, content: object) -> None:
    assert read_yaml(write(tmp_path, yaml.safe_dump(content, allow_unicode=True))) == content
