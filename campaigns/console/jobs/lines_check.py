"""Looking at the line without calling anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from campaigns.console.job import JobContext, JobKind
from campaigns.dialing.lines import open_check

LINES_CHECK: Final = "lines.check"


def check(context: JobContext) -> Mapping[str, Any]:
    """Raises LineError when the settings of the line are wrong."""
    services = context.services
    findings = asyncio.run(open_check(services.settings, services.clock).examine())
    return {"findings": [asdict(each) for each in findings]}


JOB = JobKind(LINES_CHECK, check)
