"""Which flow is for whom: an audience is narrowed to those whom its flow fits, or refused with the reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model
from campaigns.compliance.facts import Purpose
from campaigns.dialing.audience import Audience
from campaigns.errors import ConflictError
from campaigns.said import Code, Said

SHIPPED = Path(__file__).with_name("fits.yaml")

Days = tuple[int | None, int | None]


class FlowFit(BaseModel):
    """Whom one flow is for; the shipped file says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Days = (None, None)
    purpose: Purpose = Purpose.REMINDER
    dormant_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    inbound: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        low, high = self.days
        if low is not None and high is not None and low > high:
            raise ValueError("days go from the lower to the higher")
        if (self.purpose is Purpose.MARKETING) != (self.dormant_days is not None):
            raise ValueError("dormant_days goes with purpose: marketing, and only with it")
        if self.purpose is Purpose.MARKETING and self.days != (None, None):
            raise ValueError("marketing is for customers who owe nothing: it has no days past due")
        return self


class Fits(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    flows: dict[str, FlowFit]

    def of(self, flow: str, *, speaks_of_debt: bool) -> FlowFit:
        """Whom ``flow`` is for. Raises ConflictError when nobody has said it."""
        if flow in self.flows:
            return self.flows[flow]
        if speaks_of_debt:
            return FlowFit()
        raise ConflictError(
            "it is not said whom the flow %(flow)r is for; add a line to %(file)s",
            flow=flow,
            file=SHIPPED.name,
        )


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a campaign is for, and the audience narrowed to those that its flow fits."""

    purpose: Purpose
    audience: Audience


def fit(
    flow: str, audience: Audience, fits: Fits, *, speaks_of_debt: bool, has_invitation: bool = False
) -> Fitted:
    """``audience`` as far as ``flow`` is for it. Raises ConflictError that says what would fit."""
    known = fits.of(flow, speaks_of_debt=speaks_of_debt)
    if known.inbound:
        raise ConflictError(
            "%(flow)s is held when customers call in; see 'xiaorong inbound simulate'",
            flow=Code("flow", flow),
        )
    marketing = known.purpose is Purpose.MARKETING
    if marketing and not has_invitation:
        raise ConflictError(
            "%(flow)s needs what it invites to, approved and dated: "
            "--invitation TEXT --invitation-until DATE --approved-by NAME",
            flow=Code("flow", flow),
        )
    if has_invitation and not marketing:
        raise ConflictError(
            "%(flow)s invites to nothing: leave --invitation out, or use dormant-offer",
            flow=Code("flow", flow),
        )
    if marketing:
        return Fitted(known.purpose, _dormant(flow, audience, known.dormant_days or 1))
    if audience.dormant_days is not None:
        raise ConflictError(
            "%(flow)s is for customers who owe something, whenever they were last heard of",
            flow=Code("flow", flow),
        )
    broken = audience.broken_promises or known.purpose is Purpose.BROKEN_PROMISE
    return Fitted(known.purpose, replace(_of_days(flow, audience, known.days, fits), broken_promises=broken))


def _dormant(flow: str, audience: Audience, at_least: int) -> Audience:
    if (audience.min_days_past_due, audience.max_days_past_due) != (None, None) or audience.broken_promises:
        raise ConflictError(
            "%(flow)s is for customers who owe nothing: there are no days past due to choose by",
            flow=Code("flow", flow),
        )
    days = audience.dormant_days
    if days is not None and days < at_least:
        raise ConflictError(
            "%(flow)s is for customers not heard of for %(at_least)s days or more, not for %(days)s",
            flow=Code("flow", flow),
            at_least=at_least,
            days=days,
        )
    return replace(audience, dormant_days=days or at_least)


def _of_days(flow: str, audience: Audience, days: Days, fits: Fits) -> Audience:
    low, high = days
    wanted_low, wanted_high = audience.min_days_past_due, audience.max_days_past_due
    too_low = low is not None and (
        (wanted_low is not None and wanted_low < low) or (wanted_high is not None and wanted_high < low)
    )
    too_high = high is not None and (
        (wanted_high is not None and wanted_high > high) or (wanted_low is not None and wanted_low > high)
    )
    if too_low or too_high:
        others = tuple(
            Said("%(flow)s for %(days)s", flow=Code("flow", name), days=_words(other.days))
            for name, other in fits.flows.items()
            if name != flow and other.days != (None, None) and other.days != days
        )
        raise ConflictError(
            "%(flow)s is for accounts %(days)s, not %(wanted)s; there is %(others)s",
            flow=Code("flow", flow),
            days=_words(days),
            wanted=_words((wanted_low, wanted_high)),
            others=others,
        )
    return replace(
        audience,
        min_days_past_due=low if wanted_low is None else wanted_low,
        max_days_past_due=high if wanted_high is None else wanted_high,
    )


def _words(days: Days) -> Said:
    low, high = days
    if low is None and high is None:
        return Said("of any age")
    if low is None:
        return Said("not yet late") if high == 0 else Said("at most %(high)s days past due", high=high)
    if high is None:
        return Said("at least %(low)s days past due", low=low)
    return Said("%(low)s to %(high)s days past due", low=low, high=high)


@cache
def shipped_fits() -> Fits:
    """The file that ships, read once. Raises DataFileError."""
    return load_model(SHIPPED, Fits)
