"""Portfolio files for import tests, and all that an import left in a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from campaigns.customers.importer import ImportReport, import_customers
from campaigns.store.database import Database
from campaigns.store.models import Account, Customer, PhoneNumber, ReliefOffer

SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
TOMORROW = AS_OF + timedelta(days=1)
HEADERS = ["客户编号", "姓名", "手机号", "应还金额", "到期日"]
RELIEF = ["减免金额", "减免还款截止日", "减免审批人", "减免有效期"]


def row(n: int, *, name: str = "王小明", due: str = "100.50") -> list[str]:
    return [f"{n:05d}", name, f"1391234{n:04d}", due, "2026-11-20"]


def write(
    path: Path, rows: Iterable[list[str]], headers: list[str] = HEADERS, encoding: str = "utf-8"
) -> Path:
    text = "".join(",".join(cells) + "\n" for cells in [headers, *rows])
    path.write_bytes(text.encode(encoding))
    return path


def load(database: Database, file: Path, as_of: datetime = AS_OF, **options: Any) -> ImportReport:
    return import_customers(database, file, as_of=as_of, errors_dir=file.parent / "errors", **options)


def contents(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All customers, accounts, numbers and offers, without what tells one run from another."""
    with database.transaction() as session:
        return {
            table.__tablename__: [
                {column.key: getattr(entry, column.key) for column in table.__table__.columns}
                for entry in session.scalars(select(table).order_by(table.id))
            ]
            for table in (Customer, Account, PhoneNumber, ReliefOffer)
        }


class InterruptedImportError(Exception):
    """Someone stopped the import."""


def stop_after(rows: int) -> Callable[[int, int | None], None]:
    def progress(done: int, _total: int | None) -> None:
        if done >= rows:
            raise InterruptedImportError

    return progress
