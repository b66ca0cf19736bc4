"""Calls to us as they happen, and what people want of calls in progress"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is in these is gone when a call is over: they are made anew, under keys of both directions.
    for table in ("live_line", "live_watch"):
        op.drop_table(table)
    op.create_table(
        "live_watch",
        sa.Column("call", sa.String(length=24), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_live_watch")),
    )
    op.create_table(
        "live_line",
        sa.Column("call", sa.String(length=24), nullable=False),
        *_line_columns(),
        sa.PrimaryKeyConstraint("call", "seq", name=op.f("pk_live_line")),
    )
    op.create_table(
        "live_incoming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("teller", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("line_call_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("e164", sa.String(length=16), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_incoming")),
        sa.UniqueConstraint("line_call_id", name=op.f("uq_live_incoming_line_call_id")),
    )
    op.create_table(
        "live_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.String(length=24), nullable=False),
        sa.Column("pending", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=255), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_order")),
        sa.UniqueConstraint("pending", name=op.f("uq_live_order_pending")),
    )
    op.create_index(op.f("ix_live_order_call"), "live_order", ["call"], unique=False)
    op.create_index(op.f("ix_live_order_state"), "live_order", ["state"], unique=False)


def downgrade() -> None:
    for table in ("live_order", "live_incoming", "live_line", "live_watch"):
        op.drop_table(table)
    op.create_table(
        "live_watch",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_live_watch")),
    )
    op.create_table(
        "live_line",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        *_line_columns(),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_live_line_attempt_id_attempt")),
        sa.PrimaryKeyConstraint("attempt_id", "seq", name=op.f("pk_live_line")),
    )


def _line_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("speaker", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
    )
