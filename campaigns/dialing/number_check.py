"""The state of a number is asked for before it is dialled, whenever it is not known or known for too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.number_age import needs_check
from campaigns.customers.numbers.trust import Policy, shipped_trust
from campaigns.store.numbers import NumberCheck, numbers_of_customers, set_number_statuses
from campaigns.store.threads import StoreThreads
from telephony.checks import NumberChecker
from telephony.status import NumberStatus


async def check_numbers(
    customer_ids: Sequence[int],
    store: StoreThreads,
    checker: NumberChecker,
    pack: EffectivePack,
    now: datetime,
) -> int:
    """Ask for the numbers of these customers that need it and record the answers; how many were asked for."""
    known = await store.run(numbers_of_customers, customer_ids)
    due = [n for n in known if needs_check(pack, n.status, n.status_at, now)]
    if not due:
        return 0
    told = await checker.check(sorted({number.e164 for number in due}))
    checks = [
        NumberCheck(number.id, told.get(number.e164, NumberStatus.UNKNOWN), checker.source, now)
        for number in due
    ]
    policy = Policy(shipped_trust(), pack)
    await store.run(set_number_statuses, checks, policy=policy)
    return len(due)
