"""Brings events from the outbox to their endpoints: at least once, and one customer's in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.errors import SettingsError
from campaigns.outcomes.webhook_post import Arrived, NotArrived, Post
from campaigns.outcomes.webhook_rules import WebhookRules
from campaigns.outcomes.webhook_secrets import unseal
from campaigns.store import webhooks as store
from campaigns.store.database import Session
from campaigns.store.threads import StoreThreads
from campaigns.store.webhooks import Claimed


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the deliveries that were due. ``dead``: given up for good."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0

    def __add__(self, other: Round) -> Round:
        return Round(self.delivered + other.delivered, self.failed + other.failed, self.dead + other.dead)


class Courier:
    """Delivers what is due. ``now`` is real time: receivers and their clocks are real."""

    def __init__(
        self,
        store_threads: StoreThreads,
        post: Post,
        key: bytes,
        rules: WebhookRules,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._post, self._key, self._rules, self._now = store_threads, post, key, rules, now

    async def deliver(self) -> Round:
        """Try everything that is due, until nothing is. Raises StoreError.

        An endpoint that failed is left alone for the rest of the pass: while it is down, the events of a
        thousand customers need not each find it out.
        """
        done = Round()
        resting: set[int] = set()
        lease = timedelta(seconds=self._rules.lease_s)
        while True:
            claimed = await self._store.run(
                store.claim_deliveries, self._now(), lease, self._rules.at_once, tuple(resting)
            )
            if not claimed:
                return done
            rounds = await asyncio.gather(*(self._bring(each) for each in claimed))
            for each, one in zip(claimed, rounds, strict=True):
                done += one
                if one.failed:
                    resting.add(each.endpoint_id)

    async def _bring(self, claimed: Claimed) -> Round:
        try:
            secret = unseal(self._key, claimed.sealed_secret)
        except SettingsError as error:
            outcome: Arrived | NotArrived = NotArrived(str(error))
        else:
            outcome = await self._post.send(claimed, secret, self._now())
        return await self._store.run(self._settle, claimed, outcome)

    def _settle(self, session: Session, claimed: Claimed, outcome: Arrived | NotArrived) -> Round:
        now = self._now()
        if isinstance(outcome, Arrived):
            store.settle_delivered(session, claimed, now)
            return Round(delivered=1)
        if outcome.gone:
            store.settle_gone(session, claimed, outcome.reason, now)
            return Round(failed=1, dead=1)
        after = self._rules.again_after(claimed.tries)
        again_at = None if after is None else now + after
        store.settle_failed(session, claimed, outcome.reason, again_at, now)
        return Round(failed=1, dead=again_at is None)
