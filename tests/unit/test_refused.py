"""What pydantic refuses is said in the language of who reads it, by its kind, not by its sentence."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from bot.datafile import load_model
from bot.errors import DataFileError
from campaigns.console.view.saying import said
from campaigns.errors import SettingsError
from campaigns.mistakes import MISTAKES
from campaigns.refused import told_of
from campaigns.settings import create_home, load_settings

KNOWN: dict[str, Any] = {each["type"]: each for each in list_all_errors()}
OF_PYDANTIC_ITSELF = {"path_type"}
PLACE = re.compile(r"%\((\w+)\)s")


class Form(BaseModel):
    """Something with a rule of every usual kind."""

    model_config = ConfigDict(extra="forbid")

    count: Annotated[int, Field(ge=1, le=9)] = 1
    share: float = 0.5
    day: date = date(2026, 3, 2)
    word: Annotated[str, StringConstraints(min_length=2, max_length=4, pattern="^[a-z]+$")] = "ab"
    kind: Literal["a", "b", "c"] = "a"
    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)] = ("x",)
    on: bool = True
    more: dict[str, int] = Field(default_factory=dict)


@pytest.mark.parametrize("kind", sorted(MISTAKES))
def test_every_mistake_is_one_of_pydantics_with_its_values_and_has_chinese_words(kind: str) -> None:
    template = MISTAKES[kind].template
    assert kind in KNOWN or kind in OF_PYDANTIC_ITSELF
    given = KNOWN.get(kind, {}).get("example_context") or {}
    assert set(PLACE.findall(template)) <= set(given)
    chinese = said(template, "zh")
    assert chinese != template
    assert PLACE.findall(chinese) == PLACE.findall(template)


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        ({"count": 10}, "Input should be less than or equal to 9", "不得大于 9"),
        ({"count": "many"}, "unable to parse string as an integer", "须为整数"),
        ({"share": "much"}, "unable to parse string as a number", "须为数值"),
        ({"day": "2026-13-01"}, "format YYYY-MM-DD", "须为 YYYY-MM-DD 格式的有效日期"),
        ({"word": "a"}, "of length 2", "长度不得少于 2"),
        ({"word": "abcde"}, "of length 4", "长度不得超过 4"),
        ({"word": "AB"}, "'^[a-z]+$'", "格式不符"),
        ({"kind": "d"}, "one of 'a', 'b', 'c'", "须为以下值之一：'a'、'b'、'c'"),
        ({"names": []}, "There are 0 entries", "现有 0 项，至少须有 1 项"),
        ({"names": ["x", "y", "z"]}, "at most 2 entries", "不得超过 2 项"),
        ({"on": "perhaps"}, "valid boolean", "须为 true 或 false"),
        ({"more": 3}, "should be an object", "须为键值对象"),
        ({"cuont": 3}, "there is no such key", "没有此项，请检查拼写"),
    ],
)
def test_a_mistake_is_said_in_both_languages(given: dict[str, Any], english: str, chinese: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Form.model_validate(given)
    told = told_of(refused.value.errors()[0])
    assert english in str(told)
    assert said(told, "en") == str(told)
    assert chinese in said(told, "zh")


def test_a_kind_that_has_no_words_is_told_in_pydantics_own() -> None:
    told = told_of({"type": "uuid_parsing", "msg": "Input should be a valid UUID", "ctx": {"error": "x"}})
    assert said(told, "zh") == "Input should be a valid UUID"


def test_a_mistake_in_a_data_file_is_said_after_its_place(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("share: 0.5\ncuont: 3\nword: a\n", encoding="utf-8")
    with pytest.raises(DataFileError) as refused:
        load_model(path, Form)
    assert str(refused.value) == f"{path}:2: cuont: there is no such key; is it misspelt? (and 1 more)"
    assert said(refused.value, "zh") == f"{path}:2: cuont：没有此项，请检查拼写（另有 1 处）"
    assert said(refused.value, "en") == str(refused.value)


def test_what_is_no_mistake_of_a_model_stays_as_it_is_worded() -> None:
    error = DataFileError("a.yml", "this key stands twice", line=3, key="b")
    assert said(error, "en") == "a.yml:3: b: this key stands twice" == str(error)
    assert said(error, "zh") == "a.yml:3: b：this key stands twice"


def test_a_wrong_setting_is_said_with_its_file(tmp_path: Path) -> None:
    create_home(tmp_path)
    path = tmp_path / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('log_level = "info"', 'log_level = "loud"'))
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path)
    assert str(refused.value).startswith(f"{path}: log_level: Input should be one of 'debug'")
    assert said(refused.value, "zh").startswith(f"{path}: log_level：须为以下值之一：'debug'、")
