"""The flows that need facts of their own run end to end on the made-up portfolio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.dialogue.brief import Brief
from bot.dialogue.gate import DebtLexicon
from bot.language import language_dir
from campaigns.clock import VirtualClock
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.audience import Audience
from campaigns.dialing.briefing import brief_from
from campaigns.dialing.creation import NewCampaign, create
from campaigns.dialing.worker import RunEnd
from campaigns.outcomes.checking import check_promises
from campaigns.outcomes.standing import shipped_promise_rules
from campaigns.settings import Settings
from campaigns.store.campaigns import NewInvitation
from campaigns.store.database import Database
from campaigns.store.facts import latest_event_at
from campaigns.store.models import Attempt, Call, Customer, DecisionRecord, TurnRecord
from campaigns.store.reporting import campaign_report
from tests.integration.dialing.campaigning import MONDAY_MORNING, install

TODAY = MONDAY_MORNING.date()
INVITATION = NewInvitation("您有一份老客户的利率优惠", TODAY + timedelta(days=60), "产品部")


class Sample:
    """A portfolio on which the three were run, one after the other, and their campaigns by flow."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.store_url)
        self.campaigns: dict[str, int] = {}

    def run(self, flow: str, limit: int, invitation: NewInvitation | None = None) -> None:
        with self.database.transaction() as session:
            now = max(MONDAY_MORNING, latest_event_at(session) or MONDAY_MORNING)
            wanted = NewCampaign(flow, flow, Audience(limit=limit), invitation=invitation)
            at = now.astimezone(self.settings.zone)
            campaign, _ = create(session, wanted, language_dir("zh"), self.settings, at)
        with open_worker(self.settings, self.database, campaign, VirtualClock(now)) as worker:
            assert asyncio.run(worker.run()) is RunEnd.FINISHED
        self.campaigns[flow] = campaign.id

    def briefs(self, flow: str) -> list[Brief]:
        with self.database.transaction() as session:
            found = select(Call.brief).where(
                Call.campaign_id == self.campaigns[flow], Call.brief.is_not(None)
            )
            return [brief_from(brief) for brief in session.scalars(found) if brief]

    def said(self, flow: str) -> list[str]:
        with self.database.transaction() as session:
            found = select(TurnRecord.text).join(Call, Call.id == TurnRecord.call_id)
            ours = found.where(Call.campaign_id == self.campaigns[flow], TurnRecord.speaker == "bot")
            return list(session.scalars(ours))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Sample]:
    settings = install(tmp_path_factory.mktemp("flows") / "home", customers=110, cache=model_cache, seed=3)
    sample = Sample(settings)
    rules = shipped_promise_rules()
    assert check_promises(sample.database, TODAY, MONDAY_MORNING, settings.zone, rules).changed
    sample.run("broken-promise", 6)
    sample.run("later-stage", 6)
    sample.run("dormant-offer", 12, INVITATION)
    yield sample
    sample.database.close()


def test_the_broken_promise_is_spoken_of_as_it_was_made(sample: Sample) -> None:
    briefs = sample.briefs("broken-promise")
    assert briefs
    assert all(brief.broken_promise and brief.broken_promise.due < TODAY for brief in briefs)
    assert any("上次跟您约好" in text for text in sample.said("broken-promise"))


def test_the_later_stage_has_plans_to_offer(sample: Sample) -> None:
    briefs = sample.briefs("later-stage")
    assert any(brief.instalments is not None for brief in briefs)
    assert all(brief.debt.days_past_due > 30 for brief in briefs)


def test_an_invitation_says_nothing_of_a_debt_and_needs_consent(sample: Sample) -> None:
    briefs, words = sample.briefs("dormant-offer"), sample.said("dormant-offer")
    lexicon = DebtLexicon.load(language_dir("zh"))
    assert briefs
    assert all(brief.debt.amount_due == 0 and not brief.debt.product for brief in briefs)
    assert any(INVITATION.text in text for text in words)
    assert not [text for text in words if lexicon.find(text, briefs[0])]
    campaign_id = sample.campaigns["dormant-offer"]
    with sample.database.transaction() as session:
        agreed = dict(session.execute(select(Customer.id, Customer.marketing_consent)).all())
        called = session.scalars(select(Attempt.customer_id).where(Attempt.campaign_id == campaign_id)).all()
        assert all(agreed[customer_id] for customer_id in called)
        refusals = select(DecisionRecord.reason).where(
            DecisionRecord.campaign_id == campaign_id, DecisionRecord.verdict == "refuse"
        )
        assert {"consent_unknown", "consent_refused"} & set(session.scalars(refusals))
        report = campaign_report(session, campaign_id, sample.settings.zone)
        assert report.messages == ()  # an invitation that did not reach them is worth no message
        assert report.inbound.calls == 0
