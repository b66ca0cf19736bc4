"""The daily look at promises: pending → kept, broken or cancelled, against the payments on their accounts.

Running it again changes nothing, and running it after payments that were told late puts right what was
taken for broken.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from campaigns.outcomes.promises import PromiseState
from campaigns.outcomes.standing import Ledger, PromiseRules, review
from campaigns.store.database import Database, Session
from campaigns.store.priorities import refresh_accounts
from campaigns.store.promises import OpenPromise, open_promises, payments_of, settle_promise

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class PromiseCheck:
    """What one check found. ``changed``: by state and reason, those that stand elsewhere than before.

    The others are ``pending``, or ``settled`` as they were.
    """

    looked_at: int
    pending: int
    changed: Counter[tuple[PromiseState, str]]

    @property
    def settled(self) -> int:
        return self.looked_at - self.pending - self.changed.total()


def check_promises(
    database: Database, today: date, at: datetime, zone: tzinfo, rules: PromiseRules
) -> PromiseCheck:
    """Look at every open promise as of the start of ``today`` in ``zone``. Raises StoreError."""
    changed: Counter[tuple[PromiseState, str]] = Counter()
    looked_at = pending = last = 0
    while True:
        with database.transaction() as session:
            chunk = open_promises(session, today, rules.look_again_days, after_id=last, limit=CHUNK)
            if not chunk:
                return PromiseCheck(looked_at, pending, changed)
            found, waiting = _check(session, chunk, today, at, zone, rules)
        looked_at += len(chunk)
        last = chunk[-1].id
        pending += waiting
        changed += found


def _check(
    session: Session,
    chunk: list[OpenPromise],
    today: date,
    at: datetime,
    zone: tzinfo,
    rules: PromiseRules,
) -> tuple[Counter[tuple[PromiseState, str]], int]:
    """Those that changed, and how many are pending as before."""
    payments = payments_of(session, (open_.account_id for open_ in chunk))
    found: Counter[tuple[PromiseState, str]] = Counter()
    accounts, waiting = set(), 0
    for open_ in chunk:
        ledger = Ledger(
            payments.get(open_.account_id, ()), open_.owed_now, open_.told_at.astimezone(zone).date()
        )
        to = review(open_.promise, open_.state, open_.made_at, ledger, today, grace_days=rules.grace_days)
        if to is None:
            continue
        if settle_promise(session, open_, to, at):
            found[to.state, to.reason or ""] += 1
            accounts.add(open_.account_id)
        elif to.state is PromiseState.PENDING:
            waiting += 1
    refresh_accounts(session, accounts, today)  # who broke a promise is called first
    return found, waiting
