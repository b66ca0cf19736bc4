"""Tallies of campaigns, and indexes for the pages of a big installation"""

# ruff: noqa: S608, E501 - no word of it comes from outside, and SQL is read by the line

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


class Count(NamedTuple):
    """What is counted of the rows of a table: ``r`` stands for the row. ``of``: the columns that decide on it."""

    what: str
    holds: str
    of: tuple[str, ...]
    code: str = "''"
    campaign: str = "r.campaign_id"


PLACED = "r.charged AND r.dialed_at IS NOT NULL"
COUNTS = {
    "campaign_member": (
        Count("members", "r.campaign_id IS NOT NULL", ("campaign_id",)),
        Count("done", "r.state = 'done'", ("state",)),
    ),
    "attempt": (
        Count("dialled", PLACED, ("charged", "dialed_at")),
        Count("ending", "r.disposition IS NOT NULL", ("disposition",), "r.disposition"),
    ),
    "call": (
        Count("call", "r.campaign_id IS NOT NULL", ("campaign_id", "disposition"), "r.disposition"),
        Count("party", "r.campaign_id IS NOT NULL AND r.right_party", ("campaign_id", "right_party")),
    ),
    "promise": (
        Count(
            "promises",
            "r.state <> 'cancelled' AND r.call_id IN (SELECT id FROM call WHERE campaign_id IS NOT NULL)",
            ("state", "call_id"),
            campaign="(SELECT campaign_id FROM call WHERE call.id = r.call_id)",
        ),
    ),
    "decision": (
        Count("objection", "r.verdict <> 'allow'", ("campaign_id", "verdict", "reason"), "r.reason"),
    ),
}
INTO = "INSERT INTO campaign_tally (campaign_id, what, code, slot, n) "
ADD = " ON CONFLICT (campaign_id, what, code, slot) DO UPDATE SET n = campaign_tally.n + excluded.n"


def _as(row: str, expression: str) -> str:
    return expression.replace("r.", f"{row}.")


def _recount() -> Iterator[str]:
    """What there is already."""
    for table, counts in COUNTS.items():
        for count in counts:
            yield (
                f"{INTO}SELECT {count.campaign}, '{count.what}', {count.code}, 0, count(*) FROM {table} AS r "
                f"WHERE {count.holds} GROUP BY 1, 3"
            )
    yield (
        f"{INTO}SELECT r.campaign_id, 'reached', '', 0, count(DISTINCT r.member_id) FROM attempt AS r "
        f"WHERE {PLACED} GROUP BY r.campaign_id"
    )


def _sqlite() -> Iterator[str]:
    """A trigger a row: SQLite has no other, and nobody else writes at the same time."""
    for table, counts in COUNTS.items():
        for event, rows in (("INSERT", ("NEW",)), ("DELETE", ("OLD",)), ("UPDATE", ("OLD", "NEW"))):
            for count in counts:
                steps = [_step(count, row) for row in rows]
                on = f"UPDATE OF {', '.join(count.of)}" if event == "UPDATE" else event
                name = f"tally_{count.what}_{event.lower()}"
                yield f"CREATE TRIGGER {name} AFTER {on} ON {table} BEGIN {' '.join(steps)} END"
    others = (
        "NOT EXISTS (SELECT 1 FROM attempt AS r WHERE r.member_id = {0}.member_id AND r.id <> {0}.id "
        f"AND {PLACED})"
    )
    for event, row, sign in (("INSERT", "NEW", "1"), ("DELETE", "OLD", "-1")):
        yield (
            f"CREATE TRIGGER tally_reached_{event.lower()} AFTER {event} ON attempt BEGIN {INTO}"
            f"SELECT {row}.campaign_id, 'reached', '', 0, {sign} WHERE {_as(row, PLACED)} AND {others.format(row)}{ADD}; END"
        )
    old, new = f"({_as('OLD', PLACED)})", f"({_as('NEW', PLACED)})"
    yield (
        f"CREATE TRIGGER tally_reached_update AFTER UPDATE OF charged, dialed_at ON attempt WHEN {old} <> {new} BEGIN "
        f"{INTO}SELECT NEW.campaign_id, 'reached', '', 0, {new} - {old} WHERE {others.format('NEW')}{ADD}; END"
    )
    yield (
        "CREATE TRIGGER tally_campaign_delete AFTER DELETE ON campaign BEGIN "
        "DELETE FROM campaign_tally WHERE campaign_id = OLD.id; END"
    )


