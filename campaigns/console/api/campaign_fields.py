"""What programs say of campaigns, and are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from campaigns.console.api.campaign_settings import (
    ExperimentIn,
    ExperimentSetOut,
    InvitationIn,
    InvitationOut,
    RetriesIn,
    RetryOut,
)
from campaigns.console.api.endpoint import Given, Told
from campaigns.console.api.fields import LARGEST, Name, Paged, Short, Why
from campaigns.console.api.hours_fields import HoursIn, HoursOut
from campaigns.dialing.audience import Audience

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


class AudienceOut(Told):
    """Whom a campaign calls, narrowed to whom its script is for; as ``AudienceIn``."""

    grades: tuple[str, ...] = ()
    min_days_past_due: int | None = None
    max_days_past_due: int | None = None
    min_amount_due: int = 1
    limit: int | None = None
    broken_promises: bool = False
    dormant_days: int | None = None
    treatment: str | None = None
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    list_id: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> AudienceOut:
        """Of what is kept with a campaign, of an older version too."""
        return cls(**{name: kept[name] for name in cls.model_fields if name in kept})


class CampaignOneOut(CampaignOut):
    """With what it is set to beyond the list. null: as the installation has it.

    ``hours``: its own, within the law's. ``retries``: what it sets for itself of each way to try again.
    ``control_groups``: why it calls whom other experiments leave alone too; null: it leaves them alone.
    """

    audience: AudienceOut
    hours: HoursOut | None
    retries: dict[str, RetryOut] | None
    caller_ids: tuple[str, ...] | None
    invitation: InvitationOut | None
    experiment: ExperimentSetOut | None
    control_groups: str | None


class CampaignsOut(Told):
    """``next``: the cursor of the following page; null: this is the last."""

    items: tuple[CampaignOut, ...]
    next: str | None


class AudienceIn(Given):
    """Whom it calls, by their worst account.

    ``dormant_days``: customers who owe nothing and were not heard of for so long. ``treatment``: only those
    who are planned for it and are due. ``list_id``: only who is on this list (POST /audiences/lists).
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
    list_id: Annotated[int, Field(ge=1, le=LARGEST)] | None = None

    def audience(self) -> Audience:
        """Raises ConflictError: nobody can be so."""
        return Audience(**self.model_dump())


class CampaignIn(Given):
    """A new campaign, a draft until it is launched.

    ``script``: a published one. ``hours``: its own, within the law's; null: as the law says. ``retries``: by
    way of trying again what differs from the installation's. ``invitation``: what a script of marketing
    needs, and no other takes. ``experiment``: its scripts compared, or customers left alone.
    ``caller_ids``: numbers of the installation to call from; all of them when none is named.
    ``control_groups``: whom other experiments leave alone is called too, for this reason, which is kept on
    record; without it they are left alone.
    """

    name: Name
    script: Name = "repayment-reminder"
    audience: AudienceIn = AudienceIn()
    concurrency: AtOnce = 20
    calls_per_second: PerSecond = 2.0
    hours: HoursIn | None = None
    retries: RetriesIn | None = None
    invitation: InvitationIn | None = None
    experiment: ExperimentIn | None = None
    caller_ids: CallerIds | None = None
    control_groups: ControlGroups | None = None


class CampaignChange(Given):
    """What is to be another; the campaign is a draft or paused. What is null stays as it is.

    ``hours`` and ``retries`` take the place of all that it had set of them. ``clear``: what goes back to the
    installation's, whatever is said of it beside.
    """

    concurrency: AtOnce | None = None
    calls_per_second: PerSecond | None = None
    hours: HoursIn | None = None
    retries: RetriesIn | None = None
    caller_ids: CallerIds | None = None
    control_groups: ControlGroups | None = None
    clear: tuple[Literal["hours", "retries", "caller_ids", "control_groups"], ...] = ()


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
