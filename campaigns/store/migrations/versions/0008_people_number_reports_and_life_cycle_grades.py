"""Customer records that are one person, what was told of numbers, grades before and during a loan"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('reserved', 'dialing')")
APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER person_change_no_{change.lower()} BEFORE {change} ON person_change "
        "BEGIN SELECT RAISE(ABORT, 'the table person_change is append-only'); END"
        for change in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE TRIGGER person_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON person_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change()",
    ),
}


def upgrade() -> None:
    _people()
    _numbers()
    _life_cycle()
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _people() -> None:
    op.create_table(
        "shared_history",
        sa.Column("customer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_shared_history_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["customer.id"], name=op.f("fk_shared_history_other_id_customer")
        ),
        sa.PrimaryKeyConstraint("customer_id", "other_id", name=op.f("pk_shared_history")),
    )
    op.create_index("ix_shared_history_other_id", "shared_history", ["other_id"], unique=False)
    op.create_table(
        "person_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["kept_id"], ["customer.id"], name=op.f("fk_person_change_kept_id_customer")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["customer.id"], name=op.f("fk_person_change_other_id_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_change")),
    )
    op.create_index(op.f("ix_person_change_kept_id"), "person_change", ["kept_id"], unique=False)
    op.create_index(op.f("ix_person_change_other_id"), "person_change", ["other_id"], unique=False)
    op.add_column("attempt", sa.Column("person_id", sa.Integer(), nullable=True))
    op.execute("UPDATE attempt SET person_id = customer_id")
    with op.batch_alter_table("attempt") as batch:
        batch.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
    op.create_index(
        "uq_attempt_live_person",
        "attempt",
        ["person_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _numbers() -> None:
    op.add_column("phone_number", sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "number_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_number_report_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_report")),
    )
    op.create_index("ix_number_report_e164_at", "number_report", ["e164", "at"], unique=False)
    # What is known at the change is the beginning of each number's history.
    op.execute(
        "INSERT INTO number_report (e164, status, source, at, recorded_at, taken) "
        "SELECT DISTINCT e164, status, status_source, status_at, status_at, TRUE "
        "FROM phone_number WHERE status_at IS NOT NULL"
    )


def _life_cycle() -> None:
    op.create_table(
        "life_cycle_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("rules_version", sa.String(length=64), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_life_cycle_grade_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_cycle_grade")),
    )
    op.create_index(
        op.f("ix_life_cycle_grade_customer_id"), "life_cycle_grade", ["customer_id"], unique=False
    )
    op.create_index("ix_life_cycle_grade_key", "life_cycle_grade", ["stage", "key"], unique=False)
    op.create_index(
        "uq_life_cycle_grade_current",
        "life_cycle_grade",
        ["stage", "key"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )


def downgrade() -> None:
    op.drop_table("life_cycle_grade")
    op.drop_table("number_report")
    op.drop_column("phone_number", "purged_at")
    op.drop_index("uq_attempt_live_person", table_name="attempt")
    op.drop_column("attempt", "person_id")
    op.drop_table("person_change")
    op.drop_table("shared_history")
