"""A lender's installation as its console sees it: months of calls, one campaign over everybody, today's work.

Written over the rows of ``report_rows``, by bulk SQL in the same manner: the same size is the same data on every
database. ``NOW`` is the moment at which the console is looked at.
"""

# ruff: noqa: S608, E501 - no word of it comes from outside, and SQL is read by the line

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from campaigns.store.database import Database
from campaigns.store.models import Base
from tests.benchmarks import desk_rows, report_rows

DAYS = 86
NOW = report_rows.START + timedelta(days=DAYS, hours=8)
_NOW = int(NOW.timestamp())
EVERYBODY = report_rows.CAMPAIGNS + 1
"""The id of the campaign that has every customer as a member."""
MORE = 8
CALLED = 0.9
"""How many of everybody were called by NOW, over the last six days."""
RARE_WORD = "self_harm"
TAGS = (
    ("dormant", 1200), ("high_value", 900), ("first_time_late", 2100), ("over_limit", 400),
    ("keeps_promises", 700), ("promise_broken", 600), ("promise_broken_twice", 12), ("early_warning", 150),
)  # fmt: skip
STATES = (
    "'active','active','active','active','active','active','unknown','powered_off','not_in_service','empty'"
)
AUDITED = 2_000_000
"""Rows of the audit log: some hundred staff, who look at people all day."""
LIVE = 150
"""Calls in progress at NOW."""
_BULK = 5_000_000  # ids of what is added here begin above those of the rows beneath


def fill(database: Database, customers: int, calls: int) -> None:
    """Make ``customers`` with at least ``calls`` calls, in an empty, migrated database."""
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
            connection.execute(text("SET LOCAL synchronous_commit = off"))
        triggers = _without_triggers(connection) if database.is_sqlite else []
        indexes = [
            index
            for table in Base.metadata.sorted_tables
            for index in table.indexes
            if table.name not in ("customer", "account")
        ]
        there = {row[0] for row in connection.execute(text(_INDEXES[dialect]))}
        indexes = [index for index in indexes if index.name in there]
        for index in indexes:
            index.drop(connection)
        for statement in [*report_rows.statements(dialect, customers), *statements(dialect, customers)]:
            connection.exec_driver_sql(statement if database.is_sqlite else statement.replace("%", "%%"))
        for index in indexes:
            index.create(connection)
        for trigger in triggers:
            connection.exec_driver_sql(trigger)
        if not database.is_sqlite:
            _advance_sequences(connection)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")
    with database.reading() as session:
        made = session.execute(text("SELECT count(*) FROM call")).scalar_one()
    if made < calls:
        raise SystemExit(
            f"{customers} customers make {made} calls: ask for more customers, or for fewer calls"
        )


_INDEXES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
}


