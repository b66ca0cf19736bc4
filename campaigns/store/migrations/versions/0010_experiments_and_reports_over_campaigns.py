"""Experiments, what reports over many campaigns need, and exports on record"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None

# A record of an export is closed once, and never taken back.
ON_RECORD = {
    "sqlite": (
        "CREATE TRIGGER export_record_no_delete BEFORE DELETE ON export_record "
        "BEGIN SELECT RAISE(ABORT, 'exports stay on record'); END",
        "CREATE TRIGGER export_record_closed BEFORE UPDATE ON export_record WHEN OLD.closed_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'exports stay on record'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_export_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'exports stay on record'; END $$",
        "CREATE TRIGGER export_record_no_delete BEFORE DELETE ON export_record "
        "FOR EACH ROW EXECUTE FUNCTION refuse_export_change()",
        "CREATE TRIGGER export_record_no_truncate BEFORE TRUNCATE ON export_record "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_export_change()",
        "CREATE TRIGGER export_record_closed BEFORE UPDATE ON export_record "
        "FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_export_change()",
    ),
}
# Of members there already: the grade in force when the campaign was made; no treatment was kept by day.
GRADE_THEN = """
UPDATE campaign_member SET grade = (
    SELECT grade.letter FROM grade JOIN campaign ON campaign.id = campaign_member.campaign_id
    WHERE grade.customer_id = campaign_member.customer_id AND grade.graded_at <= campaign.created_at
    ORDER BY grade.graded_at DESC, grade.id DESC LIMIT 1)
"""


def upgrade() -> None:
    op.create_table(
        "experiment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment")),
        sa.UniqueConstraint("name", name=op.f("uq_experiment_name")),
    )
    op.create_table(
        "experiment_arm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("flow", sa.String(length=64), nullable=True),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiment.id"], name=op.f("fk_experiment_arm_experiment_id_experiment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment_arm")),
        sa.UniqueConstraint("experiment_id", "name", name=op.f("uq_experiment_arm_experiment_id")),
    )
    op.create_table(
        "export_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.String(length=32), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_record")),
    )
    _add_reference("campaign", "experiment_id", "experiment")
    _add_reference("campaign_member", "arm_id", "experiment_arm")
    op.add_column("campaign_member", sa.Column("grade", sa.String(length=1), nullable=True))
    op.add_column("campaign_member", sa.Column("treatment", sa.String(length=48), nullable=True))
    op.add_column("attempt", sa.Column("line", sa.String(length=32), nullable=True))
    op.add_column("attempt", sa.Column("caller_id", sa.String(length=16), nullable=True))
    op.execute(GRADE_THEN)
    op.drop_index(op.f("ix_attempt_campaign_id"), table_name="attempt")
    op.create_index("ix_attempt_campaign_reserved", "attempt", ["campaign_id", "reserved_at"])
    op.drop_index(op.f("ix_decision_at"), table_name="decision")
    op.create_index(
        "ix_decision_report",
        "decision",
        ["at", "campaign_id", "customer_id", "verdict", "reason", "id"],
    )
    op.create_index(op.f("ix_call_started_at"), "call", ["started_at"])
    op.create_index(op.f("ix_message_created_at"), "message", ["created_at"])
    for statement in ON_RECORD[op.get_bind().dialect.name]:
        op.execute(statement)


def _add_reference(table: str, column: str, target: str) -> None:
    key = op.f(f"fk_{table}_{column}_{target}")
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
        batch.create_foreign_key(key, target, [column], ["id"])
        batch.create_index(op.f(f"ix_{table}_{column}"), [column])


def downgrade() -> None:
    raise NotImplementedError("a report's history is not taken back; restore a backup")
