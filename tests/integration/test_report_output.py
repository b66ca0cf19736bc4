"""The report as people get it: terminal, CSV and HTML."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.outcomes.report import CampaignReport, MemberRow
from campaigns.outcomes.report_csv import cell, write_csv
from campaigns.outcomes.report_html import render_html
from campaigns.outcomes.report_terminal import funnel_table, render_terminal
from campaigns.store.database import Database
from campaigns.store.models import Base, Campaign
from campaigns.store.report_members import member_rows
from campaigns.store.reporting import campaign_report
from tests.integration.report_world import Dial, History, World, allowed

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOSTILE = "<script>alert(1)</script>\"'><img src=//evil.example/x>[red]{{ 7*7 }}"
MEMBERS = [
    allowed(Dial("busy"), Dial("promise", timedelta(hours=2), 3_700, True, 123_450), amount_due=200_000),
    allowed(Dial("third_party", timedelta(hours=1), 12), external_id='=HYPERLINK("http://evil.example")'),
    allowed(Dial("no_answer"), external_id="+1", outcome="@SUM(A1)"),
    allowed(Dial("<b>odd</b>")),
    History((("refuse", "do_not_call"),)),
    History((("defer", "<i>new</i>"),), external_id="  -2+3"),
]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path / 'report.db'}")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        yield session
    database.close()


@pytest.fixture
def campaign_id(session: Session) -> int:
    campaign_id = World(session).campaign(HOSTILE[:64], MEMBERS)
    campaign = session.get(Campaign, campaign_id)
    assert campaign is not None
    campaign.name, campaign.pause_reason = HOSTILE, HOSTILE
    session.flush()
    return campaign_id


@pytest.fixture
def report(session: Session, campaign_id: int) -> CampaignReport:
    return campaign_report(session, campaign_id, SHANGHAI)


@pytest.fixture
def members(session: Session, campaign_id: int) -> list[MemberRow]:
    return list(member_rows(session, campaign_id, SHANGHAI))


class Page(HTMLParser):
    """Collects the elements, their addresses and their text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        addresses = ("src", "href", "xlink:href", "srcset", "action", "data")
        self.addresses += [value or "" for name, value in attrs if name in addresses]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", ["zh", "en"])
def test_html_shows_hostile_words_as_words(report: CampaignReport, language: str) -> None:
    page = Page(render_html(report, language))
    assert HOSTILE in page.text
    assert "<b>odd</b>" in page.text
    assert "<i>new</i>" in page.text
    assert page.tags.isdisjoint({"script", "img", "b", "iframe", "object", "link"})


def test_html_asks_nothing_of_the_outside(report: CampaignReport) -> None:
    html = render_html(report)
    assert Page(html).addresses == []
    style = re.search(r"<style>(.*)</style>", html, re.S)
    assert style is not None
    assert not re.search(r"url\(|@import|http", style.group(1))
    assert "default-src 'none'" in html


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "zh",
            ["名单", "可拨打", "本人接听", "承诺还款", "1,234.50", "他人接听", "客户要求不再来电", "1:01:52"],
        ),
        ("en", ["Loaded", "Eligible", "Right party", "Promise to pay", "1,234.50", "Third party", "1:01:52"]),
    ],
)
def test_html_and_terminal_speak_the_operators_language(
    report: CampaignReport, language: str, texts: list[str]
) -> None:
    terminal = shown(report, language)
    page = Page(render_html(report, language)).text
    for text in texts:
        assert text in page
        assert text in terminal


def shown(report: CampaignReport, language: str = "zh") -> str:
    console = Console(file=io.StringIO(), width=140)
    console.print(render_terminal(report, language))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_terminal_takes_no_markup_from_a_name(report: CampaignReport) -> None:
    assert "[red]" in shown(report)


def test_the_closing_funnel_counts_customers(report: CampaignReport) -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(funnel_table(report, "en"))
    assert isinstance(console.file, io.StringIO)
    rows = dict(re.findall(r"^\s*(\w[\w ]*?)\s{2,}(\d+)\s", console.file.getvalue(), re.M))
    expected = {"Loaded": "6", "Eligible": "4", "Dialled": "4", "Connected": "2"}
    assert rows == {**expected, "Right party": "1", "Promise": "1"}


@pytest.mark.parametrize("render", [render_html, render_terminal])
def test_an_unknown_language_names_those_there_are(report: CampaignReport, render: object) -> None:
    assert callable(render)
    with pytest.raises(NotFoundError, match="zh, en"):
        render(report, "xx")


def test_an_empty_campaign_can_be_shown(session: Session, tmp_path: Path) -> None:
    campaign_id = World(session).campaign("Nobody", [])
    report = campaign_report(session, campaign_id, SHANGHAI)
    assert "Nobody" in shown(report)
    assert "Nobody" in render_html(report)
    summary, detail = write_csv(report, member_rows(session, campaign_id, SHANGHAI), tmp_path / "out")
    assert len(rows_of(summary)) > 20
    assert rows_of(detail) == []


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_opens_in_a_spreadsheet_and_runs_no_formula(
    report: CampaignReport, members: list[MemberRow], tmp_path: Path
) -> None:
    summary, detail = write_csv(report, members, tmp_path / "out")
    assert detail.read_bytes().startswith(b"\xef\xbb\xbf")  # or Excel garbles Chinese
    rows = rows_of(detail)
    assert len(rows) == len(MEMBERS)
    for row in [*rows, *rows_of(summary)]:
        for value in row.values():
            assert not value.lstrip().startswith(("=", "+", "-", "@"))
    assert rows[1]["customer"] == '\'=HYPERLINK("http://evil.example")'
    assert rows[0]["number"] == "'+86154****0001"


def test_summary_is_tidy_and_agrees_with_the_report(
    report: CampaignReport, members: list[MemberRow], tmp_path: Path
) -> None:
    summary, _ = write_csv(report, members, tmp_path)
    rows = rows_of(summary)
    keys = [(row["section"], row["key"], row["measure"]) for row in rows]
    assert len(set(keys)) == len(keys)
    values = dict(zip(keys, (row["value"] for row in rows), strict=True))
    assert values["funnel", "connected", "customers"] == "2"
    assert float(values["funnel", "connected", "of_loaded"]) == pytest.approx(2 / 6, abs=1e-6)
    assert values["disposition", "busy", "attempts"] == "1"
    assert values["decision", "refuse/do_not_call", "holds_back"] == "1"
    assert values["promises", "CNY", "amount"] == "1234.50"
    assert values["hour", "9", "dials"] == "3"


def test_nothing_shows_a_whole_number_or_a_name(
    report: CampaignReport, members: list[MemberRow], tmp_path: Path
) -> None:
    files = "".join(path.read_text("utf-8") for path in write_csv(report, members, tmp_path / "out"))
    everything = files + render_html(report) + shown(report)
    assert not re.search(r"\+?86154\d{8}", everything)
    assert "张三" not in everything


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\n=1"])
def test_text_that_would_run_as_a_formula_is_kept_from_it(text: str) -> None:
    assert cell(text) == "'" + text


@pytest.mark.parametrize("value", [-5, 0, "no_answer", "1-2", "客户"])
def test_what_cannot_run_is_left_alone(value: object) -> None:
    assert cell(value) == value
