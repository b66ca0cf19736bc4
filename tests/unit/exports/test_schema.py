"""Every column of an export is documented, and comes from somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campaigns.outcomes.exports.masking import health_codes, masked_name, shows
from campaigns.outcomes.exports.schema import DATASETS, PERSONAL, Field, Kind
from campaigns.store.exports.sources import SOURCES

DOCS = Path(__file__).parents[3] / "docs" / "exports.md"


def documented() -> dict[str, list[tuple[str, str]]]:
    """Columns and types by dataset, as the page has them."""
    sections = re.split(r"^## ", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        section.split("\n", 1)[0].strip(): re.findall(
            r"^\| `(\w+)` \| (\w+) \| .+ \|$", section, re.MULTILINE
        )
        for section in sections
    }


def test_the_page_has_every_column_in_its_order_with_its_type() -> None:
    assert documented() == {
        name: [(field.name, field.kind.value) for field in fields] for name, fields in DATASETS.items()
    }


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_column_has_a_source(dataset: str) -> None:
    assert len(SOURCES[dataset].columns) == len(DATASETS[dataset])


def test_money_stands_beside_its_currency() -> None:
    for fields in DATASETS.values():
        if any(field.kind is Kind.MONEY for field in fields):
            assert Field("currency", Kind.TEXT) in fields


def test_health_is_withheld_whatever_is_asked_for() -> None:
    for personal in (False, True):
        (show,) = shows([Field("disposition", Kind.CODE)], personal=personal)
        assert {show(code) for code in health_codes()} == {"withheld"}
        assert show("promise") == "promise"
        assert show(None) is None


def test_personal_data_are_masked_unless_asked_for() -> None:
    fields = [Field("name", Kind.NAME), Field("number", Kind.NUMBER), Field("body", Kind.WORDS)]
    assert {field.kind for field in fields} == PERSONAL
    row = ("王小明", "+8613812345678", "请还款")
    masked = [show(value) for show, value in zip(shows(fields, personal=False), row, strict=True)]
    assert masked == ["王**", "+86138****5678", None]
    assert [show(value) for show, value in zip(shows(fields, personal=True), row, strict=True)] == list(row)
    assert masked_name("") == ""
