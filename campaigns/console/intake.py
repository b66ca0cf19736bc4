"""Files that are brought in: kept aside, looked into, checked whole, imported."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from campaigns.console.services import Services
from campaigns.customers.encoding import WORKBOOK_MAGIC
from campaigns.customers.generate import Generator, load_ranges
from campaigns.customers.headers import bind
from campaigns.customers.importer import import_customers
from campaigns.customers.intake.columns import (
    Columns,
    guess,
    payment_columns,
    portfolio_mapping,
    vendor_map,
)
from campaigns.customers.intake.kind import Kind
from campaigns.customers.intake.safety import check_once
from campaigns.customers.numbers.trust import Policy, shipped_trust
from campaigns.customers.numbers.vendorfile import read_vendor_file
from campaigns.customers.parse import RowParser
from campaigns.customers.record import Reason
from campaigns.customers.table import open_table
from campaigns.errors import ConflictError, ImportFileError
from campaigns.payments.importer import import_payments
from campaigns.payments.parse import PaymentParser
from campaigns.private import Private, PrivateKind
from campaigns.store.console.uploads import NewUpload, UploadView
from campaigns.store.number_reports import Report, record_reports

KEPT_DAYS: Final = 7  # a file that nobody imports
PREVIEWED: Final = 12
_PIECE: Final = 1 << 20

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """One row as it will be read: a value or a Private for each head, and what is wrong with it."""

    number: int
    cells: tuple[Any, ...]
    reasons: tuple[Reason, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """``headers``: of the file. ``wrong``: why it cannot be read with these columns."""

    headers: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[Seen, ...]
    encoding: str
    wrong: ConflictError | ImportFileError | None = None


def folder(services: Services) -> Path:
    """Where files are kept until they are imported; nobody else on the machine may look into it."""
    path = services.settings.home / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def keep(services: Services, source: BinaryIO, name: str, kind: Kind, limit: int) -> NewUpload:
    """Write what comes to disk, piece by piece. Raises ImportFileError: it is too large, or no table."""
    piece = source.read(_PIECE)
    # By what it is, not by its name: a reader of workbooks goes by the ending, and knows other kinds too.
    stored = secrets.token_hex(16) + (".xlsx" if piece.startswith(WORKBOOK_MAGIC) else ".csv")
    path, digest, size = folder(services) / stored, hashlib.sha256(), 0
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while piece and (size := size + len(piece)) <= limit:
            digest.update(piece)
            target.write(piece)
            piece = source.read(_PIECE)
    try:
        if size > limit:
            raise ImportFileError(
                "the file is larger than %(limit)s MB; bring it in parts", limit=limit // 1000000
            )
        check_once(path, digest.hexdigest())
    except ImportFileError:
        path.unlink()
        raise
    shown = name.replace("\\", "/").rpartition("/")[2] or "file"
    return NewUpload(kind.value, shown, stored, size, digest.hexdigest(), {})


def columns_for(services: Services, new: NewUpload, saved: Sequence[Columns], base: str = "") -> Columns:
    """What the headers tell; with ``base`` as that reads them. Raises ImportFileError when there are none."""
    with _told(services, new), open_table(folder(services) / new.stored) as table:
        return guess(Kind(new.kind), table.headers, saved, base)


def look(services: Services, upload: UploadView, at: datetime) -> Preview:
    """The first rows as they will be read. Raises ImportFileError when it is no table."""
    columns, kind = Columns.model_validate(upload.columns), Kind(upload.kind)
    with _told(services, upload), open_table(folder(services) / upload.stored) as table:
        about = table.profile.encoding or "xlsx"
        try:
            read = _reader(services, kind, columns, table.headers, at)
        except (ConflictError, ImportFileError) as error:
            return Preview(tuple(table.headers), (), (), about, error)
        rows = tuple(read(raw) for raw in islice(table.rows, PREVIEWED))
        return Preview(tuple(table.headers), HEADS[kind], rows, about)


HEADS: Final = {
    Kind.PORTFOLIO: ("external_id", "name", "phone", "account_id", "amount_due", "due_date", "days_past_due"),
    Kind.PAYMENTS: ("reference", "account_id", "customer_id", "amount", "paid_at"),
    Kind.NUMBERS: ("number", "status"),
}


def _reader(
    services: Services, kind: Kind, columns: Columns, headers: list[str], at: datetime
) -> Callable[[Any], Seen]:
    settings = services.settings
    local = at.astimezone(settings.zone)
    if kind is Kind.PORTFOLIO:
        parser = RowParser(
            bind(portfolio_mapping(columns), headers),
            as_of=local,
            region=settings.region,
            generator=Generator.of(settings.seed, settings.region, settings.language),
            ranges=load_ranges(),
        )
        return lambda raw: _customer(raw.number, parser.parse(raw))
    if kind is Kind.PAYMENTS:
        wanted = payment_columns(columns)
        payments = PaymentParser(wanted, wanted.bind(headers), len(headers), local)
        return lambda raw: _payment(raw.number, payments.parse(raw))
    vendor = vendor_map(columns)
    places = [_place(headers, name) for name in (vendor.number[0], vendor.status[0])]
    if None in places:
        raise ConflictError("choose the columns of the number and of its state")

    def word(raw: Any) -> Seen:
        cells = [
            raw.cells[place].strip() if place < len(raw.cells) else ""
            for place in places
            if place is not None
        ]
        status = vendor.meaning(cells[1])
        number = Private(PrivateKind.NUMBER, cells[0], cells[0][-4:])
        return Seen(raw.number, (number, status.value if status else None), (), kept=status is not None)

    return word


def _place(headers: list[str], name: str) -> int | None:
    return headers.index(name) if name in headers else None


def _customer(number: int, parsed: Any) -> Seen:
    row = parsed.row
    if row is None:
        return Seen(number, (), parsed.reasons, kept=False)
    key, account = row.external_id, row.account
    phone = row.numbers[0].e164 if row.numbers else None
    cells = (
        key, Private(PrivateKind.NAME, row.name, key),
        None if phone is None else Private(PrivateKind.NUMBER, phone, key),
        account.external_id, (account.amount_due, account.currency), account.due_date, account.days_past_due,
    )  # fmt: skip
    return Seen(number, cells, parsed.reasons, kept=True)


def _payment(number: int, parsed: Any) -> Seen:
    row = parsed.row
    if row is None:
        return Seen(number, (), parsed.reasons, kept=False)
    cells = (row.reference, row.account_id, row.customer_id, (row.amount, row.currency), row.paid_at)
    return Seen(number, cells, parsed.reasons, kept=True)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a whole file: counts by name, and the file of rejected rows."""

    counts: dict[str, int]
    reasons: dict[str, int]
    rejected: str | None

    @property
    def told(self) -> dict[str, Any]:
        return {"counts": self.counts, "reasons": self.reasons}


