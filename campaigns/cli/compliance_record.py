"""Putting facts and legal holds on file."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console

from campaigns.compliance.effective import load_effective
from campaigns.compliance.facts import LineType
from campaigns.compliance.hours import Hours, parse_clock
from campaigns.compliance.personal import END_OF_DAY
from campaigns.dialing.timing import ledger_now
from campaigns.errors import ConflictError, NotFoundError
from campaigns.settings import Settings
from campaigns.store import legal
from campaigns.store.customers import customer_by_external_id
from campaigns.store.database import Database
from campaigns.store.models import Customer
from campaigns.tables import Table
from telephony.numbers import mask

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PEOPLE = ("human", "agency")


@dataclass(frozen=True, slots=True)
class Filing:
    """A fact as it was typed in."""

    kind: str
    given: bool
    as_of: datetime | None
    evidence: str
    account: str | None
    number: str | None
    start: str
    end: str | None
    days: str
    line: str | None
    zone: str | None
    region: str | None
    by: str


def file_fact(settings: Settings, database: Database, external_id: str, filing: Filing) -> str:
    """Put it on file; what to tell. Raises NotFoundError or ConflictError, and then nothing is written."""
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    known = {*legal.NO_FLAGS - {legal.HOLD}, *pack.rules.gates}
    if filing.kind not in known:
        raise NotFoundError(f"there is no fact {filing.kind!r}; known: {', '.join(sorted(known))}")
    details = _details(filing)
    with database.transaction() as session:
        customer = customer_by_external_id(session, external_id)
        now = ledger_now(settings, session)
        as_of = now if filing.as_of is None else _aware(filing.as_of, settings.zone)
        if as_of > now:
            raise ConflictError(f"{as_of:%Y-%m-%d %H:%M} is still to come; a fact is as of now or earlier")
        fact_id = legal.record_fact(
            session,
            customer.id,
            filing.kind,
            given=filing.given,
            as_of=as_of,
            at=now,
            by=getpass.getuser()[:64],
            details=details,
            evidence=filing.evidence,
            account_id=_account(customer, filing.account),
            e164=_number(customer, filing.number),
        )
    return (
        f"On file as {fact_id}: {filing.kind} of {external_id}, {'given' if filing.given else 'not given'}."
    )


def _details(filing: Filing) -> dict[str, Any]:
    """What goes with the kind of fact. Raises ConflictError for what is missing or cannot be."""
    match filing.kind:
        case legal.CONSENT if filing.given and not filing.evidence:
            raise ConflictError("consent counts only with a record of it; give --evidence")
        case legal.HOURS:
            return _hours(filing)
        case legal.LINE:
            if filing.number is None or filing.line not in (LineType.WIRELESS, LineType.LANDLINE):
                raise ConflictError("say which --number it is, and --line wireless or --line landline")
            return {"line": filing.line}
        case legal.LOCATION:
            if filing.zone is None and filing.region is None:
                raise ConflictError("say where: --zone America/Denver, --region Colorado, or both")
            _check_zone(filing.zone)
            return {key: value for key in ("zone", "region") if (value := getattr(filing, key))}
        case legal.TALK:
            if filing.by not in PEOPLE:
                raise ConflictError(f"--by is one of {', '.join(PEOPLE)}")
            return {"by": filing.by}
        case _:
            return {}


def _hours(filing: Filing) -> dict[str, Any]:
    days = [day.strip().lower()[:3] for day in filing.days.split(",") if day.strip()]
    if unknown := [day for day in days if day not in WEEKDAYS]:
        raise ConflictError(f"{unknown[0]!r} is no day of the week; write {', '.join(WEEKDAYS)}")
    if filing.given and not filing.evidence:
        raise ConflictError("agreed hours count only with a written record of them; give --evidence")
    try:
        start = parse_clock(filing.start)
        Hours(start, parse_clock(filing.end) if filing.end else END_OF_DAY)
    except ValueError as error:
        raise ConflictError(f"the hours cannot be: {error}") from error
    details: dict[str, Any] = {"start": filing.start, "weekdays": [WEEKDAYS.index(day) for day in days]}
    return details | ({"end": filing.end} if filing.end else {})


def _check_zone(zone: str | None) -> None:
    try:
        if zone is not None:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConflictError(f"{zone!r} is not a time zone; try America/Denver") from error


def _account(customer: Customer, external_id: str | None) -> int | None:
    if external_id is None:
        return None
    for account in customer.accounts:
        if account.external_id == external_id:
            return account.id
    known = ", ".join(account.external_id for account in customer.accounts) or "none"
    raise NotFoundError(f"the customer has no account {external_id!r}; known: {known}")


def _number(customer: Customer, e164: str | None) -> str | None:
    if e164 is None or e164 in {number.e164 for number in customer.numbers}:
        return e164
    known = ", ".join(mask(number.e164) for number in customer.numbers) or "none"
    raise NotFoundError(f"the customer has no such number; known: {known}")


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def add_hold(settings: Settings, database: Database, external_id: str, reason: str) -> str:
    """Raises NotFoundError."""
    with database.transaction() as session:
        customer = customer_by_external_id(session, external_id)
        now = ledger_now(settings, session)
        hold = legal.record_fact(
            session,
            customer.id,
            legal.HOLD,
            given=True,
            as_of=now,
            at=now,
            by=getpass.getuser()[:64],
            evidence=reason[:255],
        )
    return f"Hold {hold}: nothing of {external_id} is deleted until it is lifted."


def remove_holds(settings: Settings, database: Database, external_id: str, reason: str) -> str:
    """Raises NotFoundError, ConflictError when there is none."""
    with database.transaction() as session:
        customer = customer_by_external_id(session, external_id)
        holds = legal.in_force(session, customer.id, legal.HOLD)
        if not holds:
            raise ConflictError(f"{external_id} is under no legal hold")
        for hold in holds:
            legal.withdraw_fact(
                session,
                hold.id,
                at=ledger_now(settings, session),
                by=getpass.getuser()[:64],
                evidence=reason[:255],
            )
    return f"Lifted {len(holds)} of {external_id}: records go at the end of their time again."


def list_holds(settings: Settings, database: Database) -> None:
    with database.transaction() as session:
        holds = legal.holds(session)
    table = Table("Hold", "Customer", "Since", "By", "Reason")
    for hold, external_id in holds:
        since = f"{hold.as_of.astimezone(settings.zone):%Y-%m-%d %H:%M}"
        table.add_row(str(hold.id), external_id, since, hold.recorded_by, hold.evidence)
    Console().print(table if holds else "There is no legal hold.")
