"""Payments, promises and calls in, as an operator meets them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from campaigns.cli.main import app
from campaigns.customers.sample import write_sample
from campaigns.errors import ConflictError


class Operator:
    """Runs commands in this process, in a data directory of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str) -> str:
        done = CliRunner().invoke(app, ["--home", str(self.home), *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output


def test_from_a_payments_file_to_a_campaign_about_what_is_missing(
    tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAORONG_CACHE_DIR", str(model_cache))
    monkeypatch.setenv("COLUMNS", "120")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()  # the commands go by the real day
    portfolio = write_sample(tmp_path / "p.csv", today, customers=60, seed=2)
    run = Operator(tmp_path / "home")
    run("init")
    run("customers", "import", str(portfolio))
    payments = tmp_path / "payments.csv"
    payments.write_text(
        f"流水号,客户编号,金额,入账时间\nT1,C00002,10,{today}\n,C00002,1,{today}\n", encoding="utf-8"
    )
    told = run("payments", "import", str(payments))
    assert "2 rows: 1 booked, 0 booked before, 0 repeated in the file, 1 rejected." in told
    assert "Amounts due fell by 10.00 CNY." in told
    assert "payments-" in told
    assert "1 booked before" in run("payments", "import", str(payments))
    assert "已违约" in run("promises", "check")
    assert "0 changed" in run("promises", "check")
    assert "whose latest promise was broken" in run("campaign", "create", "b", "--flow", "broken-promise")
    with pytest.raises(ConflictError, match="later-stage is for accounts 31 to 90"):
        run("campaign", "create", "x", "--flow", "later-stage", "--max-days", "30")
    with pytest.raises(ConflictError, match="--invitation-until DATE"):
        run("campaign", "create", "x", "--flow", "dormant-offer", "--invitation", "利率优惠")
    shown = run("inbound", "simulate", "--customers", "3")
    assert "客户来电" in shown
    stranger = run("inbound", "simulate", "--from", "+8613800000001")
    assert "tells nothing of the caller" in stranger
    with pytest.raises(ConflictError, match="no number such as"):
        run("inbound", "simulate", "--from", "1380")
    assert "Wrote 4 calls" in run("inbound", "report", "--csv", str(tmp_path / "in.csv"))
    assert (tmp_path / "in.csv").read_text(encoding="utf-8-sig").startswith("call,at,number,customer")
