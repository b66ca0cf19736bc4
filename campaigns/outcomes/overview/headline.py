"""The figures of the whole period, and what a promise and money kept came to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from campaigns.outcomes.grid import UNKNOWN, Column, Figure, Grid, Unit
from campaigns.outcomes.overview.figures import Money
from campaigns.outcomes.overview.rates import Cost
from campaigns.outcomes.overview.summary import Group, Overview
from campaigns.outcomes.report import rate
from campaigns.outcomes.report_words import Words


def key_figures(report: Overview, say: Words) -> Grid:
    """The figures of the whole period, one a row; each has a unit of its own."""
    total, dials = report.dials, report.dials.dials
    figures: list[tuple[str, str, Unit, Any]] = [
        ("dials", say("dials"), Unit.COUNT, dials.dials),
        ("contact_rate", say("contact_rate"), Unit.SHARE, rate(dials.connected, dials.dials)),
        ("right_party_rate", say("right_party_rate"), Unit.SHARE, rate(dials.right_party, dials.dials)),
        ("promise_rate", say("promise_rate"), Unit.SHARE, rate(dials.promises, dials.right_party)),
        ("promises", say("overview.promises"), Unit.COUNT, dials.promises),
        ("kept", say("kept"), Unit.COUNT, dials.kept),
        ("kept_rate", say("kept_rate"), Unit.SHARE, rate(dials.kept, dials.due)),
        ("paid", paid_label(report, say), Unit.COUNT, report.stages.paid),
        ("talk", say("talk_total"), Unit.SECONDS, dials.talk_s),
        ("held_out", say("overview.held_out"), Unit.COUNT, report.held_out),
        ("messages", say("overview.messages"), Unit.COUNT, sum(report.messages.values())),
    ]
    for currency in report.currencies:
        money = report.money[currency]
        names = ("promised_money", "kept_money", "paid_money", "relief_money", "relief_kept")
        amounts = (money.promised, money.kept, money.paid, money.relief, money.relief_kept)
        figures += [
            (f"{name}.{currency}", f"{say(f'overview.{name}')} {currency}", Unit.MONEY, amount)
            for name, amount in zip(names, amounts, strict=True)
        ]
    figures += _costs(report, total, say)
    if total.lost:
        figures.append(("lost", say("overview.lost"), Unit.COUNT, total.lost))
    return Grid(
        "key_figures",
        say("overview.key_figures"),
        (Column("figure", say("overview.figure"), Unit.TEXT),),
        (Column("value", say("overview.value"), Unit.TEXT),),
        tuple((label, Figure(value, unit)) for _, label, unit, value in figures),
        tuple((key,) for key, *_ in figures),
        _missing(report, say),
    )


def _costs(report: Overview, total: Group, say: Words) -> Iterator[tuple[str, str, Unit, Any]]:
    """Cost of calls, of messages, in all, and what a promise and a unit of money kept came to."""
    for currency in cost_currencies(report):
        parts = {"calls": total.cost, "messages": report.message_cost, "total": report.cost}
        for name, cost in parts.items():
            yield (
                f"cost_{name}.{currency}",
                f"{say(f'overview.cost_{name}')} {currency}".strip(),
                Unit.COST,
                known(cost, currency),
            )
        cost = report.cost
        money = report.money.get(currency, Money())
        kept = Decimal(money.kept) / 100
        with_relief = plus(known(cost, currency), Decimal(money.relief_kept) / 100)
        each: dict[str, Any] = {
            "promise": over(known(cost, currency), total.dials.promises),
            "kept": over(known(cost, currency), total.dials.kept),
            "unit": over(known(cost, currency), kept),
            "unit_relief": over(with_relief, kept),
        }
        for name, figure in each.items():
            label = f"{say(f'overview.cost_{name}')} {currency}".strip()
            yield f"cost_{name}.{currency}", label, Unit.COST, figure


def cost_currencies(report: Overview) -> tuple[str, ...]:
    """Currencies that costs are in; one without a name when no rate is known at all."""
    found = tuple(sorted(report.cost.amounts))
    return found or (("",) if report.cost.unknown else ())


def known(cost: Cost, currency: str) -> Any:
    amount = cost.of(currency)
    return UNKNOWN if amount is None else amount


def plus(amount: Any, more: Decimal) -> Any:
    return UNKNOWN if amount is UNKNOWN else amount + more


def over(amount: Any, by: Decimal | int) -> Any:
    """``amount`` a piece; None where there is nothing to divide by."""
    if not by:
        return None
    return UNKNOWN if amount is UNKNOWN else amount / by


def _missing(report: Overview, say: Words) -> tuple[str, ...]:
    names = sorted(
        say("overview.not_kept") if name == "?" else say.code("rate", name) for name in report.cost.unknown
    )
    return (say("overview.unknown_rates").replace("{names}", ", ".join(names)),) if names else ()


def paid_label(report: Overview, say: Words) -> str:
    return say("overview.paid").replace("{days}", str(report.paid_days))
