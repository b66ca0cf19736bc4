"""Whom to be in a call that is only tried out: an imported customer, or one made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.dialogue.brief import Brief, Debt, Offer, Party
from bot.dialogue.prompts import PromptBook
from campaigns.cli.installation import open_installation
from campaigns.dialing.briefing import LATEST_PROMISE_DAYS, brief_of
from campaigns.errors import ConflictError, NotInitialisedError
from campaigns.settings import HOTLINE, INSTITUTION, load_settings
from campaigns.store.briefs import subject_of_customer


@dataclass(frozen=True, slots=True)
class Invented:
    """A customer made up for a call; money in minor units."""

    name: str
    gender: str
    id_tail: str
    amount: int
    days_past_due: int
    relief: int


def brief_for(
    home: Path, customer: str | None, invented: Invented, prompts: PromptBook, today: date
) -> Brief:
    """The customer to play: an imported one, or the one made up. Raises NotFoundError, ConflictError."""
    if customer is not None:
        with open_installation(home) as (settings, database), database.transaction() as session:
            subject = subject_of_customer(session, customer, today)
        return brief_of(subject, prompts.speech, settings, today)
    if not invented.name.strip():
        raise ConflictError("the invented customer needs a name")
    try:
        settings = load_settings(home)
        institution, hotline = settings.institution, settings.hotline
    except NotInitialisedError:
        institution, hotline = INSTITUTION, HOTLINE
    debt = Debt(
        product=prompts.speech.product("credit_card"),
        amount_due=invented.amount,
        minimum_due=max(1, invented.amount // 10),
        currency="CNY",
        due_date=today - timedelta(days=invented.days_past_due),
        days_past_due=invented.days_past_due,
    )
    until = today + timedelta(days=LATEST_PROMISE_DAYS)
    offer = Offer("1", invented.relief, until, "invented", until) if invented.relief else None
    party = Party(invented.name, prompts.speech.honorific(invented.gender), invented.id_tail)
    return Brief(institution, hotline, party, debt, offer, LATEST_PROMISE_DAYS)
