"""Whoever writes a program finds every endpoint in the documentation, with words of its own."""

from __future__ import annotations

import re
from pathlib import Path

from campaigns.console.api.catalogue import ENDPOINTS
from campaigns.console.api.openapi import document

PAGE = Path(__file__).parents[3] / "docs" / "console.md"


def test_the_documentation_names_every_endpoint_and_none_that_is_gone() -> None:
    there = {f"{each.method} {re.sub(r':[a-z]+}', '}', each.path)}" for each in ENDPOINTS}
    table = PAGE.read_text().partition("## The REST API")[2].partition("| how |")[0]
    assert set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]+)`", table)) == there


def test_every_operation_and_every_schema_is_described() -> None:
    told = document()
    operations = [each for item in told["paths"].values() for each in item.values()]
    summaries = [each["summary"] for each in operations]
    assert len(set(summaries)) == len(summaries)
    assert all(each["description"] for each in operations)
    lacking = [
        name for name, schema in told["components"]["schemas"].items() if not schema.get("description")
    ]
    assert lacking == []
    assert not [name for name in told["components"]["schemas"] if "__" in name]  # two of one name


def test_what_a_query_takes_is_described_where_it_is_not_plain() -> None:
    parameters = document()["paths"]["/api/v1/reports/overview"]["get"]["parameters"]
    assert all(each["description"] for each in parameters)
