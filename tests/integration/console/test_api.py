"""The API: what keys may, what is done once, who changes what, and how errors are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaigns.console.access.permissions import Role
from campaigns.console.api.catalogue import ENDPOINTS
from campaigns.console.api.endpoint import PREFIX
from campaigns.console.page import Open
from campaigns.store.models import Account, AuditEntry, Job, Payment, Suppression
from tests.integration.console.keys import program
from tests.integration.console.routes import VALUES, addresses
from tests.integration.console.world import NAMES, World

PAYMENT = {"reference": "R-1", "amount": 1000, "paid_at": "2026-01-05T09:00:00+08:00"}


def payment(world: World, **changed: Any) -> dict[str, Any]:
    with world.database.reading() as session:
        account = session.query(Account).order_by(Account.id).first()
        assert account is not None
        return {**PAYMENT, "account": account.external_id, "paid_at": account.as_of.isoformat(), **changed}


def deeds(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return [(entry.action, entry.via) for entry in session.query(AuditEntry)]


def make_late(world: World) -> None:
    """Let every account be one that a reminder is for."""
    with world.database.transaction() as session:
        late = world.services.ledger_now(session).date() - timedelta(days=5)
        session.query(Account).update({"due_date": late})


@pytest.mark.parametrize("role", list(Role))
def test_a_key_of_every_role_may_what_the_pages_table_says(world: World, role: Role) -> None:
    held = world.services.permissions.of([role])
    key = program(world, role, held)
    wrong = []
    for each in addresses():
        if not each.path.startswith(PREFIX):
            continue
        asks = each.route.asks
        may = isinstance(asks, Open) or asks in held
        answer = key.ask(each.method, each.path.removeprefix(PREFIX))
        personal = each.path.endswith("/rejected")
        if ((answer.status_code != 403) != may and not (personal and may)) or answer.status_code >= 500:
            wrong.append(f"{each}: {answer.status_code}")
    assert wrong == []


def test_a_key_without_the_scope_is_refused_whatever_its_holder_may(world: World) -> None:
    for endpoint in ENDPOINTS:
        if isinstance(endpoint.asks, Open):
            continue
        others = world.services.permissions.of(["administrator"]) - {endpoint.asks}
        path = endpoint.path.replace(":int", "")
        for name, value in {**VALUES, "key": "c1"}.items():
            path = path.replace("{" + name + "}", value)
        answer = program(world, scopes=others).ask(endpoint.method, path)
        assert answer.status_code == 403, path
        assert answer.headers["content-type"] == "application/problem+json"


def test_errors_are_problems(world: World) -> None:
    key = program(world)
    for answer, status in (
        (key.get("/campaigns/none"), 404),
        (key.get("/nothing"), 404),
        (key.get("/campaigns?limit=0"), 422),
        (key.get("/campaigns?limit=5&limit=6"), 422),
        (key.ask("PUT", "/campaigns"), 405),
        (key.ask("POST", "/payments", payment(world, amount="5")), 422),
        (key.ask("POST", "/payments", {**payment(world), "more": 1}), 422),
        (key.ask("POST", "/payments"), 415),
        (world.visitor().get(f"{PREFIX}/campaigns"), 401),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert (told["status"], told["type"]) == (status, "about:blank")
    broken = world.visitor().client.post(
        f"{PREFIX}/payments",
        content=b"{",
        headers={"authorization": f"Bearer {key.key}", "content-type": "application/json"},
    )
    assert broken.status_code == 400


def test_what_is_sent_twice_is_done_once(world: World) -> None:
    key, sent = program(world), payment(world)
    first = key.ask("POST", "/payments", sent, **{"idempotency-key": "k-1"})
    assert (first.status_code, first.json()["booked"]) == (201, True)
    again = key.ask("POST", "/payments", sent, **{"idempotency-key": "k-1"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = key.ask("POST", "/payments", {**sent, "amount": 2}, **{"idempotency-key": "k-1"})
    assert other.status_code == 409
    spaced = key.ask("POST", "/payments", sent, **{"idempotency-key": "k 1"})  # not as described
    assert spaced.status_code == 422
    plain = key.ask("POST", "/payments", sent)  # by its reference alone
    assert (plain.status_code, plain.json()["booked"]) == (200, False)
    with world.database.reading() as session:
        assert session.query(Payment).count() == 1
    world.wait(hours=25)
    late = program(world).ask("POST", "/payments", sent, **{"idempotency-key": "k-1"})
    assert late.status_code == 200


def test_what_failed_may_be_asked_again_with_the_same_key(world: World) -> None:
    key, sent = program(world), payment(world)
    wrong = key.ask("POST", "/payments", {**sent, "account": "nobody"}, **{"idempotency-key": "k-2"})
    assert wrong.status_code == 404
    assert key.ask("POST", "/payments", sent, **{"idempotency-key": "k-2"}).status_code == 201


def test_a_campaign_is_made_changed_launched_paused_and_stopped(world: World) -> None:
    make_late(world)
    key = program(world)
    made = key.ask("POST", "/campaigns", {"name": "june", "audience": {"min_days_past_due": 1}})
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "draft"
    change = {"concurrency": 7}
    assert key.ask("PATCH", "/campaigns/june", change).status_code == 428
    stale = made.headers["etag"]
    changed = key.ask("PATCH", "/campaigns/june", change, **{"if-match": stale})
    assert changed.json()["concurrency"] == 7
    assert key.ask("PATCH", "/campaigns/june", {"concurrency": 9}, **{"if-match": stale}).status_code == 412
    assert key.ask("POST", "/campaigns/june/launch").json()["state"] == "running"
    assert key.ask("POST", "/campaigns/june/launch").status_code == 409
    assert key.ask("POST", "/campaigns/june/pause", {"why": "lunch"}).json()["pause_reason"] == "lunch"
    assert key.ask("POST", "/campaigns/june/resume").json()["state"] == "running"
    assert key.ask("POST", "/campaigns/june/stop", {"why": "over"}).json()["state"] == "finished"
    told = {action for action, via in deeds(world) if via == "token"}
    assert {
        f"campaigns.{each}" for each in ("created", "edited", "launched", "paused", "resumed", "stopped")
    } <= told


def test_why_control_groups_are_called_is_set_told_and_taken_back(world: World) -> None:
    make_late(world)
    key = program(world)
    caller = world.services.settings.callers[0]
    wanted = {"name": "june", "control_groups": "监管要求逐户告知"}
    made = key.ask("POST", "/campaigns", {**wanted, "caller_ids": [caller]})
    assert made.status_code == 201, made.text
    assert (made.json()["control_groups"], made.json()["caller_ids"]) == ("监管要求逐户告知", [caller])
    back = {"clear": ["control_groups"]}
    changed = key.ask("PATCH", "/campaigns/june", back, **{"if-match": made.headers["etag"]})
    assert (changed.json()["control_groups"], changed.json()["caller_ids"]) == (None, [caller])
    assert changed.headers["etag"] != made.headers["etag"]
    again = {"control_groups": "again"}
    assert key.ask("PATCH", "/campaigns/june", again, **{"if-match": made.headers["etag"]}).status_code == 412
    assert key.ask("PATCH", "/campaigns/june", again, **{"if-match": "*"}).json()["control_groups"] == "again"
    assert key.get("/campaigns/june").json()["control_groups"] == "again"
    for wrong, status in (({"control_groups": " "}, 422), ({"caller_ids": ["+1"]}, 409)):
        assert key.ask("PATCH", "/campaigns/june", wrong, **{"if-match": "*"}).status_code == status
        assert key.ask("POST", "/campaigns", {"name": "july", **wrong}).status_code == status
    assert key.get("/campaigns/july").status_code == 404


def test_a_large_launch_waits_for_a_person(world: World) -> None:
    small = world.configured(approve_above=0)
    answer = program(small).ask("POST", "/campaigns/march/launch").json()
    assert answer["state"] == "draft"
    assert answer["approval"] is not None


def test_names_are_masked_without_the_scope_and_who_saw_them_is_on_record(world: World) -> None:
    blind = program(world, scopes={"customers.read", "calls.read"})
    for path in ("/customers", "/calls", "/calls/1"):
        answer = blind.get(path)
        assert answer.status_code == 200
        assert not [name for name in NAMES if name in answer.text], path
    assert ("personal.seen", "token") not in deeds(world)
    assert NAMES[0] in program(world).get("/customers").text
    assert ("personal.seen", "token") in deeds(world)


def test_every_customer_and_call_is_on_one_page_and_none_on_two(world: World) -> None:
    key = program(world)
    for path, name in (("/customers", "key"), ("/calls", "id"), ("/promises", "id"), ("/campaigns", "name")):
        whole = [item[name] for item in key.get(f"{path}?limit=500").json()["items"]]
        assert len(whole) >= 2
        found: list[Any] = []
        cursor = ""
        for _ in range(len(whole) + 1):
            page = key.get(f"{path}?limit=1{cursor}").json()
            found += [item[name] for item in page["items"]]
            if page["next"] is None or not page["items"]:
                break
            cursor = f"&cursor={page['next']}"
        assert found == whole, path


def test_a_customer_is_barred_and_the_bar_is_lifted(world: World) -> None:
    key = program(world)
    name = key.get("/customers").json()["items"][0]["key"]
    made = key.ask("POST", f"/customers/{name}/bars", {"reason": "do_not_call", "why": "asked by letter"})
    assert made.status_code == 201, made.text
    assert made.json()["id"] in [each["id"] for each in key.get(f"/customers/{name}").json()["bars"]]
    lifted = key.ask("DELETE", f"/customers/{name}/bars/{made.json()['id']}?why=a+mistake")
    assert lifted.status_code == 200
    with world.database.reading() as session:
        assert session.get_one(Suppression, made.json()["id"]).lifted_at is not None
    assert key.ask("DELETE", f"/customers/{name}/bars/{made.json()['id']}").status_code == 422


def test_a_key_that_asks_too_often_is_told_when_to_come_back(world: World) -> None:
    slow = world.configured(api_per_minute=3)
    key = program(slow)
    for left in (2, 1, 0):
        answer = key.get("/me")
        assert (answer.status_code, answer.headers["ratelimit-remaining"]) == (200, str(left))
    refused = key.get("/me")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert program(slow, "analyst").get("/me").status_code == 200  # each key has its own


def test_an_export_is_written_for_the_one_who_asked(world: World) -> None:
    key = program(world)
    asked = key.ask("POST", "/exports", {"dataset": "members"})
    assert asked.status_code == 202
    job = asked.json()["job"]["id"]
    assert key.get(f"/exports/{job}").json()["job"]["state"] == "done"
    file = key.get(f"/exports/{job}/file")
    assert file.status_code == 200
    assert not [name for name in NAMES if name in file.text]
    assert program(world, "campaign_manager").get(f"/exports/{job}/file").status_code == 404
    world.wait(hours=25)
    assert program(world).get(f"/exports/{job}/file").status_code == 404


def test_personal_data_leave_for_a_reason_and_within_the_scope_alone(world: World) -> None:
    wanted = {"dataset": "members", "personal": True}
    assert program(world).ask("POST", "/exports", wanted).status_code == 409
    reasoned = {**wanted, "reason": "letter of the court"}
    assert program(world, "analyst").ask("POST", "/exports", reasoned).status_code == 403
    held = world.services.permissions.of(["administrator"]) - {"personal.see"}
    assert program(world, scopes=held).ask("POST", "/exports", reasoned).status_code == 403
    key = program(world)
    job = key.ask("POST", "/exports", reasoned).json()["job"]["id"]
    assert NAMES[0] in key.get(f"/exports/{job}/file").text


def test_a_file_is_brought_in_checked_and_imported(world: World) -> None:
    key = program(world)
    client = world.visitor().client
    head = "客户编号,姓名,手机号,应还金额,逾期天数,生成数据\n"
    answer = client.post(
        f"{PREFIX}/imports",
        data={"kind": "portfolio"},
        files={"file": ("book.csv", (head + "N1,测试,15400000001,10,3,是\nN2,测试,x,10,3,是\n").encode())},
        headers={"authorization": f"Bearer {key.key}"},
    )
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["state"], told["checked"]["new"], told["checked"]["rejected"]) == ("checked", 1, 1)
    started = key.ask("POST", f"/imports/{told['id']}/start").json()
    assert (started["state"], started["imported"]["new"]) == ("imported", 1)
    assert "N2" in key.get(f"/imports/{told['id']}/rejected").text


def test_an_endpoint_is_added_tested_and_removed(world: World) -> None:
    key = program(world)
    made = key.ask("POST", "/webhooks", {"name": "core", "url": "http://localhost:9/in"})
    assert made.status_code == 201, made.text
    assert made.json()["secret"].startswith("whsec_")
    assert key.ask("POST", "/webhooks/core/test").status_code == 202
    (told,) = key.get("/webhooks").json()["items"]
    assert (told["pending"], told["delivered"]) == (1, 0)  # nobody listens there
    assert key.ask("DELETE", "/webhooks/core").json()["count"] == 1
    with world.database.reading() as session:
        assert session.query(Job).filter_by(kind="webhooks.deliver").one().state == "done"


def test_what_is_wrong_is_told_in_the_language_that_is_asked_for(world: World) -> None:
    key = program(world, Role.ADMINISTRATOR, {"payments.book", "campaigns.read"})
    for asked, detail, what in (
        ({}, "the request is not as described", "Field required"),
        ({"accept-language": "en"}, "the request is not as described", "Field required"),
        ({"accept-language": "zh-CN,zh;q=0.9"}, "请求与接口说明不符", "缺少此项"),
    ):
        answer = key.ask("POST", "/payments", {}, **asked)
        told = answer.json()
        assert (answer.status_code, told["detail"]) == (422, detail)
        assert {each["what"] for each in told["errors"]} == {what}
    missing = key.ask("GET", "/campaigns/none", **{"accept-language": "zh"})
    assert missing.headers["content-language"] == "zh"
    assert missing.json()["detail"] == "没有活动“none”"
