"""Whom to play: a customer made up on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.dialogue.brief import Brief, Debt, Invitation, Offer, Party
from bot.dialogue.speech import Speech
from campaigns.dialing.briefing import LATEST_PROMISE_DAYS, LATEST_REST_DAYS, Lender
from campaigns.errors import ConflictError

GENDERS: Final = ("male", "female", "unknown")
PRODUCTS: Final = ("credit_card", "consumer_loan")
MOST_MONEY: Final = 100_000_000_00  # minor units
MOST_DAYS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Invented:
    """A customer as they were typed in; money in minor units."""

    name: str
    gender: str
    id_tail: str
    product: str
    amount: int
    days_past_due: int
    relief: int
    invitation: str = ""

    def check(self) -> None:
        """Raises ConflictError when nobody can be like that."""
        if not self.name:
            raise ConflictError("the invented customer needs a name")
        if self.gender not in GENDERS or self.product not in PRODUCTS:
            raise ConflictError("choose a reason from the list")
        if len(self.id_tail) != 4 or not (self.id_tail[:3].isdigit() and self.id_tail[3] in "0123456789Xx"):
            raise ConflictError("the end of an identity number has four figures; the last may be X")
        if not 0 < self.amount <= MOST_MONEY or not 0 <= self.relief < self.amount:
            raise ConflictError("the amount due must be more than nothing, and more than the relief")
        if abs(self.days_past_due) > MOST_DAYS:
            raise ConflictError("days past due lie between -3000 and 3000")

    def brief(self, speech: Speech, lender: Lender, today: date) -> Brief:
        """What the bot is told of them."""
        self.check()
        until = today + timedelta(days=LATEST_PROMISE_DAYS)
        return Brief(
            lender.institution,
            lender.hotline,
            Party(self.name, speech.honorific(self.gender), self.id_tail.upper()),
            Debt(
                product=speech.product(self.product),
                amount_due=self.amount,
                minimum_due=max(1, self.amount // 10),
                currency="CNY",
                due_date=today - timedelta(days=self.days_past_due),
                days_past_due=self.days_past_due,
            ),
            Offer("1", self.relief, until, "invented", until) if self.relief else None,
            LATEST_PROMISE_DAYS,
            latest_rest_days=LATEST_REST_DAYS,
            invitation=Invitation(self.invitation, until) if self.invitation else None,
        )
