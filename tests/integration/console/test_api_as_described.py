"""Whatever is sent to the API, its answers are as its description has them."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from openapi_spec_validator import validate
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from campaigns.console.api.catalogue import ENDPOINTS
from campaigns.console.api.openapi import document
from tests.integration.console.keys import program
from tests.integration.console.world import World

pytestmark = pytest.mark.slow

load_all_checks()
EXAMPLES = 15
# That a good file must be a table, and an ETag the campaign's own, is no matter of the schema; whether one is
# slow is none of a test.
LEFT_OUT = {
    ("POST /api/v1/imports", "positive_data_acceptance"),
    ("PATCH /api/v1/campaigns/{name}", "positive_data_acceptance"),
}


def test_the_description_is_a_good_one() -> None:
    validate(document())
    told = {(path, method) for path, item in document()["paths"].items() for method in item}
    assert len(told) == len(ENDPOINTS)


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_answer_is_as_described(world: World, mode: str) -> None:
    loose = world.configured(api_per_minute=1_000_000)
    key = program(loose).key
    schema = schemathesis.openapi.from_dict(document())
    schema.app = loose.app
    wanted = schemathesis.GenerationMode(mode)
    wrong: list[str] = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        _try(found.ok(), wanted, key, wrong)
    assert wrong == []


def _try(operation: Any, mode: Any, key: str, wrong: list[str]) -> None:
    checks = [
        check
        for name, check in ((each.__name__, each) for each in CHECKS.get_all())
        if (operation.label, name) not in LEFT_OUT
    ]

    @seed(20260101)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        case.call_and_validate(
            checks=checks, headers={"Authorization": f"Bearer {key}"}, base_url="http://localhost"
        )

    try:
        each()
    except Exception as error:  # all operations are tried before the test fails
        wrong.append(f"{operation.label}: {error}")
