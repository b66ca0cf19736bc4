"""Who is in which arm: a salted hash, so that the same customer is always in the same one."""

from __future__ import annotations

import hashlib

from campaigns.experiments.design import WHOLE, Arm, Design

_BITS = 64


def place(experiment: str, customer: str) -> int:
    """Where a customer stands in an experiment, from 0 to WHOLE - 1, evenly spread.

    ``customer`` is the lender's own key, which outlives imports. Two experiments place independently of each
    other, for their names are the salt. The bias of taking 64 bits modulo 10,000 is below 1e-15.
    """
    # The length of the salt is in it too: ("ab", "c") and ("a", "bc") are different customers.
    salted = f"{len(experiment)}:{experiment}:{customer}".encode()
    return int.from_bytes(hashlib.sha256(salted).digest()[: _BITS // 8]) % WHOLE


def arm_of(design: Design, customer: str) -> Arm:
    """The arm of a customer."""
    at, upto = place(design.name, customer), 0
    for arm in design.arms:
        upto += arm.share
        if at < upto:
            return arm
    raise AssertionError("the shares of a design add up to the whole")
