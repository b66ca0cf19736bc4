"""What programs say of campaigns, and are told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from campaigns.console.api.endpoint import Given, Told
from campaigns.console.api.fields import LARGEST, Name, Paged, Short, Why

State = Literal["draft", "running", "paused", "finished"]
AtOnce = Annotated[int, Field(ge=1, le=1000)]
PerSecond = Annotated[float, Field(ge=0.01, le=1000, strict=False)]
Whole = Annotated[int, Field(ge=-100_000, le=100_000)]
CallerIds = Annotated[tuple[Short, ...], Field(min_length=1, max_length=100)]
ControlGroups = Annotated[
    Why, Field(description="Why whom other experiments leave alone is called too; kept on record.")
]


class CampaignQuery(Paged):
    """``state``: only those that stand so."""

    state: State | None = None


class CampaignOut(Told):
    """A campaign with its figures. Its version is the ETag."""

    name: str
    state: str
    pause_reason: str | None
    purpose: str
    script: str
    concurrency: int
    calls_per_second: float
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    members: int
    done: int
    dialled: int
    connected: int
    right_party: int
    promises: int


class CampaignOneOut(CampaignOut):
    """With what it is set to beyond the list. null: as the installation has it.

    ``control_groups``: why it calls whom other experiments leave alone too; null: it leaves them alone.
    """

    caller_ids: tuple[str, ...] | None
    control_groups: str | None


class CampaignsOut(Told):
    """``next``: the cursor of the following page; null: this is the last."""

    items: tuple[CampaignOut, ...]
    next: str | None


class AudienceIn(Given):
    """Whom it calls, by their worst account.

    ``dormant_days``: customers who owe nothing and were not heard of for so long. ``treatment``: only those
    who are planned for it and are due.
    """

    grades: tuple[Literal["A", "B", "C", "D"], ...] = ()
    min_days_past_due: Whole | None = None
    max_days_past_due: Whole | None = None
    min_amount_due: Annotated[int, Field(ge=1, le=10**12)] = 1
    limit: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    broken_promises: bool = False
    dormant_days: Annotated[int, Field(ge=1, le=3_650)] | None = None
    treatment: Short | None = None
    tags: tuple[Short, ...] = ()
    without_tags: tuple[Short, ...] = ()


class CampaignIn(Given):
    """A new campaign, a draft until it is launched.

    ``caller_ids``: numbers of the installation to call from; all of them when none is named.
    ``control_groups``: whom other experiments leave alone is called too, for this reason, which is kept on
    record; without it they are left alone.
    """

    name: Name
    script: Name = "repayment-reminder"
    audience: AudienceIn = AudienceIn()
    concurrency: AtOnce = 20
    calls_per_second: PerSecond = 2.0
    caller_ids: CallerIds | None = None
    control_groups: ControlGroups | None = None


class CampaignChange(Given):
    """What is to be another; the campaign is a draft or paused. What is null stays as it is.

    ``clear``: what goes back to the installation's, whatever is said of it beside.
    """

    concurrency: AtOnce | None = None
    calls_per_second: PerSecond | None = None
    caller_ids: CallerIds | None = None
    control_groups: ControlGroups | None = None
    clear: tuple[Literal["caller_ids", "control_groups"], ...] = ()


class WhyIn(Given):
    """``why`` is kept on record."""

    why: Why


class LaunchOut(Told):
    """``approval``: a second person must decide on this request first. ``job`` works the campaign off."""

    state: str
    approval: int | None
    job: int | None


class StopOut(Told):
    """``members`` were not done."""

    state: str
    members: int
