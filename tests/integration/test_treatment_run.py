"""The monitoring schedule at work, on both databases: who is due gets it once, a regrade moves them."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.language import language_dir
from campaigns.cli.followup_view import print_list, write_list
from campaigns.cli.treatment_running import TASK_COLUMNS, print_run, show_tasks
from campaigns.compliance.effective import load_effective
from campaigns.customers.tags.rules import load_tags
from campaigns.customers.treatments.proposals import shipped_proposals
from campaigns.customers.treatments.rules import Action
from campaigns.customers.treatments.treatmentfile import load_treatments
from campaigns.dialing import treating
from campaigns.dialing.treating import Desk, TreatmentRun, run_treatments
from campaigns.errors import ConflictError, NotFoundError
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.sending import Lender
from campaigns.settings import Settings
from campaigns.store.campaigns import NewInvitation
from campaigns.store.console.launches import Operator
from campaigns.store.database import Database
from campaigns.store.followups import close_follow_up, list_follow_ups
from campaigns.store.merging import merge
from campaigns.store.models import (
    Account,
    Base,
    Campaign,
    CampaignMember,
    Customer,
    FollowUp,
    Grade,
    Message,
    PhoneNumber,
    TreatmentAction,
)
from campaigns.store.outcomes import open_follow_up
from campaigns.store.splitting import split
from campaigns.store.tagging import tag_portfolio
from campaigns.store.treatments import plan_treatments
from tests.integration.store.rows import AT, add_customer
from tests.integration.texting_world import ZONE

HERE = AT.astimezone(ZONE)
RULES = load_treatments()
DESK = Desk(
    RULES,
    shipped_proposals(),
    load_effective("cn-mainland"),
    load_messages(),
    language_dir("zh"),
    Lender("长河", "4008"),
)
WORDS = NewInvitation("您有一份老客户的利率优惠", HERE.date() + timedelta(days=30), "产品部")
SETTINGS = Settings(home=Path("."), institution="长河", hotline="4008")


def grade(session: Session, customer_id: int, letter: str) -> None:
    session.execute(delete(Grade).where(Grade.customer_id == customer_id))
    session.add(Grade(customer_id=customer_id, letter=letter, points=1, rules_version="v", graded_at=AT))


def run(
    database: Database, at: datetime = HERE, desk: Desk = DESK, *, launch: bool = False, most: int = 1_000
) -> TreatmentRun:
    plan_treatments(database, RULES, at)
    return run_treatments(database, desk, at, launch=Operator("wang", most, at) if launch else None)


def late(database: Database, letters: str) -> list[int]:
    """Customers ten days late, one of each grade."""
    with database.transaction() as session:
        ids = [add_customer(session).id for _ in letters]
        for customer_id, letter in zip(ids, letters, strict=True):
            grade(session, customer_id, letter)
    return ids


def members(database: Database) -> list[tuple[str, int, str, str | None]]:
    with database.transaction() as session:
        rows = session.execute(
            select(Campaign.name, CampaignMember.customer_id, CampaignMember.state, CampaignMember.reason)
            .join(Campaign, Campaign.id == CampaignMember.campaign_id)
            .order_by(CampaignMember.id)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def test_who_is_due_gets_a_message_and_a_place_in_the_standing_campaign_once_a_day(
    clean_database: Database,
) -> None:
    ids = late(clean_database, "DB")
    done = run(clean_database)
    assert done.done == {
        ("frequent", Action.REMINDER_CALL): 1,
        ("frequent", Action.REMINDER_SMS): 1,
        ("regular", Action.REMINDER_CALL): 1,
        ("regular", Action.REMINDER_SMS): 1,
    }
    assert any("recorded messages" in reason for reason in done.left_out)
    for _ in range(2):
        assert run(clean_database, HERE + timedelta(hours=1)).done.total() == 0
    assert members(clean_database) == [
        ("frequent-20260302", ids[0], "waiting", None),
        ("regular-20260302", ids[1], "waiting", None),
    ]
    with clean_database.transaction() as session:
        assert {row.state for row in session.scalars(select(Campaign))} == {"draft"}
        bodies = [(row.occasion, row.reveals_debt) for row in session.scalars(select(Message))]
        assert bodies == [("reminder", False)] * 2
    # Two days on D is due again by SMS, and still waits for the call; B is not.
    held = run(clean_database, HERE + timedelta(days=2), launch=True, most=0)
    assert held.done == {("frequent", Action.REMINDER_SMS): 1}
    assert held.launched == []
    assert sum("second person" in reason for reason in held.left_out) == 2
    again = run(clean_database, HERE + timedelta(days=2), launch=True)
    assert again.launched == ["frequent-20260302", "regular-20260302"]
    with clean_database.transaction() as session:
        assert {row.state for row in session.scalars(select(Campaign))} == {"running"}


def test_who_is_due_again_after_their_turn_goes_into_the_next_campaign(clean_database: Database) -> None:
    first, second = late(clean_database, "DD")
    run(clean_database)
    with clean_database.transaction() as session:
        session.execute(
            update(CampaignMember).where(CampaignMember.customer_id == first).values(state="done")
        )
    third = late(clean_database, "D")[0]
    later = HERE + timedelta(days=3)
    done = run(clean_database, later)
    assert done.done["frequent", Action.REMINDER_CALL] == 2
    assert members(clean_database)[2:] == [
        ("frequent-20260302", third, "waiting", None),
        ("frequent-20260305", first, "waiting", None),
    ]
    assert second not in [row[1] for row in members(clean_database)[2:]]


@pytest.mark.parametrize("chunk", [1, 500])
def test_a_person_with_two_keys_has_one_place(
    database: Database, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(treating, "CHUNK", chunk)
    first, second, parted = late(database, "DDD")
    with database.transaction() as session:
        keys = {id_: session.get_one(Customer, id_).external_id for id_ in (first, second, parted)}
        why = {"reason": "same person", "by": "x", "at": HERE}
        for other in (second, parted):
            merge(session, keys[first], keys[other], **why)  # type: ignore[arg-type]
        split(session, keys[first], keys[parted], **why | {"reason": "another"})  # type: ignore[arg-type]
    places = [("frequent-20260302", id_, "waiting", None) for id_ in (first, parted)]
    for hours in (0, 1):
        assert run(database, HERE + timedelta(hours=hours)).unfit.total() == 0
        assert members(database) == places
    with database.transaction() as session:
        session.execute(update(CampaignMember).values(state="done"))
    for hours in (0, 1):
        run(database, HERE + timedelta(days=3, hours=hours))
        assert [name for name, *_ in members(database)[2:]] == ["frequent-20260305"] * 2


def test_a_regrade_withdraws_who_waits_and_moves_them(clean_database: Database) -> None:
    (moved, promised) = late(clean_database, "DD")
    run(clean_database)
    with clean_database.transaction() as session:
        for customer_id in (moved, promised):
            grade(session, customer_id, "B")
        session.execute(
            update(CampaignMember).where(CampaignMember.customer_id == promised).values(callback_at=HERE)
        )
    done = run(clean_database, HERE + timedelta(hours=1))
    assert done.withdrawn == 1
    assert members(clean_database)[:2] == [
        ("frequent-20260302", moved, "done", "treatment_changed"),
        ("frequent-20260302", promised, "waiting", None),  # was promised a call
    ]
    run(clean_database, HERE + timedelta(days=5))
    assert ("regular-20260307", moved, "waiting", None) in members(clean_database)


def test_limits_and_products_are_put_before_people_with_figures(
    clean_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with clean_database.transaction() as session:
        good = add_customer(session, amount_due=1_000, days_past_due=-5)
        session.execute(update(Account).values(balance=1_400_000, arrears_history=[0] * 6))
        grade(session, good.id, "A")
        key = good.external_id
    done = run(clean_database)
    assert done.done["limit_increase", Action.REVIEW_LIMIT] == 1
    assert run(clean_database, HERE + timedelta(days=29)).done.total() == 0
    show_tasks(clean_database, "review_limit", None, take=False)
    path = tmp_path / "tasks.csv"
    show_tasks(clean_database, None, path, take=True)
    (row,) = csv.DictReader(path.open(encoding="utf-8-sig"))
    assert (row["customer"], row["utilisation"], row["proposed_limit"]) == (key, "70", "22000.00")
    assert set(TASK_COLUMNS) <= row.keys()
    show_tasks(clean_database, None, path, take=False)
    assert list(csv.DictReader(path.open(encoding="utf-8-sig"))) == []
    for action, file, take, message in (
        ("reminder_sms", None, False, "no tasks"),
        (None, None, True, "--csv"),
        (None, tmp_path / "none" / "x.csv", False, "cannot be written"),
    ):
        with pytest.raises(ConflictError, match=message):
            show_tasks(clean_database, action, file, take=take)
    print_run(done)
    assert "review_limit" in capsys.readouterr().out
    assert run(clean_database, HERE + timedelta(days=30)).done["limit_increase", Action.REVIEW_LIMIT] == 1


def test_a_number_is_looked_for_once_and_again_a_month_later(clean_database: Database) -> None:
    (lost,) = late(clean_database, "D")
    with clean_database.transaction() as session:
        session.execute(update(PhoneNumber).values(status="empty"))
    for days in (0, 0, 1, 29):
        run(clean_database, HERE + timedelta(days=days))
    with clean_database.transaction() as session:
        found = session.scalars(select(FollowUp)).all()
        assert [(each.customer_id, each.reason) for each in found] == [(lost, "find_number")]


def test_sleeping_customers_are_invited_only_with_approved_words_that_hold(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        sleeper = add_customer(session, amount_due=0, days_past_due=0)
        sleeper.last_active_on, sleeper.marketing_consent = HERE.date() - timedelta(days=200), True
        peace = add_customer(session, amount_due=0, days_past_due=0)
        sleeper_id, peace_id = sleeper.id, peace.id
    tag_portfolio(clean_database, load_tags(), HERE)
    assert any("needs what it invites to" in reason for reason in run(clean_database).left_out)
    invited = replace(DESK, invitation=WORDS)
    assert run(clean_database, desk=invited).done == {("marketing", Action.MARKETING_CALL): 1}
    assert [row[1] for row in members(clean_database)] == [sleeper_id]
    with clean_database.transaction() as session:
        assert session.scalars(select(Campaign.purpose)).one() == "marketing"
        session.execute(update(CampaignMember).values(state="done"))
        taken = session.scalars(select(TreatmentAction.customer_id)).all()
    assert peace_id not in taken
    assert run(clean_database, HERE + timedelta(days=20)).done.total() == 0  # not before 90 days
    assert any("marketing" in reason for reason in run(clean_database, HERE + timedelta(days=91)).left_out)


def test_what_an_interrupted_run_left_is_done_by_the_next(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    late(clean_database, "DDD")
    monkeypatch.setattr("campaigns.dialing.treating.CHUNK", 1)
    plan_treatments(clean_database, RULES, HERE)
    queued = []

    def fail(*arguments: object, **more: object) -> int:
        queued.append(1)
        if len(queued) == 2:
            raise ConflictError("power cut")
        return 1

    monkeypatch.setattr("campaigns.dialing.treating.queue_message", fail)
    with pytest.raises(ConflictError):
        run_treatments(clean_database, DESK, HERE)
    monkeypatch.undo()
    assert run(clean_database).done == {("frequent", Action.REMINDER_SMS): 2}
    assert len(members(clean_database)) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=3)
@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 4), st.booleans()), min_size=1, max_size=3))
def test_whatever_the_days_and_grades_nobody_gets_a_thing_twice_a_day_or_waits_twice(
    sqlite_database: Database, history: list[tuple[str, int, bool]]
) -> None:
    with sqlite_database.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in ("decision", "decision_head", "deletion", "legal_fact"):
                session.execute(table.delete())
    (customer_id,) = late(sqlite_database, "D")
    at = HERE
    for letter, days, called in history:
        at += timedelta(days=days)
        with sqlite_database.transaction() as session:
            grade(session, customer_id, letter)
            if called:
                session.execute(update(CampaignMember).values(state="done"))
        run(sqlite_database, at)
        assert run(sqlite_database, at).done.total() == 0
        waiting = [row for row in members(sqlite_database) if row[2] == "waiting"]
        assert len(waiting) <= 1
        with sqlite_database.transaction() as session:
            keys = session.execute(select(TreatmentAction.action, TreatmentAction.on)).all()
        assert len(set(keys)) == len(keys)


def test_the_list_of_peoples_work_is_urgent_first_and_closed_once(
    clean_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with clean_database.transaction() as session:
        ids = [add_customer(session).id for _ in range(3)]
        calm = open_follow_up(session, ids[0], "callback", AT)
        urgent = open_follow_up(session, ids[1], "self_harm", AT + timedelta(hours=1), urgent=True)
        later = open_follow_up(session, ids[2], "instalment", AT + timedelta(hours=2))
    with clean_database.transaction() as session:
        found = list_follow_ups(session)
        assert [each.id for each in found] == [urgent, calm, later]
        assert [each.id for each in list_follow_ups(session, reason="callback", limit=5)] == [calm]
    print_list(found, SETTINGS)
    assert "!" in capsys.readouterr().out
    with clean_database.transaction() as session:
        assert close_follow_up(session, urgent, at=AT, by="王", note="=已处理") == "self_harm"
        assert [each.id for each in list_follow_ups(session)] == [calm, later]
        with pytest.raises(ConflictError, match="王"):
            close_follow_up(session, urgent, at=AT, by="李", note="x")
        with pytest.raises(NotFoundError):
            close_follow_up(session, 10**6, at=AT, by="李", note="x")
        everything = list_follow_ups(session, closed=True)
    write_list(everything, SETTINGS, tmp_path / "f.csv")
    rows = list(csv.DictReader((tmp_path / "f.csv").open(encoding="utf-8-sig")))
    assert rows[-1]["note"] == "'=已处理"
    with pytest.raises(ConflictError):
        write_list(everything, SETTINGS, tmp_path / "none" / "f.csv")
