"""Why a campaign calls control groups of other experiments, and what is deleted at the end of its time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("control_groups", sa.String(length=255), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign", "control_groups")
