"""What must outlast a split although it has no time of its own: how a record stood when it was parted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.store.models import CampaignMember, Customer


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a record bars calls to the other part for good, or until the time it tells. Names and codes
    only."""

    flags: tuple[str, ...] = ()  # imported fields that were set
    region: str | None = None
    callback_at: datetime | None = None
    refused_marketing: bool = False

    @classmethod
    def of(cls, session: Session, customer_id: int) -> Self:
        """How the record stands now."""
        customer = session.get_one(Customer, customer_id)
        agreed = select(func.max(CampaignMember.callback_at)).where(CampaignMember.customer_id == customer_id)
        return cls(
            tuple(sorted(name for name, value in customer.attributes.items() if value)),
            customer.region,
            session.scalar(agreed),
            customer.marketing_consent is False,
        )

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """What ``data`` gives, back."""
        agreed = data.get("callback_at")
        return cls(
            tuple(data.get("flags", ())),
            data.get("region"),
            datetime.fromisoformat(agreed) if agreed else None,
            bool(data.get("refused_marketing")),
        )

    @property
    def data(self) -> dict[str, Any]:
        """As JSON can hold it; what is not given is left out."""
        told = {
            "flags": list(self.flags),
            "region": self.region,
            "callback_at": self.callback_at.isoformat() if self.callback_at else None,
            "refused_marketing": self.refused_marketing,
        }
        return {key: value for key, value in told.items() if value}

    def with_earlier(self, earlier: Self) -> Self:
        """Both of them, for records that were parted twice."""
        agreed = [at for at in (self.callback_at, earlier.callback_at) if at is not None]
        return type(self)(
            tuple(sorted({*self.flags, *earlier.flags})),
            self.region or earlier.region,
            max(agreed, default=None),
            self.refused_marketing or earlier.refused_marketing,
        )
