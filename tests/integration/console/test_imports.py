"""Bringing files in: looked into, checked whole, imported, and what files from outside may not do."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import httpx
import pytest
import xlsxwriter

from campaigns.console.access.secrets import csrf_token
from campaigns.store.models import Account, AuditEntry, Customer, NumberReport, Payment, PhoneNumber, Upload
from tests.integration.console.world import Browser, World

HEAD = ["客户编号", "姓名", "手机号", "应还金额", "逾期天数", "生成数据"]


def row(number: int, **changed: str) -> list[str]:
    """A good row; its number reaches nobody."""
    cells = dict(zip(HEAD, (f"N{number}", "测试", f"154000{number:05d}", "1200.50", "7", "是"), strict=True))
    return list({**cells, **changed}.values())


def as_csv(rows: list[list[str]], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(place, column, cell)
    return out.getvalue()


def bring(
    browser: Browser, content: bytes, name: str = "book.csv", kind: str = "portfolio"
) -> httpx.Response:
    answer: httpx.Response = browser.client.post(
        "/imports",
        data={"csrf": csrf_token(browser.token), "kind": kind},
        files={"file": (name, content)},
        headers={"origin": browser.origin},
    )
    return answer


def count(world: World, table: Any) -> int:
    with world.database.reading() as session:
        return int(session.query(table).count())


@pytest.mark.parametrize("form", ["utf-8-sig", "gbk", "xlsx"])
def test_a_portfolio_is_looked_into_checked_and_imported(world: World, form: str) -> None:
    rows = [HEAD, row(1), row(2, 应还金额="much"), row(3), row(3)]
    content = as_xlsx(rows) if form == "xlsx" else as_csv(rows, form)
    browser = world.browser("campaign_manager")
    answer = bring(browser, content, "book.xlsx" if form == "xlsx" else "book.csv")
    assert answer.headers["location"] == "/imports/1"
    page = browser.get("/imports/1").text
    assert "N1" in page
    assert "测试" in page
    assert "不是数字" in page
    before = count(world, Customer)
    assert browser.post("/imports/1/start").status_code == 409  # not before it is checked
    browser.post("/imports/1/check")
    with world.database.reading() as session:
        upload = session.get_one(Upload, 1)
        assert upload.checked["counts"] == {"rows": 4, "new": 2, "changed": 0, "rejected": 1, "duplicates": 1}
    assert count(world, Customer) == before
    browser.post("/imports/1/start")
    assert count(world, Customer) == before + 2
    rejected = browser.get("/imports/1/rejected")
    assert "much" in rejected.text
    assert "N3" in rejected.text
    assert browser.post("/imports/1/start").status_code == 409  # once
    assert list((world.services.settings.home / "uploads").iterdir()) == []
    with world.database.reading() as session:
        deeds = [entry.action for entry in session.query(AuditEntry)]
    assert {"imports.brought", "imports.begun", "imports.rejected_taken", "personal.seen"} <= set(deeds)


def test_columns_are_chosen_by_hand_and_saved_for_the_next_file(world: World) -> None:
    rows = [["Kd-Nr", "Wer", "Tel", "Offen", "Tage", "生成数据"], row(1)]
    browser = world.browser("campaign_manager")
    bring(browser, as_csv(rows))
    assert browser.post("/imports/1/check").status_code == 303
    page = browser.get("/imports/1").text
    assert "fields.external_id is missing" in page
    chosen = {
        "base": "standard", "field.external_id": "Kd-Nr", "field.name": "Wer", "field.phone": "Tel",
        "field.amount_due": "Offen", "field.days_past_due": "Tage", "field.generated": "生成数据",
        "name": "Kreis",
    }  # fmt: skip
    browser.post("/imports/1/columns", chosen)
    with world.database.reading() as session:
        (deed,) = session.query(AuditEntry).filter_by(action="imports.columns_set").all()
    assert (deed.subject, len(deed.after["fields"])) == ("1", 6)
    assert "Kd-Nr" not in f"{deed.before}{deed.after}"
    assert "N1" in browser.get("/imports/1").text
    bring(browser, as_csv(rows))
    assert "N1" in browser.get("/imports/2").text
    twice = browser.post("/imports/1/columns", {**chosen, "field.name": "Tel"})
    assert twice.status_code == 409


def test_a_file_that_is_being_read_is_left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.app.state.jobs, "begin", lambda _job: None)
    browser = world.browser("campaign_manager")
    bring(browser, as_csv([HEAD, row(1)]))
    assert browser.post("/imports/1/check").status_code == 303  # queued: as if it took its time
    for path, fields in (("columns", {"base": "standard", "field.name": "姓名"}), ("discard", {})):
        assert browser.post(f"/imports/1/{path}", fields).status_code == 409
    with world.database.reading() as session:
        assert session.get_one(Upload, 1).state == "uploaded"


def test_payments_and_a_vendors_file_are_imported(world: World) -> None:
    browser = world.browser("administrator")
    with world.database.reading() as session:
        account = session.query(Account).first()
        assert account is not None
        key, day = account.external_id, account.as_of.date()
    payments = [
        ["流水号", "账户编号", "金额", "还款时间"],
        ["P1", key, "10", f"{day}"],
        ["P2", "nobody", "1", f"{day}"],
    ]
    bring(browser, as_csv(payments), kind="payments")
    browser.post("/imports/1/check")
    assert count(world, Payment) == 0
    browser.post("/imports/1/start")
    assert count(world, Payment) == 1
    with world.database.reading() as session:
        told = session.get_one(Upload, 1).imported["counts"]
        assert (told["new"], told["rejected"]) == (1, 1)
    number = _number(world)
    bring(browser, as_csv([["手机号", "状态"], [number.removeprefix("+86"), "空号"]]), kind="numbers")
    browser.post("/imports/2/check")
    assert count(world, NumberReport) == 0
    browser.post("/imports/2/start")
    assert count(world, NumberReport) >= 1


def _number(world: World) -> str:
    with world.database.reading() as session:
        number = session.query(PhoneNumber).first()
        assert number is not None
        return number.e164


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        with book.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(62):
                part.write(bytes(10_000_000))
    return out.getvalue()


def corner(cell: bytes = b'<c r="XFD1048576"/>', sheet: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with one cell, in the last corner of the sheet; the sheet's part is called ``sheet``."""
    whole = io.BytesIO(as_xlsx([HEAD, row(1)]))
    out = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(
                    b"</sheetData>", b'<row r="1048576">' + cell + b"</row></sheetData>"
                )
            content = content.replace(b"worksheets/sheet1.xml", sheet.removeprefix("xl/").encode())
            book.writestr(part.filename.replace("xl/worksheets/sheet1.xml", sheet), content)
    return out.getvalue()


