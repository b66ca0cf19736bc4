"""Whatever is sent to the API, its answers are as its description has them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from campaigns.console.api.catalogue import ENDPOINTS
from campaigns.console.api.endpoint import PREFIX
from campaigns.console.api.openapi import document
from tests.integration.console.keys import program
from tests.integration.console.routes import VALUES
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


def test_what_is_there_is_told_as_described(world: World) -> None:
    """With things that exist, which made-up addresses seldom hit."""
    key, told = program(world), document()
    customer = key.get("/customers").json()["items"][0]["key"]
    key.ask("POST", "/campaigns", {"name": "march2", "audience": {"min_days_past_due": 1},
                                   "hours": {"days": {"mon": [{"opens": "10:00", "closes": "11:00"}]}},
                                   "retries": {"busy": {"max_tries": 2}},
                                   "experiment": {"name": "march2", "holdout": 20}})  # fmt: skip
    file = {"file": ("book.csv", "客户编号,姓名,手机号,应还金额\nN1,测试,15400000001,10\n".encode())}
    bearer = {"authorization": f"Bearer {key.key}"}
    client = world.visitor().client
    client.post(f"{PREFIX}/imports", data={"kind": "portfolio"}, files=file, headers=bearer)
    there = {**VALUES, "key": customer, "name": "march2"}
    good: list[str] = []
    for path, item in told["paths"].items():
        if "get" not in item or path.endswith(("/file", "/rejected")):
            continue
        address = re.sub(r"\{(\w+)\}", lambda found: there[found[1]], path)
        answer = key.get(address.removeprefix(PREFIX))
        described = item["get"]["responses"][str(answer.status_code)]["content"]
        (media, content) = next(iter(described.items()))
        assert answer.headers["content-type"] == media, path
        schema = {**content["schema"], "components": told["components"]}
        assert [error.message for error in OAS31Validator(schema).iter_errors(answer.json())] == [], path
        good += [path] if answer.status_code == 200 else []
    assert len(good) >= 29


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
