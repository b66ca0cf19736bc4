"""What campaigns came to, kept up by triggers of the database in the transaction of each change."""

from __future__ import annotations

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class CampaignTally(Base):
    """How many rows of a campaign are of one kind: the sum of ``n`` over the slots.

    ``what`` and ``code``: campaigns.store.tallies. ``slot``: on PostgreSQL the server's process that wrote
    it, so that no two transactions wait for each other over one count; 0: of SQLite, or folded.
    """

    __tablename__ = "campaign_tally"

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigInteger)
