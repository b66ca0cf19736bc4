"""Records go at the end of their time, with that on record; the log of decisions still verifies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.errors import RecordingError
from bot.recording.archive import Recordings
from bot.recording.keys import KeyRing
from campaigns.compliance.audit import Broken, Fault
from campaigns.compliance.chain import LogSeal
from campaigns.compliance.due import Owner
from campaigns.compliance.effective import EffectivePack, load_effective
from campaigns.compliance.keeping import KEPT, WRITTEN
from campaigns.dialing.audience import Audience
from campaigns.store import legal
from campaigns.store.campaigns import create_campaign
from campaigns.store.chain import append_decision
from campaigns.store.database import Database
from campaigns.store.ledger import add_attempt
from campaigns.store.member_turns import MemberTurn
from campaigns.store.merging import merge
from campaigns.store.migrate import upgrade
from campaigns.store.models import (
    Attempt,
    Call,
    CampaignMember,
    DecisionRecord,
    Deletion,
    PhoneNumber,
    Promise,
    TurnRecord,
)
from campaigns.store.retention import owners_of, survey
from campaigns.store.splitting import split
from campaigns.store.sweeping import Sweeper
from campaigns.store.verify import verify
from tests.integration.store.rows import AT, add_customer
from tests.integration.store.test_decision_log import older, tamper

LOG = LogSeal(b"k" * 32)
CHINA = load_effective("cn-mainland")
STATES = load_effective("us-reg-f")
DAY = timedelta(days=1)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Recordings]:
    """The archive of recordings, in an empty folder."""
    with Recordings(tmp_path / "recordings", KeyRing(), ZoneInfo("Asia/Shanghai")) as shelf:
        yield shelf


def names(shelf: Recordings) -> list[str]:
    return sorted(path.name for path in shelf.folder.rglob("*.xrec"))


def history(database: Database, shelf: Recordings, ages: Sequence[int], *, customers: int = 1) -> list[int]:
    """For each customer in turn a decision, its attempt and its recorded call, so many days before ``AT``."""
    with database.transaction() as session:
        owners = [add_customer(session).id for _ in range(customers)]
        create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
    for place, age in enumerate(ages):
        with database.transaction() as session:
            name = f"2026/03/02/{place}.xrec"
            shelf.path(name).parent.mkdir(parents=True, exist_ok=True)
            shelf.path(name).write_bytes(b"sound")
            _call(session, owners[place % customers], place, AT - age * DAY, name)
    return owners


def _call(session: Session, owner: int, place: int, at: datetime, recording: str) -> None:
    member = session.scalars(select(CampaignMember).where(CampaignMember.customer_id == owner)).one()
    number = session.scalars(select(PhoneNumber).where(PhoneNumber.customer_id == owner)).one()
    turn = MemberTurn(member.id, member.campaign_id, owner, member.account_id, place + 1, "running")
    attempt = add_attempt(session, turn, number, worker="w", at=at)
    attempt.state, attempt.ended_at = "ended", at
    call = Call(
        attempt_id=attempt.id,
        campaign_id=member.campaign_id,
        customer_id=owner,
        line="simulated",
        line_call_id=str(place),
        flow="f",
        flow_version="1",
        started_at=at,
        ended_at=at,
        cause="normal",
        disposition="promise",
        brief={"institution": "x"},
        recording=recording,
    )
    session.add(call)
    session.flush()
    for seq in range(2):
        session.add(TurnRecord(call_id=call.id, seq=seq, at=at, speaker="bot", text="您好"))
    record = {
        "at": at,
        "campaign_id": member.campaign_id,
        "customer_id": owner,
        "attempt_id": attempt.id,
        "verdict": "allow",
        "reason": "allowed",
        "pack": "p@1",
        "inputs": {},
    }
    append_decision(session, LOG, record)


def sweep(
    database: Database, shelf: Recordings, pack: EffectivePack = CHINA, *, now: datetime = AT
) -> dict[str, int]:
    swept = Sweeper(database, pack, LOG, shelf, now).sweep()
    assert not any(swept[kind] for kind in WRITTEN)  # nobody has written anything here
    return {kind: swept[kind] for kind in KEPT}


def count(database: Database, table: type) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_past_its_time_goes_and_the_rest_stays(database: Database, shelf: Recordings) -> None:
    history(database, shelf, [2000, 1900, 1826, 1800, 10])
    tallies = {tally.kind: tally for tally in survey(database, CHINA, AT) if tally.kind in KEPT}
    assert {(t.due, t.kept, t.held) for t in tallies.values()} == {(3, 2, 0)}
    assert tallies["decisions"].oldest == AT - 2000 * DAY
    assert sweep(database, shelf) == {"recordings": 3, "transcripts": 3, "decisions": 3}
    assert names(shelf) == ["3.xrec", "4.xrec"]
    assert count(database, TurnRecord) == 4
    assert count(database, DecisionRecord) == 2
    with database.transaction() as session:
        briefs = session.scalars(select(Call.brief).order_by(Call.id)).all()
        assert [brief is None for brief in briefs] == [True, True, True, False, False]
        kinds = session.execute(select(Deletion.kind, func.sum(Deletion.count)).group_by(Deletion.kind))
        assert dict(kinds.all()) == {"recordings": 3, "transcripts": 6, "decisions": 3}
        assert set(session.scalars(select(Deletion.why))) == {CHINA.label}
    found = verify(database, LOG)
    assert (found.broken, found.records, found.deleted) == (None, 2, 3)
    assert sweep(database, shelf) == {"recordings": 0, "transcripts": 0, "decisions": 0}
    assert count(database, Attempt) == 5


def test_a_legal_hold_keeps_everything_of_its_customer(sqlite_database: Database, shelf: Recordings) -> None:
    held, _ = history(sqlite_database, shelf, [2000, 2000, 2000, 2000], customers=2)
    with sqlite_database.transaction() as session:
        hold = legal.record_fact(
            session, held, legal.HOLD, given=True, as_of=AT, at=AT, by="x", evidence="case"
        )
    assert {(t.due, t.held) for t in survey(sqlite_database, CHINA, AT) if t.kind in KEPT} == {(2, 2)}
    assert sweep(sqlite_database, shelf) == {"recordings": 2, "transcripts": 2, "decisions": 2}
    found = verify(sqlite_database, LOG)
    assert (found.broken, found.records, found.deleted) == (None, 2, 2)
    with sqlite_database.transaction() as session:
        assert set(session.scalars(select(DecisionRecord.customer_id))) == {held}
        legal.withdraw_fact(session, hold, at=AT, by="x", evidence="settled")
    assert sweep(sqlite_database, shelf) == {"recordings": 2, "transcripts": 2, "decisions": 2}
    found = verify(sqlite_database, LOG)
    assert (found.broken, found.records, found.deleted) == (None, 0, 4)


def test_a_debt_with_late_activity_keeps_its_records_where_the_law_says_so(
    sqlite_database: Database, shelf: Recordings
) -> None:
    history(sqlite_database, shelf, [1500, 200])
    assert sweep(sqlite_database, shelf, STATES) == {"recordings": 1, "transcripts": 0, "decisions": 0}
    later = AT + 900 * DAY
    assert sweep(sqlite_database, shelf, STATES, now=later) == {
        "recordings": 1,
        "transcripts": 2,
        "decisions": 2,
    }
    assert verify(sqlite_database, LOG).broken is None


def test_a_crash_in_the_middle_is_made_good_by_running_again(
    sqlite_database: Database, shelf: Recordings
) -> None:
    history(sqlite_database, shelf, [2000, 1900])

    stuck = shelf.path("2026/03/02/1.xrec")
    stuck.unlink()
    (stuck / "in the way").mkdir(parents=True)  # no file: it cannot be deleted as one
    with pytest.raises(RecordingError, match="cannot be deleted"):
        sweep(sqlite_database, shelf)
    assert count(sqlite_database, Deletion) == 0
    shutil.rmtree(stuck)
    assert sweep(sqlite_database, shelf)["recordings"] == 2
    assert names(shelf) == []
    assert verify(sqlite_database, LOG).broken is None


def test_tampering_beside_deleted_records_is_found(sqlite_database: Database, shelf: Recordings) -> None:
    history(sqlite_database, shelf, [2000, 1900, 10, 9])
    sweep(sqlite_database, shelf)
    tamper(sqlite_database, "DELETE FROM decision WHERE id = 3")
    assert verify(sqlite_database, LOG).broken == Broken(Fault.DELETED, 3, 3)


def test_records_older_than_the_chain_go_too(bare_database: Database, shelf: Recordings) -> None:
    older(bare_database)
    upgrade(bare_database)
    later = AT + 3000 * DAY
    assert sweep(bare_database, shelf, now=later)["decisions"] == 3
    found = verify(bare_database, LOG)
    assert (found.broken, found.older, found.last_id) == (None, 0, 3)


def test_what_keeps_a_record_is_of_the_whole_person_and_of_whom_they_were_parted_from(
    database: Database,
) -> None:
    with database.transaction() as session:
        keep, other = add_customer(session), add_customer(session)
        other.accounts[0].product = "mortgage"
        session.add(
            Promise(
                customer_id=other.id,
                account_id=other.accounts[0].id,
                amount=1,
                currency="CNY",
                due=AT.date(),
                state="pending",
                made_at=AT,
            )
        )
        session.flush()
        assert owners_of(session, [keep.id]) == {keep.id: Owner(("credit_card",))}
        merge(session, keep.external_id, other.external_id, reason="r", by="x", at=AT)
        whole = {keep.id: Owner(("credit_card", "mortgage"), AT)}
        assert owners_of(session, [keep.id]) == whole
        split(session, keep.external_id, other.external_id, reason="r", by="x", at=AT)
        assert owners_of(session, [keep.id]) == whole
