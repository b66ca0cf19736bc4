"""Why a campaign holds, for every language"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("pause_said", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign", "pause_said")
