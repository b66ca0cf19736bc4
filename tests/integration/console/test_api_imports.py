"""A file by the API: its suggested columns, its first rows, other columns, checked, imported, discarded."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.store.models import AuditEntry
from tests.integration.console.keys import Program, program
from tests.integration.console.world import World

HEAD = "客户编号,姓名,手机号,应还金额,逾期天数,生成数据,备用电话\n"
ROWS = "N1,测试甲,15400000001,10,3,是,15400000003\nN2,测试乙,x,10,3,是,15400000004\n"
CHOSEN = {
    "external_id": "客户编号", "name": "姓名", "phone": "手机号", "amount_due": "应还金额",
    "days_past_due": "逾期天数", "generated": "生成数据",
}  # fmt: skip


def bring(world: World, key: Program, content: str = HEAD + ROWS) -> int:
    answer = world.visitor().client.post(
        "/api/v1/imports",
        data={"kind": "portfolio"},
        files={"file": ("book.csv", content.encode())},
        headers={"authorization": f"Bearer {key.key}"},
    )
    assert answer.status_code == 202, answer.text
    return int(answer.json()["id"])


def test_columns_are_suggested_and_the_first_rows_are_as_read(world: World) -> None:
    key = program(world)
    number = bring(world, key)
    told = key.get(f"/imports/{number}/columns").json()
    assert (told["base"], told["wrong"], told["headers"][0]) == ("standard", None, "客户编号")
    fields = {field["name"]: field for field in told["fields"]}
    assert {name: fields[name]["column"] for name in CHOSEN} == CHOSEN
    assert fields["phone"]["needed"]
    first, second = key.get(f"/imports/{number}/rows").json()["rows"]
    assert first["kept"]
    assert first["values"]["name"] == "测试甲"
    assert first["values"]["amount_due"] == {"amount": 1000, "currency": "CNY"}
    assert (second["row"], second["kept"]) == (3, True)  # by its other number
    assert second["reasons"][0]["code"] == "not_a_number"


def test_names_of_rows_are_masked_without_the_scope(world: World) -> None:
    number = bring(world, program(world))
    blind = program(world, scopes={"imports.read"})
    (first, _) = blind.get(f"/imports/{number}/rows").json()["rows"]
    assert (first["values"]["name"], "****" in first["values"]["phone"]) == ("***", True)
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="personal.seen").count() == 0
    program(world).get(f"/imports/{number}/rows")
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="personal.seen").count() == 1


def test_other_columns_are_chosen_saved_and_used_again(world: World) -> None:
    key = program(world)
    number = bring(world, key)
    assert key.get(f"/imports/{number}").json()["state"] == "checked"
    other = {**CHOSEN, "phone": "备用电话"}
    body = {"base": "standard", "columns": other, "save_as": "  core   system "}
    told = key.ask("PUT", f"/imports/{number}/columns", body).json()
    assert {f["name"]: f["column"] for f in told["fields"]}["phone"] == "备用电话"
    assert told["saved"] == ["core system"]
    # What was checked holds no longer, so nothing is imported by columns that nobody checked.
    assert key.ask("POST", f"/imports/{number}/start").status_code == 409
    assert key.ask("POST", f"/imports/{number}/check").json()["checked"]["rejected"] == 0
    done = key.ask("POST", f"/imports/{number}/start").json()
    assert (done["state"], done["imported"]["new"]) == ("imported", 2)
    assert key.get(f"/imports/{number}/rows").status_code == 409  # it is not kept any more
    second = bring(world, key)
    used = key.ask("PUT", f"/imports/{second}/columns", {"saved": "core system"})
    assert used.status_code == 200
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="imports.mapping_saved", via="token").count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 409),
        ({"saved": "none"}, 404),
        ({"saved": "none", "base": "standard"}, 409),
        ({"base": "no-such"}, 409),
        ({"base": "standard", "columns": {"surname": "姓名"}}, 409),
        ({"base": "standard", "columns": {"name": "姓名", "phone": "姓名"}}, 409),
        ({"base": "standard", "columns": {"name": ""}}, 422),
    ],
)
def test_columns_that_do_not_do(world: World, body: dict[str, Any], status: int) -> None:
    key = program(world)
    number = bring(world, key)
    answer = key.ask("PUT", f"/imports/{number}/columns", body)
    assert answer.status_code == status, answer.text
    assert key.get(f"/imports/{number}").json()["state"] == "checked"


def test_a_missing_column_is_told_and_not_guessed(world: World) -> None:
    key = program(world)
    number = bring(world, key)
    told = key.ask("PUT", f"/imports/{number}/columns", {"base": "standard", "columns": {"name": "姓名"}})
    assert told.json()["wrong"]
    rows = key.get(f"/imports/{number}/rows").json()
    assert (rows["rows"], rows["wrong"]) == ([], told.json()["wrong"])


def test_a_file_that_is_being_read_is_left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key, browser = program(world), world.browser("campaign_manager")
    monkeypatch.setattr(world.app.state.jobs, "begin", lambda _job: None)
    number = bring(world, key)  # its check is queued
    body = {"base": "standard", "columns": CHOSEN}
    assert key.ask("PUT", f"/imports/{number}/columns", body).status_code == 409
    assert key.ask("DELETE", f"/imports/{number}").status_code == 409
    typed = {"base": "standard", **{f"field.{name}": header for name, header in CHOSEN.items()}}
    assert browser.post(f"/imports/{number}/columns", typed).status_code == 409
    assert browser.post(f"/imports/{number}/discard").status_code == 409


def test_files_are_listed_and_discarded(world: World) -> None:
    key = program(world)
    numbers = [bring(world, key), bring(world, key)]
    page = key.get("/imports?limit=1").json()
    assert [item["id"] for item in page["items"]] == numbers[1:]
    rest = key.get(f"/imports?limit=1&cursor={page['next']}").json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == (numbers[:1], None)
    assert key.ask("DELETE", f"/imports/{numbers[0]}").json()["state"] == "discarded"
    assert key.ask("DELETE", f"/imports/{numbers[0]}").status_code == 409
    assert key.ask("POST", f"/imports/{numbers[0]}/start").status_code == 409
