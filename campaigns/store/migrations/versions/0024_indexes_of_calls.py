"""Calls by their end for readers of results, by how long was talked, and by whose they are within a day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DAY = ["started_at", "id", "direction", "right_party"]


def upgrade() -> None:
    op.drop_index("ix_call_ended_at", table_name="call")
    op.create_index("ix_call_ended", "call", ["ended_at", "id"])
    op.drop_index("ix_call_day", table_name="call")
    op.create_index("ix_call_day", "call", [*DAY, "customer_id"])
    if op.get_bind().dialect.name == "postgresql":
        keys = [sa.text("started_at"), sa.text("(ended_at - answered_at)"), sa.text("id")]
        op.create_index("ix_call_talk", "call", keys, postgresql_where=sa.text("answered_at IS NOT NULL"))
        op.execute("ANALYZE call")  # of the difference nothing is known before


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_call_talk", table_name="call")
    op.drop_index("ix_call_day", table_name="call")
    op.create_index("ix_call_day", "call", DAY)
    op.drop_index("ix_call_ended", table_name="call")
    op.create_index("ix_call_ended_at", "call", ["ended_at"])
