"""A decision goes only after a deletion of decisions is on record that it is among"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

AMONG = "SELECT 1 FROM deletion WHERE first_id <= OLD.id AND last_id >= OLD.id"


def upgrade() -> None:
    _guard(f"{AMONG} AND kind = 'decisions'")


def downgrade() -> None:
    _guard(AMONG)


def _guard(recorded: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_unrecorded_delete() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF EXISTS ({recorded}) "
            "THEN RETURN OLD; END IF; RAISE EXCEPTION 'the decision log is append-only'; END $$"
        )
    else:
        op.execute("DROP TRIGGER decision_no_delete")
        op.execute(
            f"CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision WHEN NOT EXISTS ({recorded}) "
            "BEGIN SELECT RAISE(ABORT, 'the decision log is append-only'); END"
        )
