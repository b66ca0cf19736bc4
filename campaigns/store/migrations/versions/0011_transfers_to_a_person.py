"""Transfers to a person, and recordings of the carrier"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("agent", sa.String(length=16), nullable=True),
        sa.Column("waited_s", sa.Double(), nullable=False),
        sa.Column("talked_s", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_transfer_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("call_id", name=op.f("uq_transfer_call_id")),
    )
    op.create_index(op.f("ix_transfer_state"), "transfer", ["state"], unique=False)
    op.add_column("call", sa.Column("carrier_recording", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("call", "carrier_recording")
    op.drop_table("transfer")
