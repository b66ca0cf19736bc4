"""Sending the events that are due to their endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from campaigns.console.job import JobContext, JobKind
from campaigns.dialing.endpoints import deliver_now

WEBHOOKS_DELIVER: Final = "webhooks.deliver"


def deliver(context: JobContext) -> Mapping[str, Any]:
    """Raises StoreError, NotInitialisedError."""
    done = deliver_now(context.services.settings, context.services.database)
    return {"delivered": done.delivered, "failed": done.failed, "dead": done.dead}


JOB = JobKind(WEBHOOKS_DELIVER, deliver)