def work(services: Services, upload: UploadView, progress: Progress, *, rehearse: bool) -> Done:
    """Read the whole file; with ``rehearse`` nothing of it stays. Raises ImportFileError, ConflictError."""
    columns, path = Columns.model_validate(upload.columns), folder(services) / upload.stored
    if not path.is_file():
        raise ImportFileError("the file is not kept any more; bring it in again")
    with _told(services, upload):
        match Kind(upload.kind):
            case Kind.PORTFOLIO:
                return _customers(services, path, columns, progress, rehearse=rehearse)
            case Kind.PAYMENTS:
                return _payments(services, path, columns, progress, rehearse=rehearse)
            case Kind.NUMBERS:
                return _numbers(services, path, columns, progress, rehearse=rehearse)


def _customers(
    services: Services, path: Path, columns: Columns, progress: Progress, *, rehearse: bool
) -> Done:
    settings = services.settings
    report = import_customers(
        services.database,
        path,
        mapping=portfolio_mapping(columns),
        region=settings.region,
        as_of=services.now().astimezone(settings.zone),
        errors_dir=_errors(services),
        seed=settings.seed,
        language=settings.language,
        progress=progress,
        rehearse=rehearse,
    )
    counts = {
        "rows": report.rows,
        "new": report.imported,
        "changed": report.updated,
        "rejected": report.rejected,
        "duplicates": report.duplicates,
    }
    return Done(counts, dict(report.reasons), _name(report.error_file))


def _payments(
    services: Services, path: Path, columns: Columns, progress: Progress, *, rehearse: bool
) -> Done:
    report = import_payments(
        services.database,
        path,
        at=_ledger_now(services),
        zone=services.settings.zone,
        errors_dir=_errors(services),
        progress=progress,
        columns=payment_columns(columns),
        rehearse=rehearse,
    )
    counts = {
        "rows": report.rows,
        "new": report.booked,
        "known": report.known,
        "rejected": report.rejected,
        "duplicates": report.repeated,
        "cleared": report.cleared,
    }
    return Done(counts, {}, _name(report.error_file))


def _numbers(services: Services, path: Path, columns: Columns, progress: Progress, *, rehearse: bool) -> Done:
    settings, now = services.settings, _ledger_now(services)
    found = read_vendor_file(
        path,
        vendor_map(columns),
        region=settings.region,
        zone=settings.zone,
        now=now,
        errors_dir=_errors(services),
    )
    progress(found.rows, found.rows)
    open_session = services.database.rehearsal if rehearse else services.database.transaction
    with open_session() as session:
        told = (Report(e164, word) for e164, word in found.words.items())
        done = record_reports(session, told, now=now, policy=Policy(shipped_trust(), services.pack))
    counts = {
        "rows": found.rows,
        "changed": done.taken,
        "weaker": done.weaker,
        "known": done.known,
        "strange": done.strange,
        "nothing": found.nothing,
        "contradicting": found.contradicting,
        "unknown_codes": sum(found.unknown_codes.values()),
        "rejected": found.rejected,
    }
    return Done(counts, {}, _name(found.error_file))


def remove(services: Services, stored: str) -> None:
    """The file is of no more use."""
    (folder(services) / stored).unlink(missing_ok=True)


def rejected_file(services: Services, name: str) -> Path:
    """The file of rejected rows. Raises ImportFileError when it is gone."""
    path = _errors(services) / Path(name).name
    if not path.is_file():
        raise ImportFileError("the rejected rows are not kept any more; bring the file in again")
    return path


def oldest_kept(now: datetime) -> datetime:
    """Files older than this that nobody imported are removed."""
    return now - timedelta(days=KEPT_DAYS)


def _errors(services: Services) -> Path:
    return services.settings.home / "imports"


def _name(path: Path | None) -> str | None:
    return None if path is None else path.name


def _ledger_now(services: Services) -> datetime:
    with services.database.reading() as session:
        return services.ledger_now(session)


class _told:  # noqa: N801 - reads as a word of the sentence
    """Errors name the file as its sender does."""

    def __init__(self, services: Services, upload: UploadView | NewUpload) -> None:
        self._path, self._name = str(folder(services) / upload.stored), upload.file_name

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ImportFileError) and self._path in str(error):
            told = error.said
            raise ImportFileError(told.template, **dict(map(self._named, told.values.items()))) from error

    def _named(self, value: tuple[str, Any]) -> tuple[str, Any]:
        return value[0], self._name if str(value[1]) == self._path else value[1]
