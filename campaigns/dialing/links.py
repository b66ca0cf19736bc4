"""The payment link that goes into the message about a promise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from campaigns.outcomes.promises import PromiseToPay
from campaigns.outcomes.sending_rules import SendingRules
from campaigns.outcomes.standing import stages
from campaigns.store.database import Session
from campaigns.store.paylinks import issue


@dataclass(frozen=True, slots=True)
class PayLinks:
    """How links are made here: the lender's page, the key, and what the line carries."""

    page: str
    key: bytes = field(repr=False)
    line: str
    rules: SendingRules
    zone: tzinfo

    def link(
        self, session: Session, promise_id: int, promise: PromiseToPay, e164: str | None, at: datetime
    ) -> str | None:
        """The address to pay at; None where the line takes no links to this number."""
        if e164 is None or not self.rules.carries(self.line, e164).links:
            return None
        *_, (_, last_day) = stages(promise)
        ends_on = last_day + timedelta(days=self.rules.link_days_after_due + 1)
        expires_at = datetime.combine(ends_on, time.min, self.zone)
        return f"{self.page}/{issue(session, self.key, promise_id, at, expires_at)}"
