"""The report over campaigns and days as people get it: terminal, CSV, workbook and page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from rich.console import Console
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from campaigns.outcomes.grid import UNKNOWN, Column, Grid, Range, Unit, filed, shown
from campaigns.outcomes.overview.dimensions import Dimension
from campaigns.outcomes.overview.files import write_csv, write_xlsx
from campaigns.outcomes.overview.grids import about, definitions, grids
from campaigns.outcomes.overview.page import overview_page
from campaigns.outcomes.overview.rates import load_rates
from campaigns.outcomes.overview.summary import Overview
from campaigns.outcomes.overview.terminal import render
from campaigns.outcomes.report_words import words
from campaigns.store.database import Database
from campaigns.store.models import Attempt, Base, Campaign
from campaigns.store.overview.report import overview
from tests.integration.report_world import Dial, History, World, allowed

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOSTILE = "<script>alert(1)</script>[red]{{ 7*7 }}\"'"
MEMBERS = [
    allowed(Dial("busy"), Dial("promise", timedelta(hours=2), 70, True, 123_450), amount_due=200_000),
    allowed(Dial("third_party", timedelta(hours=1), 12), grade="C"),
    allowed(Dial("no_answer")),
    History((("refuse", "do_not_call"),)),
    History((("defer", "<i>new</i>"),), grade=None),
]


@pytest.fixture(scope="module")
def report() -> Iterator[Overview]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        World(session).campaign("spring", MEMBERS)
        session.execute(update(Campaign).values(name=HOSTILE))
        session.execute(update(Attempt).where(Attempt.n == 2).values(line="=1+1", caller_id="+861060000001"))
        yield overview(session, SHANGHAI, load_rates())
    engine.dispose()


class Page(HTMLParser):
    """What is on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.plots: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        if (name := values.get("id")) is not None:
            self.ids.append(name)
        self.links += [value or "" for key, value in attrs if key in ("src", "href", "xlink:href", "action")]
        if tag == "svg":
            assert values["role"] == "img"
            self.plots.append(values["aria-label"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_stands_alone_and_names_its_plots(report: Overview, language: str) -> None:
    text = overview_page(report, words(language))
    page = Page(text)
    assert "script" not in page.tags
    assert all(link.startswith("#") for link in page.links)
    assert not re.search(r"url\((?!#)|@import|@font-face", text)
    assert len(set(page.ids)) == len(page.ids)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    assert used <= set(page.ids)
    assert len(page.plots) == 4
    assert all(page.plots)
    assert text.count("<svg") == text.count("<title>") - 1
    assert "alert(1)</script>" not in text
    assert "49" not in re.findall(r"\{\{.*?\}\}", text)


def test_plots_hold_text_that_can_be_found_and_read(report: Overview) -> None:
    text = overview_page(report, words("zh"))
    assert re.search(r"<text[^>]*>本人接听</text>", text)
    assert "font-family" not in "".join(re.findall(r"<text[^>]*>", text))


def test_every_form_has_the_definitions_and_the_same_figures(report: Overview, tmp_path: Path) -> None:
    say = words("en")
    tables, notes = grids(report, say), definitions(report, say)
    out = io.StringIO()
    console = Console(file=out, width=160, color_system=None)
    console.print(render(say("overview"), about(report, say), tables, notes, say, 160))
    write_csv(tables, tmp_path / "csv", notes)
    write_xlsx(tables, tmp_path / "r.xlsx", notes, "Report")
    text = " ".join(out.getvalue().split())
    page = overview_page(report, say)
    for line in notes:
        assert " ".join(line.split())[:60] in text
        assert line.split(":")[0] in page
    with (tmp_path / "csv" / "by_line.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(row["line"], row["dials"]) for row in lines] == [("'=1+1", "1"), ("simulated", "3")]
    assert lines[0]["cost.CNY"] == "unknown"
    assert lines[0]["promised_money.CNY"] == "1234.50"
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    sheet = book["By line"]
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["Line"].value, cells["Line"].data_type) == ("=1+1", "s")
    assert cells["Dials"].value == 1
    assert cells["Contact rate"].value == pytest.approx(1.0)
    assert cells["Cost of calls CNY"].value == "unknown"
    assert (tmp_path / "csv" / "definitions.txt").read_text(encoding="utf-8").count("\n") == len(notes)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_no_figure_is_cut_in_a_narrow_terminal(report: Overview, width: int) -> None:
    say = words("en")
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None)
    console.print(render("x", [], grids(report, say), [], say, width))
    assert "…" not in out.getvalue()
    assert "do_not_call" not in out.getvalue()


def test_a_break_down_that_is_not_asked_for_is_not_shown(report: Overview) -> None:
    only = replace(report, by=(Dimension.HOUR,))
    assert [grid.key for grid in grids(only, words("zh"))] == ["key_figures", "funnel", "by_hour"]
    empty = replace(report, members=(), cells=(), reasons=())
    assert [grid.key for grid in grids(empty, words("zh"))] == ["key_figures"]
    assert "<svg" not in overview_page(empty, words("zh"))


def test_what_is_not_known_is_neither_nothing_nor_zero() -> None:
    assert [shown(value, Unit.COST, "?") for value in (None, UNKNOWN, 0)] == ["–", "?", "0.00"]
    assert [filed(value, Unit.COST) for value in (None, UNKNOWN)] == [None, "unknown"]
    assert shown(Range(0.25, 0.2, 0.305), Unit.SHARE, "?") == "25.0% [20.0%, 30.5%]"


def test_sheets_of_one_name_are_told_apart(tmp_path: Path) -> None:
    grid = Grid(
        "k",
        "A [long] title: of a sheet / that is too long",
        (Column("a", "A", Unit.TEXT),),
        (),
        (("x",),),
        (("x",),),
    )
    write_xlsx([grid, grid, grid], tmp_path / "r.xlsx", [], "A")
    assert len(openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames) == 4


def test_a_report_holds_up_no_writer(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        World(session).campaign("spring", MEMBERS)
    with sqlite_database.reading() as reader:
        before = overview(reader, SHANGHAI, load_rates())
        with sqlite_database.transaction() as session:
            World(session).campaign("summer", MEMBERS)
        # One moment for the whole report, whatever is written meanwhile.
        assert overview(reader, SHANGHAI, load_rates()).stages == before.stages
    with sqlite_database.reading() as reader:
        assert overview(reader, SHANGHAI, load_rates()).stages.loaded == 2 * before.stages.loaded
