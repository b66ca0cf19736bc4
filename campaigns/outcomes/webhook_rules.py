"""How deliveries are tried and given up, as data."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("webhooks.yaml")

Seconds = Annotated[int, Field(ge=1, le=7 * 86_400)]


class WebhookRules(BaseModel):
    """The file of rules; the shipped one says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    retry_after_s: tuple[Seconds, ...]
    timeout_s: int = Field(ge=1, le=60)
    lease_s: int = Field(ge=2, le=3600)
    at_once: int = Field(ge=1, le=100)

    @model_validator(mode="after")
    def _a_try_ends_within_its_lease(self) -> Self:
        if self.lease_s <= self.timeout_s:
            raise ValueError("lease_s must be longer than timeout_s, or one event is sent twice")
        return self

    def again_after(self, tries: int) -> timedelta | None:
        """How long to wait after the ``tries``-th try failed; None: it was the last."""
        if tries > len(self.retry_after_s):
            return None
        return timedelta(seconds=self.retry_after_s[tries - 1])


def load_webhook_rules(path: Path = SHIPPED) -> WebhookRules:
    """Read a rules file. Raises DataFileError with file, line and key."""
    return load_model(path, WebhookRules)


@cache
def shipped_webhook_rules() -> WebhookRules:
    """The rules that ship, read once."""
    return load_webhook_rules()
