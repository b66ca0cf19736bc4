"""What people find in calls: quality scores and misunderstandings; and indexes to look calls up by"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("scorecard", sa.String(length=64), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_quality_score_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_score")),
        sa.UniqueConstraint("call_id", name=op.f("uq_quality_score_call_id")),
    )
    op.create_index("ix_quality_score_score", "quality_score", ["score", "call_id"], unique=False)
    op.create_table(
        "misunderstanding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_misunderstanding_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misunderstanding")),
        sa.UniqueConstraint("call_id", "seq", name=op.f("uq_misunderstanding_call_id")),
    )
    op.create_index("ix_call_disposition_started", "call", ["disposition", "started_at", "id"], unique=False)
    op.create_index("ix_call_campaign_started", "call", ["campaign_id", "started_at", "id"], unique=False)
    op.create_index("ix_call_version_started", "call", ["flow_version", "started_at", "id"], unique=False)
    op.create_index("ix_turn_intent", "turn", ["intent", "call_id"], unique=False)
    op.create_index(op.f("ix_follow_up_call_id"), "follow_up", ["call_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_follow_up_call_id"), table_name="follow_up")
    op.drop_index("ix_turn_intent", table_name="turn")
    op.drop_index("ix_call_version_started", table_name="call")
    op.drop_index("ix_call_campaign_started", table_name="call")
    op.drop_index("ix_call_disposition_started", table_name="call")
    op.drop_table("misunderstanding")
    op.drop_index("ix_quality_score_score", table_name="quality_score")
    op.drop_table("quality_score")