def _step(count: Count, row: str) -> str:
    sign = "1" if row == "NEW" else "-1"
    return (
        f"{INTO}SELECT {_as(row, count.campaign)}, '{count.what}', {_as(row, count.code)}, 0, {sign} "
        f"WHERE {_as(row, count.holds)}{ADD};"
    )


def _postgresql() -> Iterator[str]:
    """A trigger a statement: however many rows it changed, a count is written once."""
    for table, counts in COUNTS.items():
        parts = {
            rows: " UNION ALL ".join(
                f"SELECT {count.campaign} AS campaign_id, '{count.what}' AS what, {count.code} AS code, {sign} AS n "
                f"FROM {rows} AS r WHERE {count.holds}"
                for count in counts
            )
            for rows, sign in (("new_rows", "1"), ("old_rows", "-1"))
        }
        reached = {"INSERT": "", "UPDATE": "", "DELETE": ""}
        if table == "attempt":
            reached = {event: f" UNION ALL {_reached(event)}" for event in reached}
        bodies = {
            "INSERT": parts["new_rows"],
            "DELETE": parts["old_rows"],
            "UPDATE": f"{parts['new_rows']} UNION ALL {parts['old_rows']}",
        }
        for event, body in bodies.items():
            name = f"tally_{table}_{event.lower()}"
            yield (
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {INTO}"
                "SELECT campaign_id, what, code, pg_backend_pid(), sum(n) "
                f"FROM ({body}{reached[event]}) AS changed GROUP BY campaign_id, what, code HAVING sum(n) <> 0 "
                f"ORDER BY campaign_id, what, code{ADD}; RETURN NULL; END $$"
            )
            tables = {
                "INSERT": "NEW TABLE AS new_rows",
                "DELETE": "OLD TABLE AS old_rows",
                "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
            }
            yield (
                f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {tables[event]} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )
    yield (
        "CREATE FUNCTION tally_campaign_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "DELETE FROM campaign_tally WHERE campaign_id = OLD.id; RETURN NULL; END $$"
    )
    yield (
        "CREATE TRIGGER tally_campaign_delete AFTER DELETE ON campaign FOR EACH ROW "
        "EXECUTE FUNCTION tally_campaign_delete()"
    )


def _reached(event: str) -> str:
    """Members that were dialled now and not before, or the other way round: by all attempts of theirs."""
    changed = {
        "INSERT": f"SELECT id, campaign_id, member_id, false AS was, ({PLACED}) AS holds FROM new_rows AS r",
        "DELETE": f"SELECT id, campaign_id, member_id, ({PLACED}) AS was, false AS holds FROM old_rows AS r",
        "UPDATE": (
            "SELECT r.id, r.campaign_id, r.member_id, (o.charged AND o.dialed_at IS NOT NULL) AS was, "
            f"({PLACED}) AS holds FROM new_rows AS r JOIN old_rows AS o ON o.id = r.id"
        ),
    }[event]
    return (
        "SELECT campaign_id, 'reached', '', CASE WHEN bool_or(holds) THEN 1 ELSE -1 END "
        f"FROM ({changed}) AS c GROUP BY campaign_id, member_id HAVING bool_or(was) <> bool_or(holds) "
        "AND NOT EXISTS (SELECT 1 FROM attempt AS r WHERE r.member_id = c.member_id AND r.id <> ALL(array_agg(c.id)) "
        f"AND {PLACED})"
    )


