"""Import and reports in a real browser, in both languages, at desktop and tablet width."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.console.browsing import (
    DESKTOP,
    TABLET,
    check_accessible,
    page_of,
    serving,
    sign_in,
)
from tests.integration.console.test_imports import HEAD, as_csv, row
from tests.integration.console.world import CAMPAIGN, World

pytestmark = [pytest.mark.external, pytest.mark.slow]


def fits(page: Any) -> bool:
    """A page is never wider than its window: what is too wide scrolls within its card."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize(
    ("locale", "scheme", "viewport"), [("zh-CN", "light", DESKTOP), ("en-GB", "dark", TABLET)]
)
def test_a_file_is_brought_in_and_a_report_is_read(
    chromium: Any, world: World, locale: str, scheme: str, viewport: dict[str, int]
) -> None:
    options = {"locale": locale, "color_scheme": scheme, "viewport": viewport}
    with serving(world.app) as address, page_of(chromium, **options) as page:
        sign_in(page, address, "administrator")
        page.goto(f"{address}/imports")
        check_accessible(page)
        content = as_csv([HEAD, row(1), row(2, 应还金额="much")], "gbk")
        file = {"name": "三月.csv", "mimeType": "text/csv", "buffer": content}
        page.set_input_files("#file-portfolio", files=[file])
        page.focus("#kind-portfolio .button.primary")
        page.keyboard.press("Enter")
        page.wait_for_selector(".steps")
        assert "N1" in page.inner_text("#preview")
        check_accessible(page)
        page.click("form[action$='/check'] button")
        page.wait_for_selector("form[action$='/start'] button")
        check_accessible(page)
        assert fits(page)
        with page.expect_download() as taken:
            page.click("a[href$='/rejected']")
        assert "much" in taken.value.path().read_text(encoding="utf-8-sig")
        page.click("form[action$='/start'] button")
        page.wait_for_selector(".badge.good")
        page.wait_for_selector("form[action='/customers/grading'] button")
        check_accessible(page)
        page.focus("form[action='/customers/grading'] button")
        page.keyboard.press("Enter")
        page.wait_for_selector("#grades")
        check_accessible(page)
        assert fits(page)
        page.goto(f"{address}/customers")
        page.fill("#q", "N1")
        page.wait_for_url("**/customers?*sought=*")
        assert "N1" in page.inner_text("#found")
        assert page.locator("#found .grade").count() == 1
        check_accessible(page)
        assert fits(page)
        page.goto(f"{address}/reports")
        page.select_option("#campaign", CAMPAIGN)
        page.wait_for_url(f"**campaign={CAMPAIGN}**")
        page.wait_for_selector("#grid-by_hour")
        for path in ("/reports", "/reports/numbers", "/reports/experiments", "/exports", "/settings/lines",
                     "/settings/retention", "/settings/webhooks", "/settings/api"):  # fmt: skip
            page.goto(address + path)
            check_accessible(page)
            assert fits(page), path
