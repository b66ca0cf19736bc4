"""The audit log cannot be changed, and is read a page at a time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from campaigns.errors import StoreError
from campaigns.private import Private, PrivateKind
from campaigns.store.console.audit import Actor, Deed, audit_page, record
from campaigns.store.console.call_views import Place
from campaigns.store.database import Database
from campaigns.store.models import AuditEntry
from tests.integration.console.world import World
from tests.integration.store.plans import SORTED, plans
from tests.integration.store.rows import AT

ACTOR = Actor(None, "tester", "command")


@pytest.mark.parametrize("change", [update(AuditEntry).values(by="x"), delete(AuditEntry)])
def test_it_is_append_only(database: Database, change: object) -> None:
    with database.transaction() as session:
        record(session, ACTOR, Deed("user.added", "user", "x"), AT)
    with pytest.raises(StoreError, match="append-only"), database.transaction() as session:
        session.execute(change)  # type: ignore[call-overload]


def test_personal_values_are_recorded_masked(database: Database) -> None:
    name, number = Private(PrivateKind.NAME, "欧阳明月"), Private(PrivateKind.NUMBER, "+8613812345678")
    with database.transaction() as session:
        record(session, ACTOR, Deed("a.b", "customer", "C1", {"name": name}, {"numbers": [number]}), AT)
    with database.reading() as session:
        (row,) = audit_page(session)
    assert (row.before, row.after) == ({"name": "***"}, {"numbers": ["+86138****5678"]})


def test_it_is_read_a_page_at_a_time_and_filtered(world: World) -> None:
    with world.database.transaction() as session:
        for place in range(60):
            deed = Deed("user.added" if place % 2 else "user.changed", "user", f"user{place}")
            record(session, ACTOR, deed, AT + timedelta(microseconds=place // 7))  # some at one time
    auditor = world.browser("auditor")
    first = auditor.find("/settings/audit", by="tester").text
    following = re.search(r'rel="next" href="\?([^"]+)"', first)
    assert following
    second = auditor.get("/settings/audit?" + following[1].replace("&amp;", "&")).text
    seen = re.findall(r"user\d+", first) + re.findall(r"user\d+", second)
    assert seen == [f"user{place}" for place in reversed(range(60))]
    found = auditor.find("/settings/audit", action="user.added", subject="user7").text
    assert re.findall(r"<td>.*?(user\d+)</td>", found) == ["user7"]


def test_settings_within_settings_are_read_in_words(world: World) -> None:
    fields = {
        "concurrency": "2", "calls_per_second": "1", "caller": "+8610000000", "hours": "own",
        "hours_tue": "10:00-11:00, 14:00-16:00", "waits_busy": "20, 40", "tries_busy": "2",
    }  # fmt: skip
    world.browser("campaign_manager").post("/campaigns/march/edit", fields)
    with world.database.transaction() as session:
        deed = Deed("user.changed", "user", "x", {"roles": []}, {"roles": list("abcdefgh"), "more": {}})
        record(session, ACTOR, deed, AT)
    auditor = world.browser("auditor")
    for page in (auditor.get("/settings/audit"), auditor.get("/campaigns/march?tab=changes")):
        assert page.status_code == 200
        assert "周二 10:00-11:00、14:00-16:00" in page.text
        assert "占线 间隔（分钟） 20、40；最多次数 2" in page.text
    assert "<summary>+2</summary>g、h" in auditor.find("/settings/audit", subject="x").text


@pytest.mark.parametrize("points", [{"greeting": 2, "outcome": None}, {}, {key: [1] for key in "abcdefgh"}])
def test_a_deed_of_any_shape_is_shown(world: World, points: dict[str, object]) -> None:
    after = {"score": 80, "points": points, "grades": ["A", "B"], "hours": {"mon-fri": [["09:30", "11:30"]]}}
    with world.database.transaction() as session:
        record(session, ACTOR, Deed("calls.scored", "call", "1", {"failed": True}, after), AT)
    shown = world.browser("auditor").get("/settings/audit")
    assert shown.status_code == 200
    assert "09:30" in shown.text
    assert "{" not in re.sub(r"<(script|head).*?</\1>|hx-\w+='.*?'", "", shown.text, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "ix_audit_entry_when"),
        ({"since": AT, "until": AT + timedelta(days=1)}, "ix_audit_entry_when"),
        ({"by": "tester", "until": AT}, "ix_audit_entry_who"),
        ({"action": "user.added", "since": AT}, "ix_audit_entry_what"),
        ({"by": "tester", "action": "user.added"}, "ix_audit_entry_deeds"),
        ({"subject_kind": "user", "subject": "user7"}, "ix_audit_entry_whom"),
    ],
)
def test_a_page_of_it_is_one_step_along_an_index(
    sqlite_database: Database, asked: dict[str, Any], index: str
) -> None:
    """However long the log is: nothing is sorted, and nobody else's rows are gone through."""
    with sqlite_database.reading() as session, plans(sqlite_database) as found:
        audit_page(session, before=Place(AT, 5), **asked)
    (plan,) = found
    assert index in plan
    assert SORTED not in plan