def lying() -> bytes:
    """A part of 700 MB whose entries say that it has ten bytes."""
    content = bomb()
    sizes = re.compile(rb"(xl/worksheets/sheet1\.xml)")
    place = content.rindex(b"PK\x01\x02")
    assert sizes.search(content, place)
    return content[: place + 24] + (10).to_bytes(4, "little") + content[place + 28 :]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (bomb, "bomb.xlsx"),
        (corner, "corner.xlsx"),
        (lambda: corner(b"<c r='XFD1048576'/>"), "quotes.xlsx"),
        (lambda: corner(sheet="xl/picture.xml"), "elsewhere.xlsx"),
        (lambda: corner(sheet="xl/worksheets/a/b.xml"), "deeper.csv"),
        (lambda: as_xlsx([HEAD])[:300], "cut.xlsx"),
        (lambda: b"PK\x03\x04" + bytes(500), "zeros.xlsx"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old.xls"),
        (lambda: b"%PDF-1.7 ...", "letter.csv"),
        (lambda: b"", "empty.csv"),
        (lambda: bytes(range(256)) * 20, "noise.csv"),
    ],
)
def test_a_hostile_file_is_refused_and_not_kept(world: World, content: Any, name: str) -> None:
    answer = bring(world.browser("administrator"), content(), name)
    assert answer.status_code == 422
    assert count(world, Upload) == 0
    assert list((world.services.settings.home / "uploads").iterdir()) == []


def test_a_file_that_is_none_is_told_where_the_next_can_be_chosen(world: World) -> None:
    page = bring(world.browser("administrator"), b"%PDF-1.4 is no table\x00", "book.pdf").text
    assert "这不是表格文件" in page
    assert 'id="file-portfolio"' in page


def test_columns_that_are_missing_are_named_as_the_form_names_them(world: World) -> None:
    browser = world.browser("administrator")
    bring(browser, as_csv([["谁", *HEAD[1:]], row(1)]))
    page = browser.get("/imports/1").text
    assert "请在下方选择：客户编号" in page
    assert "these columns" not in page
    bring(browser, as_csv([HEAD]))
    assert "没有数据行" in browser.get("/imports/2").text


def test_a_file_that_is_too_large_is_refused(world: World) -> None:
    small = world.configured(upload_limit=10_000)
    answer = bring(small.browser("administrator"), as_csv([HEAD, *(row(n) for n in range(500))]))
    assert answer.status_code == 422
    assert count(world, Upload) == 0


def test_a_formula_and_a_huge_cell_harm_nobody(world: World) -> None:
    evil = [
        row(1, 客户编号="=cmd|' /C calc'!A0"),
        row(2, 姓名="@SUM(1)", 应还金额="x"),
        row(3, 姓名="长" * 40_000),
    ]
    browser = world.browser("administrator")
    bring(browser, as_csv([HEAD, *evil, row(4)]), "evil<script>.csv")
    page = browser.get("/imports/1").text
    assert "<script>" not in page
    browser.post("/imports/1/check")
    with world.database.reading() as session:
        assert session.get_one(Upload, 1).checked["counts"]["rejected"] >= 2
    answer = browser.get("/imports/1/rejected")
    for cells in csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))):
        assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "-"))]
    assert "attachment" in answer.headers["content-disposition"]


def test_who_sees_no_personal_data_gets_no_rejected_rows(world: World) -> None:
    bring(world.browser("administrator"), as_csv([HEAD, row(1, 应还金额="x")]))
    world.browser("administrator").post("/imports/1/check")
    assert world.browser("administrator").get("/imports/1/rejected").status_code == 200
    for role in ("analyst", "quality", "auditor", "script_editor"):
        assert world.browser(role).get("/imports/1/rejected").status_code == 403


def test_a_template_can_be_filled_in_and_imported(world: World) -> None:
    browser = world.browser("campaign_manager")
    for kind in ("portfolio", "payments", "numbers"):
        for form in ("csv", "xlsx"):
            content = browser.get(f"/imports/templates/{kind}.{form}").content
            answer = bring(browser, content, f"template.{form}", kind)
            assert answer.status_code == 303, answer.text
            page = browser.get(answer.headers["location"]).text
            assert 'class="alert bad"' not in page
            assert "通过" in page or "可用" in page or "good" in page
