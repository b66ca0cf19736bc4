"""How long a portfolio of many rows takes through the console: kept, guarded, checked whole, imported.

    .venv/bin/python -m tests.benchmarks.import_benchmark --rows 100000 --format csv

The import is made twice: into an empty store, and again, when every row is one that is known.
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from campaigns.clock import SystemClock
from campaigns.console import intake
from campaigns.console.services import Services, open_services
from campaigns.console.settings import console_settings
from campaigns.customers.intake.kind import Kind
from campaigns.settings import create_home, load_settings
from campaigns.store.console.uploads import UploadView
from campaigns.store.database import Database
from campaigns.store.migrate import upgrade

HEAD = (
    "客户编号", "账户编号", "姓名", "手机号", "省份", "产品", "授信额度", "余额", "应还金额", "最低还款额",
    "逾期天数", "生成数据",
)  # fmt: skip


def rows(count: int) -> list[list[str]]:
    """Every hundredth is wrong."""
    return [
        [
            f"C{n}", f"L{n}", f"客户{n}", f"154{n:08d}", "上海", "consumer_loan", "20000", "12000.00",
            "x" if n % 100 == 99 else f"{100 + n % 5000}.50", "100", str(n % 90), "是",
        ]
        for n in range(count)
    ]  # fmt: skip


def content(form: str, count: int) -> bytes:
    """The file."""
    table = [list(HEAD), *rows(count)]
    if form == "xlsx":
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, cells in enumerate(table):
                sheet.write_row(number, 0, cells)
        return out.getvalue()
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode("gbk" if form == "gbk" else "utf-8-sig")


def timed(what: str, count: int, do: Callable[[], Any]) -> Any:
    """Do it and tell how long it took, and how much of a processor: others may share the machine."""
    start, worked = time.perf_counter(), time.process_time()
    result = do()
    took, worked = time.perf_counter() - start, time.process_time() - worked
    print(f"{what:28} {took:7.1f} s  {count / took:9,.0f} rows/s  {worked:7.1f} s of a processor", flush=True)
    return result


def bring(services: Services, data: bytes, form: str) -> UploadView:
    """The file as the console keeps it."""
    name = "book.xlsx" if form == "xlsx" else "book.csv"
    new = intake.keep(services, io.BytesIO(data), name, Kind.PORTFOLIO, 10**9)
    columns = intake.columns_for(services, new, [])
    now = services.now()
    return UploadView(
        1, new.kind, new.file_name, new.stored, new.bytes, new.sha256, columns.model_dump(), "uploaded",
        {}, {}, None, 1, "benchmark", now, None,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--format", choices=("csv", "gbk", "xlsx"), default="csv")
    parser.add_argument("--once", action="store_true", help="leave the second import out")
    chosen = parser.parse_args()
    data = content(chosen.format, chosen.rows)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        create_home(home)
        settings = load_settings(home)
        database = Database(settings.store_url)
        upgrade(database)
        services = open_services(settings, console_settings(settings), database, SystemClock())
        print(f"{chosen.rows:,} rows, {len(data) / 1e6:.1f} MB, {chosen.format}")
        upload = timed("kept, guarded, guessed", chosen.rows, lambda: bring(services, data, chosen.format))
        timed("first rows", chosen.rows, lambda: intake.look(services, upload, services.now()))
        quiet = lambda _done, _total: None  # noqa: E731
        timed("check of all rows", chosen.rows, lambda: intake.work(services, upload, quiet, rehearse=True))
        done = timed("import", chosen.rows, lambda: intake.work(services, upload, quiet, rehearse=False))
        print(done.counts)
        if not chosen.once:
            timed("import again", chosen.rows, lambda: intake.work(services, upload, quiet, rehearse=False))
        database.close()
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
