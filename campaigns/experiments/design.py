"""What an experiment compares: scripts, and customers whom the bot leaves alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from campaigns.errors import ConflictError

WHOLE = 10_000  # shares are whole numbers of 10,000: hundredths of a per cent
NAME = re.compile(r"\w[\w.-]{0,31}")
CONTROL, HUMAN = "control", "human"


class Kind(StrEnum):
    """What happens to the customers of an arm."""

    SCRIPT = "script"  # the bot calls them
    CONTROL = "control"  # nobody calls them for this campaign
    HUMAN = "human"  # only people call them


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm; ``share`` of WHOLE. ``flow`` is the script's, None for the holdout."""

    name: str
    kind: Kind
    share: int
    flow: str | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """An experiment. ``arms[0]`` is the reference; their shares add up to WHOLE. Raises ConflictError.

    ``name`` is the salt: campaigns that name the same experiment put a customer into the same arm.
    """

    name: str
    arms: tuple[Arm, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w[\w.-]{0,63}", self.name):
            raise ConflictError(
                "%(name)r is no name for an experiment: letters, digits, '-', '_' and '.', at most 64",
                name=self.name,
            )
        names = [arm.name for arm in self.arms]
        wrong = [name for name in names if not NAME.fullmatch(name)]
        if wrong:
            raise ConflictError(
                "%(wrong)r is no name for an arm: letters, digits, '-', '_', at most 32", wrong=wrong[0]
            )
        if len(set(names)) < len(names):
            raise ConflictError("two arms have the same name")
        if not self.arms or self.arms[0].kind is not Kind.SCRIPT:
            raise ConflictError("an experiment needs a script to compare with: --arm NAME=FLOW:SHARE")
        if len(self.arms) == 1:
            raise ConflictError("one arm alone compares with nothing: add another --arm, or --holdout SHARE")
        if any(arm.share < 1 for arm in self.arms) or sum(arm.share for arm in self.arms) != WHOLE:
            shares = ", ".join(f"{arm.name} {arm.share / 100:g}%" for arm in self.arms)
            raise ConflictError(
                "the shares of all arms add up to 100%%, each above 0; these are %(shares)s", shares=shares
            )

    @property
    def reference(self) -> Arm:
        return self.arms[0]

    @property
    def alike(self) -> tuple[Arm, ...]:
        """The arms that hold a script which another holds too: chance alone parts them."""
        scripts = [arm.flow for arm in self.arms]
        return tuple(arm for arm in self.arms if arm.flow is not None and scripts.count(arm.flow) > 1)

    @property
    def flows(self) -> tuple[str, ...]:
        """The scripts, each once, the reference's first."""
        return tuple(dict.fromkeys(arm.flow for arm in self.arms if arm.flow is not None))


def design_of(
    name: str, arms: Sequence[str], holdout: str, human_only: str, default_flow: str | None
) -> Design:
    """The design of these options: ``NAME[=FLOW][:SHARE]`` an arm, shares of the holdout such as ``10%``.

    Arms without a share divide what is left evenly. Raises ConflictError.
    """
    held = [
        Arm(kind.value, kind, parse_share(share))
        for kind, share in ((Kind.CONTROL, holdout), (Kind.HUMAN, human_only))
        if share
    ]
    parsed = [_parse_arm(text, default_flow) for text in arms]
    left = WHOLE - sum(arm.share for arm in held) - sum(share or 0 for *_, share in parsed)
    open_arms = sum(share is None for *_, share in parsed)
    scripts: list[Arm] = []
    for arm, flow, share in parsed:
        if share is None:
            share = left // open_arms
            left, open_arms = left - share, open_arms - 1
        scripts.append(Arm(arm, Kind.SCRIPT, share, flow))
    return Design(name, (*scripts, *held))


def parse_share(text: str) -> int:
    """``12.5%`` or ``0.125`` in parts of WHOLE. Raises ConflictError."""
    try:
        number = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        parts = number * WHOLE
    except InvalidOperation as error:
        raise ConflictError("%(text)r is no share; write 10%% or 0.1", text=text) from error
    if not 0 < parts <= WHOLE or parts != parts.to_integral_value():
        raise ConflictError(
            "%(text)r is no share; it lies between 0.01%% and 100%%, in steps of 0.01%%", text=text
        )
    return int(parts)


def _parse_arm(text: str, default_flow: str | None) -> tuple[str, str, int | None]:
    head, _, share = text.partition(":")
    name, _, flow = head.partition("=")
    name, flow = name.strip(), flow.strip() or (default_flow or "")
    if name in (CONTROL, HUMAN):
        raise ConflictError("%(name)r is the holdout's name; call the arm something else", name=name)
    if not flow:
        raise ConflictError(
            "the arm %(name)r needs a flow: --arm %(name)s=FLOW:SHARE, or --flow FLOW for all", name=name
        )
    return name, flow, parse_share(share.strip()) if share.strip() else None
