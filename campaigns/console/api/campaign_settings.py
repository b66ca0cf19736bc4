"""Retries, invitation and experiment of a campaign, as programs say and are told them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from campaigns.console.api.endpoint import Given, Told
from campaigns.console.api.fields import Day, Name, Plain, Short
from campaigns.experiments.design import WHOLE, Design, design_of
from campaigns.outcomes.retry import RetryChange, shipped_retry_policy
from campaigns.store.campaigns import NewInvitation

RetryClass = Literal[tuple(sorted(shipped_retry_policy().classes))]  # type: ignore[valid-type]
Wait = Annotated[int, Field(ge=1, le=43_200)]
Percent = Annotated[float, Field(ge=0.01, le=100, strict=False)]
ExperimentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")]
ArmName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$")]
MOST_ARMS: Final = 10


class RetryIn(Given):
    """What a campaign sets of one way to try again; null: as the installation has it.

    ``waits_min``: minutes from the end of a dial to the next, the last for all further ones. ``max_tries``:
    dials of one customer after which it gives up. ``at_best_hour``: in the hour in which they answer best.
    """

    waits_min: Annotated[tuple[Wait, ...], Field(min_length=1, max_length=20)] | None = None
    max_tries: Annotated[int, Field(ge=1, le=50)] | None = None
    at_best_hour: bool | None = None


class RetryOut(Told):
    """As ``RetryIn``."""

    waits_min: tuple[int, ...] | None
    max_tries: int | None
    at_best_hour: bool | None


RetriesIn = dict[RetryClass, RetryIn]  # type: ignore[valid-type]


def retry_changes(retries: Mapping[str, RetryIn] | None) -> dict[str, RetryChange] | None:
    """As campaigns keep them."""
    return None if retries is None else {
        name: RetryChange(after_min=own.waits_min, max_tries=own.max_tries, at_best_hour=own.at_best_hour)
        for name, own in retries.items()
    }  # fmt: skip


def retries_out(kept: Mapping[str, Any] | None) -> dict[str, RetryOut] | None:
    """The other way round."""
    return None if kept is None else {
        name: RetryOut(
            waits_min=own.get("after_min"),
            max_tries=own.get("max_tries"),
            at_best_hour=own.get("at_best_hour"),
        )
        for name, own in kept.items()
    }  # fmt: skip


class InvitationIn(Given):
    """What a script of marketing invites to, in one sentence that says nothing of a debt.

    ``until``: its last day. ``approved_by``: the name of who approved these words; it is kept on record.
    """

    text: Annotated[Plain, StringConstraints(min_length=1, max_length=120)]
    until: Day
    approved_by: Short

    def invitation(self) -> NewInvitation:
        return NewInvitation(self.text, self.until, self.approved_by)


class InvitationOut(Told):
    """The invitation as it is spoken."""

    text: str
    until: date
    approved_by: str


class ArmIn(Given):
    """A script to compare. ``script`` null: the campaign's. ``share`` in per cent; null: an even part of the
    rest.
    """

    name: ArmName
    script: Name | None = None
    share: Percent | None = None


class ExperimentIn(Given):
    """An experiment over the campaign's members. Campaigns that name the same one put a customer into the
    same arm, and must give the same design.

    ``arms``: the first is the reference, and holds the campaign's script; without any there is one, ``bot``.
    ``holdout``: per cent whom nobody calls; ``human_only``: per cent whom only people call.
    """

    name: ExperimentName
    arms: Annotated[tuple[ArmIn, ...], Field(max_length=MOST_ARMS)] = ()
    holdout: Percent | None = None
    human_only: Percent | None = None

    def design(self, script: str) -> Design:
        """Raises ConflictError: shares do not add up, names stand twice, or there is nothing to compare."""
        arms = [f"{arm.name}={arm.script or script}{_share(arm.share, ':')}" for arm in self.arms]
        return design_of(self.name, arms or ["bot"], _share(self.holdout), _share(self.human_only), script)

    @property
    def scripts(self) -> tuple[str, ...]:
        return tuple(arm.script for arm in self.arms if arm.script is not None)


class ArmOut(Told):
    """``share`` in per cent. ``script`` null: the bot calls nobody of it. ``members``: of this campaign."""

    name: str
    kind: Literal["script", "control", "human"]
    script: str | None
    share: float
    members: int


class ExperimentSetOut(Told):
    """The experiment that a campaign is part of; its first arm is the reference.

    ``alike``: arms that hold a script which another holds too: chance alone parts them.
    """

    name: str
    arms: tuple[ArmOut, ...]
    alike: tuple[str, ...]

    @classmethod
    def of(cls, design: Design | None, members: Mapping[str, int]) -> ExperimentSetOut | None:
        if design is None:
            return None
        arms = (
            ArmOut(
                name=arm.name,
                kind=arm.kind.value,
                script=arm.flow,
                share=arm.share * 100 / WHOLE,
                members=members.get(arm.name, 0),
            )
            for arm in design.arms
        )
        return cls(name=design.name, arms=tuple(arms), alike=tuple(arm.name for arm in design.alike))


def _share(share: float | None, before: str = "") -> str:
    return "" if share is None else f"{before}{share:g}%"
