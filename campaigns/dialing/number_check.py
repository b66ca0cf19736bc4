"""The state of a number is asked for before it is dialled, whenever it is not known or known for too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.sections import Then
from campaigns.store.numbers import NumberCheck, numbers_of_customers, set_number_statuses
from campaigns.store.threads import StoreThreads
from telephony.checks import NumberChecker
from telephony.status import NumberStatus


def needs_check(pack: EffectivePack, status: NumberStatus, status_at: datetime | None, now: datetime) -> bool:
    """Whether the rule pack has no use for what is known of a number, or wants it asked again."""
    if status is NumberStatus.UNKNOWN or status_at is None:
        return True
    rule = pack.rules.number_states[status]
    age = now - status_at
    if rule.then is Then.RECHECK and rule.attempts == 0:
        return age >= timedelta(hours=rule.recheck_h or 0)
    return rule.attempts != 0 and age > timedelta(hours=rule.max_age_h)


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
    await store.run(set_number_statuses, checks)
    return len(due)
