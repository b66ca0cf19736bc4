"""Dialogue tests as data: what is said, what must come back, how the call must end."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.datafile import load_model
from bot.dialogue.brief import Brief, BrokenPromise, Debt, InstalmentPlan, Invitation, Offer, Party
from bot.dialogue.dispositions import Disposition
from bot.dialogue.prompts import Disclosure


def _minor_units(value: object) -> int:
    amount = Decimal(str(value)) * 100
    if amount != amount.to_integral_value():
        raise ValueError("an amount has at most two decimals")
    return int(amount)


Money = Annotated[int, BeforeValidator(_minor_units)]
"""Written in major units (1234.50), held in minor ones."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfferModel(_Strict):
    waives: Money
    pay_by: date
    valid_until: date


class InstalmentsModel(_Strict):
    count: int
    amount: Money
    first_due: date
    valid_until: date


class BrokenPromiseModel(_Strict):
    amount: Money
    due: date


class InvitationModel(_Strict):
    text: str
    valid_until: date


class CustomerModel(_Strict):
    """The customer of a scenario; what is left out is as in the file's own ``customer``.

    An empty ``name`` is a caller whose number is nobody's here.
    """

    institution: str = "长河消费金融"
    hotline: str = "4001234567"
    name: str = "王晓明"
    honorific: str = "先生"
    id_tail: str = ""
    product: str = "信用卡"
    amount_due: Money = 123450
    minimum_due: Money = 20000
    due_date: date
    days_past_due: int
    latest_promise_days: int = 7
    offer: OfferModel | None = None
    instalments: InstalmentsModel | None = None
    broken_promise: BrokenPromiseModel | None = None
    invitation: InvitationModel | None = None
    agents: bool = False  # a person can take the call over at once

    def brief(self) -> Brief:
        offer, plan = self.offer, self.instalments
        broken, invitation = self.broken_promise, self.invitation
        return Brief(
            self.institution,
            self.hotline,
            Party(self.name, self.honorific, self.id_tail),
            Debt(self.product, self.amount_due, self.minimum_due, "CNY", self.due_date, self.days_past_due),
            Offer("offer", offer.waives, offer.pay_by, "scenario", offer.valid_until) if offer else None,
            self.latest_promise_days,
            InstalmentPlan("plan", plan.count, plan.amount, plan.first_due, "scenario", plan.valid_until)
            if plan
            else None,
            BrokenPromise(broken.amount, broken.due) if broken else None,
            Invitation(invitation.text, invitation.valid_until) if invitation else None,
            agents=self.agents,
        )


class PromiseModel(_Strict):
    amount: Money
    due: date
    relief: bool = False


class LineModel(_Strict):
    """One thing that happens, and what must come of it.

    Either the ``user`` says something, or there is ``silence`` so many times in a row, or keys are
    ``pressed``. ``intent`` is what must be understood, ``stop_words`` the rules that must be hit (an empty
    list: none), ``bot`` the prompts of the reply in order, ``says`` words that must be in it, ``step`` where
    the flow must stand then, and ``slots`` what some slots must hold (null: nothing; money in major units,
    days as text).
    """

    user: str | None = None
    silence: int = 0
    pressed: str | None = None
    intent: str | None = None
    stop_words: list[str] | None = None
    bot: list[str] | None = None
    says: list[str] = []
    step: str | None = None
    slots: dict[str, bool | int | float | date | str | None] = {}

    @model_validator(mode="after")
    def _has_one_event(self) -> LineModel:
        if [self.user is not None, self.silence > 0, self.pressed is not None].count(True) != 1:
            raise ValueError("either the user says something or there is silence, or keys are pressed")
        return self

    @property
    def event(self) -> str:
        """What happens, for people."""
        if self.pressed is not None:
            return f"keys {self.pressed}"
        return self.user if self.user is not None else f"silence × {self.silence}"


class ScenarioModel(_Strict):
    """One dialogue test. Without ``ends`` the call must still be going on.

    ``at`` pins the clock for this one alone. ``disclosed`` are the disclosures that must have been made by
    the end; that the opening makes every one the law wants, in order, holds for each scenario unasked.
    ``never_says`` are words that must not be said, ``debt`` standing for anything that gives the debt away.
    """

    name: str
    at: AwareDatetime | None = None
    customer: dict[str, object] = {}
    talk: list[LineModel] = Field(min_length=1)
    ends: Disposition | None = None
    hangs_up: bool = False  # the customer hangs up after the last line
    right_party: bool | None = None
    promise: PromiseModel | None = None
    callback_at: datetime | None = None
    human: bool | None = None
    disclosed: list[Disclosure] = []
    never_says: list[str] = []


class ScenarioFile(_Strict):
    """A file of scenarios that share a flow, a customer and a clock."""

    flow: str
    at: AwareDatetime
    customer: CustomerModel
    scenarios: list[ScenarioModel] = Field(min_length=1)

    def brief(self, scenario: ScenarioModel) -> Brief:
        return CustomerModel.model_validate(self._written() | scenario.customer).brief()

    def _written(self) -> dict[str, object]:
        """The customer in the units it is written in."""
        fields = self.customer.model_dump()
        nested = (fields[name] for name in ("offer", "instalments", "broken_promise"))
        for holder in (fields, *(each for each in nested if each)):
            for name in {"amount_due", "minimum_due", "waives", "amount"} & holder.keys():
                holder[name] = Decimal(holder[name]) / 100
        return fields


def load_scenarios(path: Path) -> ScenarioFile:
    """Raises DataFileError naming file, line and key."""
    return load_model(path, ScenarioFile)
