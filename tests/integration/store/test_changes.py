"""Campaigns are edited while they rest, and every change is on record with what was before and after."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.dialing.audience import Audience
from campaigns.dialing.editing import CampaignEdit, check_edit, load_edit
from campaigns.dialing.priority import shipped_priorities
from campaigns.errors import ConflictError
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.campaigns import create_campaign, finish_campaign, launch_campaign, pause_campaign
from campaigns.store.changes import changes_of, edit_campaign, pause_by_system, stop_campaign, window_of
from campaigns.store.database import Database
from campaigns.store.lines import pause_all
from campaigns.store.models import Campaign, CampaignMember, WebhookEvent
from campaigns.store.webhooks import add_endpoint
from tests.integration.store.rows import AT, add_customer

LATER = AT + timedelta(hours=1)
WINDOW = {"hours": {"mon-fri": [["10:00", "12:00"]]}}
OWN: dict[str, Any] = {"by": "chief", "at": LATER, "today": AT.date()}


def campaign(session: Session) -> int:
    for _ in range(3):
        add_customer(session)
    return create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT).id


def test_an_edit_is_on_record_with_what_was_before(database: Database) -> None:
    wanted = CampaignEdit.model_validate(
        {"concurrency": 5, "windows": WINDOW, "retries": {"busy": {"max_tries": 2}}, "caller_ids": ["+861"]}
    )
    with database.transaction() as session:
        one = campaign(session)
        edit_campaign(session, one, wanted.values(), **OWN)
    with database.transaction() as session:
        (change,) = changes_of(session, one)
        assert (change.by, change.what, change.at) == ("chief", "edit", LATER)
        assert change.before == {"concurrency": 1, "windows": None, "retries": None, "caller_ids": None}
        assert change.after == wanted.values()
        assert str(window_of(session, one)) == "mon-fri 10:00-12:00"
        edit_campaign(session, one, CampaignEdit(clear=("windows", "retries")).values(), **OWN)
        assert window_of(session, one) is None
        with pytest.raises(ConflictError, match="set so already"):
            edit_campaign(session, one, CampaignEdit(concurrency=5).values(), **OWN)


def test_only_what_rests_is_edited(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        one = campaign(session)
        launch_campaign(session, one, AT)
        with pytest.raises(ConflictError, match="pause it first"):
            edit_campaign(session, one, {"concurrency": 9}, **OWN)
        pause_campaign(session, one, "lunch")
        edit_campaign(session, one, {"concurrency": 9}, **OWN)
        assert stop_campaign(session, one, by="chief", at=LATER) == 3
        with pytest.raises(ConflictError, match="cannot be changed"):
            edit_campaign(session, one, {"concurrency": 8}, **OWN)
        with pytest.raises(ConflictError, match="finished already"):
            stop_campaign(session, one, by="chief", at=LATER)
        assert [change.what for change in changes_of(session, one)] == ["edit", "stop"]
        assert set(session.scalars(select(CampaignMember.reason))) == {"campaign_stopped"}
        assert not finish_campaign(session, one, LATER)


def test_who_waits_for_the_old_window_is_decided_on_anew(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        one = campaign(session)
        first, second, _ = session.scalars(select(CampaignMember).order_by(CampaignMember.id)).all()
        first.next_at, first.reason = AT + timedelta(days=1), "campaign_hours"
        second.next_at, second.reason = AT + timedelta(days=1), "min_gap"
        session.flush()
        edit_campaign(session, one, CampaignEdit.model_validate({"windows": WINDOW}).values(), **OWN)
        session.expire_all()
        assert (first.next_at, second.next_at) == (LATER, AT + timedelta(days=1))


def test_a_new_order_of_calling_holds_at_once(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        one = campaign(session)
        before = session.scalars(select(CampaignMember.priority)).first()
        dear = shipped_priorities().model_copy(update={"call_cost": 5000})
        edit_campaign(session, one, CampaignEdit(priorities=dear).values(), **OWN)
        assert session.get_one(Campaign, one).priorities is not None
        after = session.scalars(select(CampaignMember.priority)).first()
    assert before is not None
    assert after == before + 4970


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"caller_ids": ["+999"]}, "no caller number"),
        ({"caller_ids": []}, "needs a caller number"),
        ({"clear": ["concurrency"]}, "no default"),
        ({"retries": {"never": {"max_tries": 1}}}, "no class of retries"),
        ({"windows": {"ends_on": "2026-03-01"}}, "ended"),
        ({"windows": {"starts_on": "2026-06-01"}}, "nearer the time"),
        (
            {"windows": {"hours": {"sat": [["10:00", "11:00"]]}, "ends_on": "2026-03-06"}},
            "closed on every day",
        ),
    ],
)
def test_an_edit_that_cannot_be_meant_says_what_would_do(wanted: dict[str, Any], says: str) -> None:
    with pytest.raises(ConflictError, match=says):
        check_edit(CampaignEdit.model_validate(wanted), ("+861",), shipped_retry_policy(), AT.date())


def test_files_are_read(tmp_path: Path) -> None:
    windows, retries = tmp_path / "w.yaml", tmp_path / "r.yaml"
    windows.write_text('hours: {mon-fri: [["10:00", "12:00"]]}\nnot_during: [["11:00", "11:30"]]\n')
    retries.write_text("busy: {after_min: [5, 10], max_tries: 3}\n")
    wanted = load_edit(windows=windows, retries=retries, concurrency=2)
    check_edit(wanted, ("+861",), shipped_retry_policy(), AT.date())
    assert wanted.values()["retries"] == {"busy": {"after_min": [5, 10], "max_tries": 3}}
    assert shipped_retry_policy().changed(wanted.values()["retries"]).classes["busy"].max_tries == 3


def test_what_ends_or_pauses_a_campaign_is_told_and_on_record(database: Database) -> None:
    with database.transaction() as session:
        add_endpoint(session, "e", "https://e.example", "sealed", [], AT)
        one = campaign(session)
        launch_campaign(session, one, AT)
        assert pause_all(session, "the line is down", AT) == ["c"]
        assert not pause_by_system(session, one, "the clock is wrong", AT)
        stop_campaign(session, one, by="chief", at=LATER)
        assert not pause_by_system(session, one, "the clock is wrong", LATER)
        told = session.scalars(select(WebhookEvent.type).order_by(WebhookEvent.id)).all()
        assert told == ["campaign.paused", "campaign.finished"]
        assert [(each.what, each.by) for each in changes_of(session, one)] == [
            ("pause", "system"),
            ("stop", "chief"),
        ]