REPLACED = {
    "ix_call_started_at": ("call", ["started_at"]),
    "ix_campaign_member_arm_id": ("campaign_member", ["arm_id"]),
    "ix_attempt_reserved_at": ("attempt", ["reserved_at"]),
    "ix_call_outcome": ("call", ["campaign_id", "disposition", "right_party"]),
    "ix_decision_reason": ("decision", ["campaign_id", "verdict", "reason"]),
}
INDEXES: dict[str, tuple[str, list[str], str | None]] = {
    "ix_call_outcome": ("call", ["campaign_id", "disposition", "started_at", "id"], None),
    "ix_call_line_started": ("call", ["line", "started_at", "id"], None),
    "ix_call_day": ("call", ["started_at", "id", "direction", "right_party"], None),
    "ix_call_campaign": ("call", ["campaign_id", "id"], None),
    "ix_call_inbound": ("call", ["started_at", "id"], "direction = 'inbound'"),
    "ix_call_recorded": ("call", ["started_at", "id"], "recording IS NOT NULL"),
    "ix_attempt_day": ("attempt", ["reserved_at", "dialed_at", "charged", "disposition"], None),
    "ix_decision_reason": ("decision", ["campaign_id", "verdict", "reason", "id"], None),
    "ix_follow_up_next": ("follow_up", ["urgent", "id"], "state = 'open'"),
    "ix_campaign_member_arm": ("campaign_member", ["arm_id", "campaign_id"], None),
    "ix_promise_state_made": ("promise", ["state", "made_at", "call_id"], None),
    "ix_promise_made_at": ("promise", ["made_at"], None),
    "ix_promise_changed": ("promise", ["coalesce(settled_at, made_at)", "id"], None),
}
WORDS = 4  # of an utterance


def _indexes() -> Iterator[tuple[str, str, list[str], str | None]]:
    for name, (table, columns, where) in INDEXES.items():
        yield name, table, columns, where
    for place in range(WORDS):
        word = (
            f"json_extract(details, '$.stop_words[{place}]')"
            if op.get_bind().dialect.name == "sqlite"
            else f"((details -> 'stop_words'::text) ->> {place})"
        )
        yield f"ix_turn_stop_word_{place}", "turn", [word, "call_id"], f"{word} IS NOT NULL"


def upgrade() -> None:
    for name, (table, _columns) in REPLACED.items():
        op.drop_index(name, table_name=table)
    for name, table, columns, where in _indexes():
        condition = None if where is None else sa.text(where)
        keys = [sa.text(column) if "(" in column else column for column in columns]
        op.create_index(name, table, keys, sqlite_where=condition, postgresql_where=condition)
    op.create_table(
        "campaign_tally",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "what", "code", "slot", name=op.f("pk_campaign_tally")),
    )
    statements = _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    for statement in (*_recount(), *statements):
        op.execute(statement)


def downgrade() -> None:
    for name, table, _columns, _where in _indexes():
        op.drop_index(name, table_name=table)
    for name, (table, columns) in REPLACED.items():
        op.create_index(name, table, columns)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, counts in COUNTS.items():
        for event in ("insert", "update", "delete"):
            if sqlite:
                for what in (*(count.what for count in counts), *(["reached"] if table == "attempt" else [])):
                    op.execute(f"DROP TRIGGER tally_{what}_{event}")
            else:
                op.execute(f"DROP TRIGGER tally_{table}_{event} ON {table}")
                op.execute(f"DROP FUNCTION tally_{table}_{event}()")
    op.execute(f"DROP TRIGGER tally_campaign_delete{'' if sqlite else ' ON campaign'}")
    if not sqlite:
        op.execute("DROP FUNCTION tally_campaign_delete()")
    op.drop_table("campaign_tally")