def _without_triggers(connection: Connection) -> list[str]:
    """Take the triggers off, and give what makes them again."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _ in rows:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [row[1] for row in rows]


def _advance_sequences(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        name = connection.scalar(
            text("SELECT pg_get_serial_sequence(:name, a.attname) FROM pg_attribute a "
                 "WHERE a.attrelid = to_regclass(:name) AND a.attname = 'id'"),
            {"name": table.name},
        )  # fmt: skip
        if name is not None:
            connection.execute(
                text(f'SELECT setval(:sequence, (SELECT coalesce(max(id), 0) + 1 FROM "{table.name}"))'),
                {"sequence": name},
            )


def statements(dialect: str, customers: int) -> list[str]:
    """The statements, in their order."""
    sqlite = dialect == "sqlite"

    def at(seconds: str) -> str:
        if sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')"
        return f"to_timestamp({seconds})"

    def day(seconds: str) -> str:
        return f"date({seconds}, 'unixepoch')" if sqlite else f"to_timestamp({seconds})::date"

    def some(seed: int, of: str = "i") -> str:
        """0 to 9999, by ``of``."""
        one = f"((CAST({of} AS BIGINT) * 7919 + {seed * 15485863}) % 1000003)"
        two = f"(({one} * {one} + {seed * 179}) % 999983)"
        return f"(({two} * {two} + {one} * 31) % 999979 % 10000)"

    def json(value: str) -> str:
        return value if sqlite else f"({value})::json"

    def pick(number: str, *values: str) -> str:
        cases = " ".join(f"WHEN {place} THEN '{value}'" for place, value in enumerate(values))
        return f"CASE ({number}) % {len(values)} {cases} END"

    def numbers(to: int, name: str = "n") -> str:
        if sqlite:
            return (
                f"WITH RECURSIVE {name}(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM {name} WHERE i < {to}) "
            )
        return f"WITH {name} AS (SELECT generate_series(1, {to})::bigint AS i) "

    no, yes = ("0", "1") if sqlite else ("false", "true")
    everybody = numbers(customers)
    name = (
        f"substr('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗', CAST(1 + {some(31)} % 20 AS INTEGER), 1) || "
        f"substr('明静思若长雨建秀志桂海玉国春晓文', CAST(1 + {some(32)} % 16 AS INTEGER), 1) || "
        f"CASE WHEN {some(33)} < 7000 THEN substr('月怡远兰风薇军英强珍涛梅华燕东', CAST(1 + {some(34)} % 15 AS INTEGER), 1) ELSE '' END"
    )
    # Dialled over the last six days, by day of Shanghai, from nine to eight.
    called = int(customers * CALLED)
    when = f"({_NOW} - (i % 6) * 86400 - {some(35)} % 25000)"
    up, party = f"({some(36)} < 3100)", f"({some(37)} < 5600)"
    promised = f"({some(38)} < 3300)"
    code = (
        f"CASE WHEN NOT {up} THEN {pick(some(39), 'no_answer', 'no_answer', 'busy', 'powered_off', 'rejected')} "
        f"WHEN NOT {party} THEN 'third_party' WHEN {promised} THEN 'promise' WHEN {some(40)} < 160 THEN 'complaint' "
        f"WHEN {some(40)} < 420 THEN 'do_not_call' ELSE 'no_commitment' END"
    )
    intent = pick(
        some(41, "id"), "affirm", "deny", "promise_to_pay", "ask_amount", "financial_hardship", "busy_now",
        "already_paid", "ask_identity",
    )  # fmt: skip
    words = (
        f'CASE WHEN {some(42, "id")} < 1 AND {some(43, "id")} < 1500 THEN \'{{"stop_words": ["{RARE_WORD}"]}}\' '
        f"WHEN {some(42, 'id')} < 60 THEN '{{\"stop_words\": [\"complaint_regulator\"]}}' ELSE '{{}}' END"
    )

    def said(seq: int, who: str, words_of: str, where: str) -> str:
        told = "NULL" if who == "bot" else intent
        sure = "NULL" if who == "bot" else f"(3500 + {some(44 + seq, 'id')} % 6500) / 10000.0"
        details = json("'{}'") if who == "bot" else json(words)
        return (
            "INSERT INTO turn (id, call_id, seq, at, speaker, text, step, intent, confidence, details) "
            f"SELECT CAST(id AS BIGINT) * 4 + {seq}, id, {seq}, answered_at, '{who}', {words_of}, 'identify', {told}, "
            f"{sure}, {details} FROM call WHERE {where}"
        )

    def plus(column: str, seconds: str) -> str:
        if sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', {column}, '+' || ({seconds}) || ' seconds')"
        return f"{column} + make_interval(secs => {seconds})"

    base, late = _BULK, 10_000_000
    return [
        f"UPDATE customer SET name = {name}".replace("CAST(i AS", "CAST(id AS"),
        "UPDATE phone_number SET status = "
        + pick(some(45, "id"), *[each.strip("'") for each in STATES.split(",")])
        + f", status_at = {at(f'{_NOW} - {some(46, chr(105) + chr(100))} * 700')}",
        "INSERT INTO grade (id, customer_id, letter, points, reasons, rules_version, graded_at, is_current) "
        f"{everybody}SELECT i, i, CASE WHEN i % 10 < 2 THEN 'A' WHEN i % 10 < 6 THEN 'B' WHEN i % 10 < 9 THEN 'C' "
        f"ELSE 'D' END, {some(47)} % 100, {json(chr(39) + '[]' + chr(39))}, 'default@1', {at(str(_NOW - 90000))}, {yes} "
        f"FROM n WHERE {some(48)} < 9950",
        *(
            "INSERT INTO customer_tag (id, customer_id, tag, source, since) "
            f"{everybody}SELECT {place * 2_000_000} + i, i, '{tag}', 'default@1', {at(str(_NOW - 90000))} FROM n "
            f"WHERE {some(50 + place)} < {share}"
            for place, (tag, share) in enumerate(TAGS)
        ),
        "INSERT INTO customer_treatment (customer_id, treatment, source, since, next_contact_on, check_number, reasons) "
        f"{everybody}SELECT i, {pick('i', 'reminder', 'infrequent', 'frequent', 'relief')}, 'default@1', "
        f"{at(str(_NOW - 900000))}, {day(f'{_NOW} + {some(49)} * 60')}, {no}, {json(chr(39) + '[]' + chr(39))} FROM n",
        "INSERT INTO campaign (id, name, flow, purpose, state, audience, concurrency, calls_per_second, created_at, started_at) "
        f"VALUES ({EVERYBODY}, 'everybody', 'repayment-reminder', 'reminder', 'running', '{{}}', 200, 20.0, "
        f"{at(str(_NOW - 6 * 86400))}, {at(str(_NOW - 6 * 86400))})",
        "INSERT INTO campaign (id, name, flow, purpose, state, pause_reason, audience, concurrency, calls_per_second, created_at) "
        f"{numbers(MORE)}SELECT {EVERYBODY} + i, 'more-' || i, 'repayment-reminder', 'reminder', "
        f"{pick('i', 'draft', 'paused', 'running', 'finished')}, CASE i % 4 WHEN 1 THEN 'the line refuses calls' END, "
        f"'{{}}', 20, 2.0, {at(str(_NOW - 86400))} FROM n",
        "INSERT INTO campaign_member (id, campaign_id, customer_id, account_id, state, priority, next_at, due, turn, grade, "
        f"treatment) {everybody}SELECT {base} + i, {EVERYBODY}, i, i, CASE WHEN i <= {called} THEN 'done' ELSE 'waiting' END, "
        f"{some(60)} % 60 - 60, CASE WHEN i > {called} THEN {at(f'{_NOW} + {some(61)} * 8 - 2000')} END, {no}, "
        f"CASE WHEN i <= {called} THEN 1 ELSE 0 END, "
        "CASE WHEN i % 10 < 2 THEN 'A' WHEN i % 10 < 6 THEN 'B' WHEN i % 10 < 9 THEN 'C' ELSE 'D' END, "
        f"{pick('i', 'reminder', 'infrequent', 'frequent', 'relief')} FROM n",
        "INSERT INTO campaign_member (id, campaign_id, customer_id, account_id, state, priority, next_at, due, turn, grade) "
        f"{numbers(20_000 * MORE)}SELECT {base + 2_000_000} + i, {EVERYBODY} + 1 + i % {MORE}, i, i, 'waiting', 0, "
        f"{at(str(_NOW))}, {no}, 0, 'B' FROM n WHERE i <= {customers}",
        "INSERT INTO attempt (id, member_id, campaign_id, customer_id, number_id, person_id, e164, turn, n, state, worker, "
        f"reserved_at, dialed_at, ended_at, disposition, charged, line, caller_id) {numbers(called)}"
        f"SELECT {late} + i, {base} + i, {EVERYBODY}, i, i, i, '+86154' || (10000000 + i), 1, 9, 'ended', 'w1', {at(when)}, "
        f"{at(when)}, {at(f'{when} + 40')}, {code}, {yes}, 'simulated', '+8610' || (60000000 + i % 4) FROM n",
        "INSERT INTO call (id, direction, attempt_id, campaign_id, customer_id, e164, line, line_call_id, flow, flow_version, "
        "started_at, answered_at, ended_at, cause, disposition, right_party, effective, recording) "
        f"{numbers(called)}SELECT {late} + i, 'outbound', {late} + i, {EVERYBODY}, i, '+86154' || (10000000 + i), 'simulated', "
        f"'e' || i, 'repayment-reminder', '2.3', {at(when)}, CASE WHEN {up} THEN {at(when)} END, {at(f'{when} + 40')}, 'normal', "
        f"{code}, {up} AND {party}, {up} AND {party}, CASE WHEN {up} THEN 'recording-' || i END FROM n",
        "INSERT INTO call (id, direction, customer_id, e164, line, line_call_id, flow, flow_version, started_at, answered_at, "
        f"ended_at, cause, disposition, right_party, effective) {numbers(max(customers // 6, 1))}"
        f"SELECT {late + 3_000_000} + i, 'inbound', i, '+86154' || (10000000 + i), 'simulated', 'i' || i, 'inbound', '1.0', "
        f"{at(f'{_NOW} - {some(62)} * 600')}, {at(f'{_NOW} - {some(62)} * 600')}, {at(f'{_NOW} - {some(62)} * 600 + 90')}, "
        f"'normal', 'no_commitment', {yes}, {no} FROM n",
        "INSERT INTO attempt (id, member_id, campaign_id, customer_id, number_id, person_id, e164, turn, n, state, worker, "
        f"reserved_at, dialed_at, charged, line, caller_id) {numbers(LIVE)}SELECT {late + called} + i, {base + called} + i, "
        f"{EVERYBODY}, {called} + i, {called} + i, {called} + i, '+86154' || ({10000000 + called} + i), 1, 9, 'dialing', 'w1', "
        f"{at(f'{_NOW} - i')}, {at(f'{_NOW} - i')}, {yes}, 'simulated', '+8610' || (60000000 + i % 4) FROM n",
        "INSERT INTO live_order (id, call, kind, state, by, why, asked_at, changed_at) "
        f"{numbers(20)}SELECT i, CAST({late + called + LIVE + 1} - i AS VARCHAR(24)), 'end', 'asked', 'li', 'test', "
        f"{at(str(_NOW))}, {at(str(_NOW))} FROM n",
        "INSERT INTO live_incoming (id, teller, line, line_call_id, customer_id, began_at, told_at) "
        f"{numbers(20)}SELECT i, 'w1', 'simulated', 'in' || i, i, {at(f'{_NOW} - i')}, {at(str(_NOW))} FROM n",
        "INSERT INTO promise (id, call_id, customer_id, account_id, amount, currency, due, state, made_at) "
        f"SELECT id, id, customer_id, customer_id, 20000 + {some(63, 'id')}, 'CNY', {day(f'{_NOW} + 200000')}, 'pending', ended_at "
        f"FROM call WHERE disposition = 'promise' AND campaign_id = {EVERYBODY}",
        "UPDATE promise SET settled_at = "
        + plus("made_at", f"200000 + {some(64, 'id')}")
        + " WHERE state IN ('kept', 'broken', 'cancelled')",
        "INSERT INTO decision (id, at, campaign_id, customer_id, number_id, attempt_id, verdict, reason, pack, inputs) "
        f"SELECT 200000000 + id, reserved_at, campaign_id, customer_id, number_id, id, 'allow', 'allowed', 'cn-mainland@3', "
        f"{json(chr(39) + report_rows._INPUTS + chr(39))} FROM attempt WHERE campaign_id = {EVERYBODY}",
        "INSERT INTO decision (id, at, campaign_id, customer_id, number_id, verdict, reason, pack, inputs) "
        f"{everybody}SELECT 300000000 + i, {at(f'{_NOW} - {some(65)} * 40')}, {EVERYBODY}, i, i, 'defer', "
        f"{pick(some(66), 'outside_window', 'number_unknown', 'day_cap', 'do_not_call')}, 'cn-mainland@3', "
        f"{json(chr(39) + report_rows._INPUTS + chr(39))} FROM n WHERE {some(67)} < 1500",
        said(0, "bot", "'您好，请问是本人吗？'", "answered_at IS NOT NULL"),
        said(1, "customer", "'是我，你说。'", "answered_at IS NOT NULL"),
        said(2, "customer", "'我这两天手头紧，下周三还行不行？'", "right_party"),
        "INSERT INTO follow_up (id, customer_id, call_id, reason, urgent, state, created_at, closed_at) "
        f"SELECT id, customer_id, id, {pick(some(68, 'id'), 'wants_human', 'complaint', 'callback', 'hardship')}, "
        f"{some(69, 'id')} < 200, CASE WHEN id > {late} THEN 'open' ELSE 'closed' END, ended_at, "
        f"CASE WHEN id > {late} THEN NULL ELSE ended_at END FROM call WHERE right_party AND {some(70, 'id')} < 700",
        "INSERT INTO suppression (id, customer_id, reason, call_id, created_at) "
        "SELECT id, customer_id, 'do_not_call', id, ended_at FROM call WHERE disposition = 'do_not_call'",
        "INSERT INTO relief_offer (id, account_id, kind, waives, pay_by, approved_by, approved_at, valid_until) "
        f"{everybody}SELECT i, i, 'waive_late_fee', 5000 + {some(71)}, {day(f'{_NOW} + 900000')}, 'wang', "
        f"{at(str(_NOW - 900000))}, {day(f'{_NOW} + 900000')} FROM n WHERE {some(72)} < 800",
        "INSERT INTO message (id, customer_id, call_id, channel, template, body, state, created_at, reason) "
        f"SELECT id, customer_id, id, 'sms', 'promise_confirmed', '短信', CASE WHEN {some(73, 'id')} < 150 THEN 'failed' "
        f"ELSE 'sent' END, ended_at, CASE WHEN {some(73, 'id')} < 150 THEN 'number unreachable' END FROM call "
        f"WHERE disposition = 'promise' AND campaign_id = {EVERYBODY}",
        "INSERT INTO quality_score (id, call_id, scorecard, points, score, failed, by, at) "
        f"SELECT id, id, 'calls@1', {json(chr(39) + '{}' + chr(39))}, 40 + {some(74, 'id')} % 61, {some(75, 'id')} < 300, 'li', ended_at "
        f"FROM call WHERE right_party AND {some(76, 'id')} < 60",
        "INSERT INTO misunderstanding (id, call_id, seq, intent, by, at) "
        f"SELECT id, id, 1, 'deny', 'li', ended_at FROM call WHERE answered_at IS NOT NULL AND {some(77, 'id')} < 12",
        "INSERT INTO webhook_endpoint (id, name, url, sealed_secret, events, created_at) "
        f"VALUES (1, 'core', 'https://events.example.com/x', 'x', '[]', {at(str(_NOW - 9000000))})",
        "INSERT INTO webhook_event (id, uid, type, stream, data, at) "
        f"{numbers(50_000)}SELECT i, 'e' || i, 'call.ended', 's' || i % 100, '{{}}', {at(f'{_NOW} - i')} FROM n",
        "INSERT INTO webhook_delivery (id, event_id, endpoint_id, stream, state, tries, reason) "
        f"{numbers(50_000)}SELECT i, i, 1, 's' || i % 100, CASE WHEN i % 500 = 0 THEN 'dead' WHEN i < 200 THEN 'pending' "
        "ELSE 'delivered' END, 1, CASE WHEN i % 500 = 0 THEN 'it answered 503' END FROM n",
        "INSERT INTO audit_entry (id, at, by, via, address, action, subject_kind, subject, before, after, reason) "
        f"{numbers(AUDITED)}SELECT i, {at(f'{_NOW} - ({AUDITED} - i) * 3')}, {pick('i', 'li', 'wang', 'zhao')}, 'session', "
        f"'10.0.0.' || i % 200, {pick('i', 'personal.seen', 'personal.searched', 'campaigns.paused', 'followups.closed')}, "
        f"{pick('i', 'customer', 'customers', 'campaign')}, 'C' || i, '{{}}', '{{}}', '' FROM n",
        "INSERT INTO job (id, kind, subject_kind, subject, arguments, state, done, total, note, result, stop_asked, by, created_at, "
        f"started_at, finished_at) {numbers(5_000)}SELECT i, 'import.check', 'upload', 'u' || i, '{{}}', "
        f"CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'done' END, 1, 1, '', '{{}}', {no}, 'wang', {at(f'{_NOW} - (5000 - i) * 900')}, "
        f"{at(f'{_NOW} - (5000 - i) * 900')}, {at(f'{_NOW} - (5000 - i) * 900')} FROM n",
        *desk_rows.statements(desk_rows.Sql(at, day, numbers, no, yes, _NOW), customers, EVERYBODY, base),
    ]


def moment() -> datetime:
    """NOW, in UTC."""
    return NOW.astimezone(UTC)
