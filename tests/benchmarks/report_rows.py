"""A lender's months of calls, made in the database by bulk SQL: believable rates, no two customers alike.

Pseudo-random by squares modulo primes, so the same size is the same data on every database.
"""

# ruff: noqa: S608, E501 - no word of it comes from outside, and SQL is read by the line

from __future__ import annotations

from datetime import UTC, datetime

from campaigns.store.database import Database

START = datetime(2026, 9, 1, tzinfo=UTC)
CAMPAIGNS, DAYS, DIALS = 12, 84, 5
_EPOCH = int(START.timestamp())


def fill(database: Database, customers: int) -> None:
    """``customers`` members, one a customer, with ``DIALS`` dials each, over ``CAMPAIGNS`` weeks."""
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    for statement in statements(dialect, customers):
        with database.transaction() as session:
            # Nothing in it is a parameter, but the driver of PostgreSQL looks for some at every '%'.
            session.connection().exec_driver_sql(
                statement if database.is_sqlite else statement.replace("%", "%%")
            )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


def statements(dialect: str, customers: int) -> list[str]:
    """The statements, in their order."""

    def at(seconds: str) -> str:
        if dialect == "sqlite":
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')"
        return f"to_timestamp({seconds})"

    def day(seconds: str) -> str:
        return f"date({seconds}, 'unixepoch')" if dialect == "sqlite" else f"to_timestamp({seconds})::date"

    def some(seed: int, of: str = "i") -> str:
        """0 to 9999, by ``of``."""
        one = f"((CAST({of} AS BIGINT) * 7919 + {seed * 15485863}) % 1000003)"
        two = f"(({one} * {one} + {seed * 179}) % 999983)"
        return f"(({two} * {two} + {one} * 31) % 999979 % 10000)"

    no, yes = ("0", "1") if dialect == "sqlite" else ("false", "true")
    series = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {customers}) "
        if dialect == "sqlite"
        else f"WITH n AS (SELECT generate_series(1, {customers})::bigint AS i) "
    )
    dials = (
        "WITH RECURSIVE k(t) AS (SELECT 1 UNION ALL SELECT t + 1 FROM k WHERE t < {0}) "
        if dialect == "sqlite"
        else "WITH k AS (SELECT generate_series(1, {0})::bigint AS t) "
    ).format(DIALS)
    week = f"{_EPOCH} + (i % {CAMPAIGNS}) * 604800"
    # Busy in the late morning and the evening, in Shanghai: 01:00 to 12:59 UTC.
    hour = f"CASE WHEN {some(5, 'x')} < 5200 THEN 1 + {some(6, 'x')} % 4 ELSE 4 + {some(7, 'x')} % 8 END"
    when = f"{_EPOCH} + (campaign_id - 1) * 604800 + (turn - 1) * 86400 + ({hour}) * 3600 + {some(8, 'x')} % 3600"
    answered = (
        f"({some(10, 'attempt.id')} < 3400 + {some(9, 'attempt.customer_id')} % 900 - 180 * attempt.turn)"
    )
    party = f"({some(11, 'attempt.id')} < 5600)"
    grade_gain = (
        "CASE (attempt.customer_id % 10) WHEN 0 THEN 900 WHEN 1 THEN 900 WHEN 9 THEN -1400 ELSE 0 END"
    )
    arm_gain = "CASE WHEN arm_id = 2 THEN 450 ELSE 0 END"
    promises = f"({some(12, 'attempt.id')} < 3300 + {grade_gain} + {arm_gain})"
    arm = (
        f"CASE WHEN i % {CAMPAIGNS} < 4 THEN NULL WHEN {some(1)} < 4000 THEN 1 WHEN {some(1)} < 8000 THEN 2 "
        f"WHEN {some(1)} < 9000 THEN 3 ELSE 4 END"
    )
    return [
        f"INSERT INTO experiment (id, name, created_at) VALUES (1, 'openings', {at(str(_EPOCH))})",
        "INSERT INTO experiment_arm (id, experiment_id, position, name, kind, flow, share) VALUES "
        "(1, 1, 0, 'plain', 'script', 'repayment-reminder', 4000), "
        "(2, 1, 1, 'warm', 'script', 'repayment-reminder-warm', 4000), "
        "(3, 1, 2, 'control', 'control', NULL, 1000), (4, 1, 3, 'human', 'human', NULL, 1000)",
        "INSERT INTO campaign (id, name, flow, purpose, state, audience, concurrency, calls_per_second, created_at, "
        "started_at, finished_at, experiment_id) "
        f"WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < {CAMPAIGNS - 1}) "
        "SELECT i + 1, 'week-' || (i + 36), 'repayment-reminder', 'reminder', 'finished', '{}', 20, 2.0, "
        f"{at(week)}, {at(week)}, {at(f'{week} + 604000')}, CASE WHEN i < 4 THEN NULL ELSE 1 END FROM c",
        "INSERT INTO customer (id, external_id, name, generated, attributes, created_at, updated_at) "
        f"{series}SELECT i, 'C' || i, '测试', {yes}, '{{}}', {at(str(_EPOCH))}, {at(str(_EPOCH))} FROM n",
        "INSERT INTO account (id, customer_id, external_id, product, currency, credit_limit, balance, amount_due, "
        "minimum_due, due_date, days_past_due, arrears_history, bill_history, payment_history, as_of) "
        f"{series}SELECT i, i, 'A' || i, 'credit_card', 'CNY', 5000000, 800000, 20000 + {some(2)} * 60, 10000, "
        f"{day(week)}, {some(3)} % 60, '[]', '[]', '[]', {at(week)} FROM n",
        "INSERT INTO phone_number (id, customer_id, e164, relation, generated, status, status_source) "
        f"{series}SELECT i, i, '+86154' || (10000000 + i), 'self', {yes}, 'active', 'check' FROM n",
        "INSERT INTO campaign_member (id, campaign_id, customer_id, account_id, state, priority, turn, grade, treatment, "
        f"arm_id) {series}SELECT i, i % {CAMPAIGNS} + 1, i, i, 'done', 0, 0, "
        "CASE WHEN i % 10 < 2 THEN 'A' WHEN i % 10 < 6 THEN 'B' WHEN i % 10 < 9 THEN 'C' ELSE 'D' END, "
        "CASE WHEN i % 10 < 2 THEN 'infrequent' WHEN i % 10 < 6 THEN 'reminder' WHEN i % 10 < 9 THEN 'frequent' "
        f"ELSE 'relief' END, {arm} FROM n",
        # Nine in a hundred are refused for good, the holdout is never asked about; the others are dialled.
        "INSERT INTO attempt (id, member_id, campaign_id, customer_id, number_id, person_id, e164, turn, n, state, worker, "
        "reserved_at, dialed_at, ended_at, disposition, charged, line, caller_id) "
        f"{dials}, m AS (SELECT campaign_member.id AS member_id, campaign_id, customer_id, t AS turn, "
        f"campaign_member.id * {DIALS} + t AS x FROM campaign_member CROSS JOIN k "
        f"WHERE (arm_id IS NULL OR arm_id < 3) AND {some(4, 'campaign_member.id')} >= 900), "
        f"d AS (SELECT x, member_id, campaign_id, customer_id, turn, {when} AS s FROM m) "
        "SELECT x, member_id, campaign_id, customer_id, customer_id, customer_id, '+86154' || (10000000 + customer_id), turn, turn, "
        f"'ended', 'w1', {at('s')}, {at('s')}, {at('s + 60')}, 'no_answer', {yes}, "
        "CASE WHEN x % 5 < 3 THEN 'simulated' ELSE 'sip-carrier' END, '+8610' || (60000000 + x % 4) FROM d",
        "INSERT INTO call (id, direction, attempt_id, campaign_id, customer_id, e164, line, line_call_id, flow, "
        "flow_version, started_at, answered_at, ended_at, cause, disposition, right_party, effective) "
        f"WITH d AS (SELECT attempt.*, arm_id, {answered} AS up, {party} AS rp, {promises} AS pr, "
        f"20 + {some(13, 'attempt.id')} % 160 AS talk FROM attempt JOIN campaign_member ON "
        "campaign_member.id = attempt.member_id), "
        f"d2 AS (SELECT id, campaign_id, customer_id, e164, line, reserved_at, talk, up, "
        f"CASE WHEN up AND rp THEN {yes} ELSE {no} END AS right_party, CASE WHEN NOT up THEN 'no_answer' "
        "WHEN NOT rp THEN 'third_party' WHEN pr THEN 'promise' "
        f"WHEN {some(14, 'id')} < 160 THEN 'complaint' WHEN {some(14, 'id')} < 420 THEN 'do_not_call' "
        "ELSE 'no_commitment' END AS code, "
        "CASE WHEN arm_id = 2 THEN 'repayment-reminder-warm' ELSE 'repayment-reminder' END AS flow, "
        "CASE WHEN campaign_id < 6 THEN '2.1' ELSE '2.2' END AS version FROM d) "
        "SELECT id, 'outbound', id, campaign_id, customer_id, e164, line, 'c' || id, flow, version, reserved_at, "
        + (
            "CASE WHEN up THEN reserved_at END, strftime('%Y-%m-%d %H:%M:%S.000000', reserved_at, "
            "CASE WHEN up THEN '+' || talk || ' seconds' ELSE '+25 seconds' END), "
            if dialect == "sqlite"
            else "CASE WHEN up THEN reserved_at END, reserved_at + make_interval(secs => "
            "CASE WHEN up THEN talk ELSE 25 END), "
        )
        + f"'normal', code, right_party, {no} FROM d2",
        "INSERT INTO promise (id, call_id, customer_id, account_id, amount, currency, due, state, made_at) "
        f"SELECT call.id, call.id, call.customer_id, call.customer_id, amount_due, 'CNY', {_due(dialect)}, "
        f"CASE WHEN {some(15, 'call.id')} < 4700 THEN 'kept' WHEN {some(15, 'call.id')} < 8300 THEN 'broken' "
        f"WHEN {some(15, 'call.id')} < 8600 THEN 'cancelled' ELSE 'pending' END, ended_at FROM call "
        "JOIN account ON account.id = call.customer_id WHERE disposition = 'promise'",
        "INSERT INTO payment (id, account_id, reference, amount, currency, paid_on, paid_at, booked_at, in_ledger, "
        "file_name) SELECT id, account_id, 'P' || id, amount, 'CNY', due, "
        + ("due || ' 10:00:00.000000', due || ' 10:00:00.000000'" if dialect == "sqlite" else "due, due")
        + f", {no}, 'f.csv' FROM promise WHERE state = 'kept'",
        # Some pay without a word, called or not.
        "INSERT INTO payment (id, account_id, reference, amount, currency, paid_on, paid_at, booked_at, in_ledger, "
        f"file_name) {series}SELECT 100000000 + i, i, 'Q' || i, 20000 + {some(2)} * 60, 'CNY', "
        f"{day(f'{week} + 172800')}, {at(f'{week} + 172800')}, {at(f'{week} + 172800')}, {no}, 'f.csv' FROM n "
        f"WHERE {some(16)} < 1700",
        "INSERT INTO decision (id, at, campaign_id, customer_id, number_id, attempt_id, verdict, reason, pack, inputs) "
        "SELECT id, reserved_at, campaign_id, customer_id, number_id, id, 'allow', 'allowed', 'cn-mainland@3', "
        f"'{_INPUTS}' FROM attempt",
        "INSERT INTO decision (id, at, campaign_id, customer_id, number_id, verdict, reason, pack, inputs) "
        f"SELECT 100000000 + i, {at(f'{week} + 3600')}, i % {CAMPAIGNS} + 1, i, i, "
        f"CASE WHEN {some(4)} < 250 THEN 'defer' ELSE 'refuse' END, "
        f"CASE WHEN {some(4)} < 250 THEN 'outside_window' WHEN {some(4)} < 480 THEN 'number_invalid' "
        f"WHEN {some(4)} < 640 THEN 'do_not_call' WHEN {some(4)} < 760 THEN 'complaint' "
        f"WHEN {some(4)} < 840 THEN 'number_unknown' ELSE 'consent_missing' END, 'cn-mainland@3', '{_INPUTS}' "
        f"FROM (SELECT id AS i, arm_id FROM campaign_member) AS m WHERE {some(4)} < 900 "
        "AND (arm_id IS NULL OR arm_id < 3)",
        "INSERT INTO message (id, customer_id, call_id, channel, template, body, state, created_at) "
        "SELECT id, customer_id, id, 'sms', 'promise_confirmed', '短信', 'sent', ended_at FROM call "
        "WHERE disposition = 'promise'",
    ]


_INPUTS = '{"rest": "' + "x" * 200 + '"}'


def _due(dialect: str) -> str:
    return "date(ended_at, '+3 days')" if dialect == "sqlite" else "(ended_at + interval '3 days')::date"
