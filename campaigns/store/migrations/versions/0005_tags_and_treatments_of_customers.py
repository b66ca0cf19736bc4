"""Tags and treatments of customers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=48), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_tag_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_tag")),
    )
    op.create_index(op.f("ix_customer_tag_customer_id"), "customer_tag", ["customer_id"], unique=False)
    op.create_index(
        "uq_customer_tag_held",
        "customer_tag",
        ["tag", "customer_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "customer_treatment",
        sa.Column("customer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("treatment", sa.String(length=48), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_contact_on", sa.Date(), nullable=True),
        sa.Column("check_number", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_treatment_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_treatment")),
    )
    op.create_index(
        op.f("ix_customer_treatment_treatment"), "customer_treatment", ["treatment"], unique=False
    )


def downgrade() -> None:
    op.drop_table("customer_treatment")
    op.drop_table("customer_tag")
