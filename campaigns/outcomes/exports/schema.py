"""The columns of each export, with their types. ``docs/exports.md`` says what each holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from campaigns.errors import NotFoundError


class Kind(StrEnum):
    """The type of a column. Money is a whole number of minor units, beside a ``currency``."""

    INTEGER = "integer"
    MONEY = "money"
    TEXT = "text"
    CODE = "code"  # one of our own codes; those that tell of a person's health are withheld
    FLAG = "flag"
    DAY = "day"
    TIME = "time"
    NAME = "name"  # a person's; masked unless personal data are asked for
    NUMBER = "number"  # a telephone number; masked likewise
    WORDS = "words"  # what was written to a person; left out likewise


PERSONAL = frozenset({Kind.NAME, Kind.NUMBER, Kind.WORDS})


@dataclass(frozen=True, slots=True)
class Field:
    """One column."""

    name: str
    kind: Kind


def _fields(text: str) -> tuple[Field, ...]:
    """``name:kind`` each; without a kind it is text."""
    parts = (part.partition(":") for part in text.split())
    return tuple(Field(name, Kind(kind or Kind.TEXT)) for name, _, kind in parts)


DATASETS: dict[str, tuple[Field, ...]] = {
    "calls": _fields(
        "call_id:integer direction campaign customer number:number line caller_number line_call_id flow "
        "flow_version arm started_at:time answered_at:time ended_at:time talk_s:integer cause "
        "sip_code:integer disposition:code right_party:flag effective:flag recorded:flag"
    ),
    "attempts": _fields(
        "attempt_id:integer campaign customer number:number member_id:integer turn:integer nth:integer state "
        "reserved_at:time dialed_at:time ended_at:time disposition:code charged:flag line caller_number arm"
    ),
    "members": _fields(
        "member_id:integer campaign customer name:name account grade treatment arm state outcome:code "
        "reason:code next_at:time callback_at:time amount_due:money currency"
    ),
    "promises": _fields(
        "promise_id:integer campaign customer account call_id:integer amount:money currency due:day "
        "rest_due:day owed:money relief:money instalments:integer state reason paid:money made_at:time "
        "settled_at:time"
    ),
    "decisions": _fields(
        "decision_id:integer at:time campaign customer number:number attempt_id:integer verdict reason:code "
        "until:time rule_pack link"
    ),
    "messages": _fields(
        "message_id:integer campaign customer call_id:integer channel template body:words state "
        "created_at:time"
    ),
    "follow-ups": _fields(
        "follow_up_id:integer campaign customer name:name number:number call_id:integer reason:code "
        "urgent:flag state created_at:time"
    ),
    "payments": _fields(
        "payment_id:integer customer account reference amount:money currency paid_on:day paid_at:time "
        "booked_at:time in_ledger:flag file_name"
    ),
}


def fields_of(dataset: str) -> tuple[Field, ...]:
    """The columns of an export. Raises NotFoundError, naming those that there are."""
    if dataset not in DATASETS:
        raise NotFoundError(
            "there is no export %(dataset)r; there are: %(known)s",
            dataset=dataset,
            known=", ".join(DATASETS),
        )
    return DATASETS[dataset]
