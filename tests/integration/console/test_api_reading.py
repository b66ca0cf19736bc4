"""A customer's messages and decisions, reports, and the audit log, as programs read them."""

from __future__ import annotations

import csv
import io
from typing import Any

from campaigns.store.console.audit import audit_page
from campaigns.store.models import AuditEntry, DecisionRecord, Message
from tests.integration.console.keys import Program, program
from tests.integration.console.world import NAMES, World


def key_of(key: Program, place: int = 0) -> str:
    items = key.get("/customers").json()["items"]
    return str(sorted(item["key"] for item in items)[place])


def test_messages_are_told_and_masked(world: World) -> None:
    key = program(world)
    name = key_of(key)
    (told,) = key.get(f"/customers/{name}/messages").json()["items"]
    assert (told["channel"], told["template"]) == ("sms", "promise_confirmed")
    assert [each for each in NAMES if each in told["body"]]
    blind = program(world, scopes={"customers.read"}).get(f"/customers/{name}/messages")
    assert blind.json()["items"][0]["body"] is None
    assert not [each for each in NAMES if each in blind.text]


def test_messages_and_decisions_come_in_pages(world: World) -> None:
    key = program(world)
    name = key_of(key)
    with world.database.transaction() as session:
        decision, message = session.query(DecisionRecord).first(), session.query(Message).first()
        assert decision is not None
        assert message is not None
        for _ in range(4):
            session.add(_again(decision))
            session.add(_again(message))
    for what in ("messages", "decisions"):
        whole = [item["id"] for item in key.get(f"/customers/{name}/{what}").json()["items"]]
        assert len(whole) == 5
        found: list[int] = []
        cursor = ""
        for _ in range(6):
            page = key.get(f"/customers/{name}/{what}?limit=2{cursor}").json()
            found += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert found == whole == sorted(whole, reverse=True)
        assert key.get(f"/customers/nobody/{what}").status_code == 404


def _again(row: Any) -> Any:
    """The same once more."""
    columns = [column.key for column in row.__table__.columns if column.key not in ("id", "attempt_id")]
    return type(row)(**{name: getattr(row, name) for name in columns})


def test_how_calls_stand_is_told_with_the_rule_and_in_the_readers_language(world: World) -> None:
    key = program(world, "analyst")
    barred = next(each["key"] for each in key.get("/customers").json()["items"] if each["barred"])
    told = key.get(f"/customers/{barred}/standing", **{"accept-language": "en"}).json()
    (number,) = told["numbers"]
    assert (number["verdict"], "****" in number["number"]) == ("refuse", True)
    found = {each["reason"]: each for each in number["against"]}["do_not_call"]
    assert (found["rule"], found["until"]) == ("aftermath", None)
    assert found["text"] == "The customer asked not to be called"
    assert {"name": "bar", "value": "do_not_call"} in found["facts"]
    chinese = key.get(f"/customers/{barred}/standing", **{"accept-language": "zh"}).text
    assert found["text"] not in chinese
    decision = key.get(f"/customers/{barred}/decisions").json()
    assert decision["total"] == len(decision["items"]) == 1
    assert decision["items"][0]["verdict"] == "allow"


def test_a_report_has_the_figures_of_the_page_by_the_same_filters(world: World) -> None:
    key = program(world, "analyst")
    whole = key.get("/reports/overview").json()
    assert (whole["counting"], whole["report"]["stages"]["promise"]) == (False, 6)
    report = whole["report"]
    assert report["money"]["CNY"]["promised"] == 6 * 120_000
    assert sum(row["stages"]["loaded"] for row in report["by_grade"]) == report["stages"]["loaded"]
    assert sum(row["dials"]["dials"] for row in report["by_hour"]) == report["dials"]["dials"] == 6
    (script,) = report["by_script"]
    assert (script["script"], script["promises"]["high"]) == ("repayment-reminder", 1.0)
    assert script["promises"]["low"] < 1
    one = key.get("/reports/overview?campaigns=april&by=grade").json()["report"]
    assert (one["campaigns"], one["stages"]["promise"], one["by_hour"]) == (["april"], 0, None)
    assert one["by_grade"] is not None
    early = key.get("/reports/overview?campaigns=march,april&last=2026-02-01").json()["report"]
    assert early["dials"]["dials"] == 0
    for query, status in (
        ("campaigns=none", 404),
        ("first=2026-03-02&last=2026-03-01", 409),
        ("by=moon", 422),
        ("paid_days=61", 422),
        ("by=grade&by=hour", 422),
    ):
        assert key.get(f"/reports/overview?{query}").status_code == status, query


def test_numbers_are_counted_by_what_is_asked_for(world: World) -> None:
    key = program(world, "analyst")
    for by in ("status", "prefix", "source", "campaign"):
        told = key.get(f"/reports/numbers?by={by}").json()
        assert (told["counting"], told["by"]) == (False, by)
        assert all(sum(row["states"].values()) == row["numbers"] for row in told["items"])
        assert told["items"]
    assert key.get("/reports/numbers?by=moon").status_code == 422


def test_an_experiment_has_its_arms_with_intervals(world: World) -> None:
    key = program(world)
    made = {"name": "spring", "audience": {"min_days_past_due": 1},
            "experiment": {"name": "tone", "arms": [{"name": "a"}], "holdout": 50}}  # fmt: skip
    assert key.ask("POST", "/campaigns", made).status_code == 201
    assert key.get("/reports/experiments").json()["items"] == ["tone"]
    told = key.get("/reports/experiments/tone").json()["experiment"]
    first, second = told["arms"]
    assert (first["name"], first["share"], second["kind"]) == ("a", 50, "control")
    assert first["customers"] + second["customers"] == 5
    paid = {each["measure"]: each for each in first["measures"]}["paid"]
    assert paid["value"]["low"] == 0 < paid["value"]["high"] < 1
    assert paid["difference"] is None  # it is the reference
    assert told["warnings"]
    assert key.get("/reports/experiments/none").status_code == 404


def test_the_audit_log_is_read_and_taken_and_that_is_on_record(world: World) -> None:
    auditor = program(world, "auditor")
    program(world).ask("POST", "/campaigns/march/launch")
    (told,) = auditor.get("/audit?action=campaigns.launched").json()["items"]
    assert (told["by"], told["via"], told["subject"]) == ("administrator", "token", "march")
    assert told["after"] == {"state": "running"}
    day = told["at"][:10]
    file = auditor.get(f"/audit/file?first={day}&action=campaigns.launched")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["action"], row["subject"]) for row in rows] == [("campaigns.launched", "march")]
    assert auditor.get("/audit?last=2020-01-01").json() == {"items": [], "next": None}
    with world.database.reading() as session:
        (taken,) = audit_page(session, action="audit.taken")
        assert (taken.by, taken.via) == ("auditor", "token")
        assert taken.after == {"count": 1, "from": day, "action": "campaigns.launched"}
        count = session.query(AuditEntry).count()
    found: list[int] = []
    cursor = ""
    while True:
        page = auditor.get(f"/audit?limit=2{cursor}").json()
        found += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(found) == len(set(found)) == count
    assert program(world, "campaign_manager").get("/audit/file").status_code == 403
