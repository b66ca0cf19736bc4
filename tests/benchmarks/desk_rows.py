"""What gathers on the desks of a big installation: staff, files, approvals, exports, and one customer's long story.

Written by ``console_rows`` over its own rows.
"""

# ruff: noqa: S608, E501 - no word of it comes from outside, and SQL is read by the line

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from campaigns.store.database import Database

STORY: Final = 4343
"""The customer whose story is long: called for years, under every campaign."""
STORY_CALLS, STORY_DECISIONS, STORY_TURNS = 600, 3_000, 120
STAFF: Final = 60
UPLOADS: Final = 2_000
LISTED: Final = 100_000  # customers on the list of keys
_BASE: Final = 9_000_000  # ids between those of the rows beneath and those of today
STORY_CALL: Final = _BASE + 1
"""The call of that customer in which most was said."""


def story_of(database: Database) -> int:
    """That customer's id; the last one's in a smaller installation."""
    with database.reading() as session:
        return min(STORY, int(session.execute(text("SELECT max(id) FROM customer")).scalar_one()))


@dataclass(frozen=True)
class Sql:
    """What the database at hand writes differently. ``now``: seconds since 1970."""

    at: Callable[[str], str]
    day: Callable[[str], str]
    numbers: Callable[[int], str]
    no: str
    yes: str
    now: int


def statements(sql: Sql, customers: int, campaign: int, member: int) -> list[str]:
    """``campaign``: the id of the one that has everybody; ``member``: that of its member 0."""
    who = min(STORY, customers)
    at, numbers, now = sql.at, sql.numbers, sql.now
    details = (
        """'{"members": 250000, "reason": "the review of the month", "dataset": "calls", "format": "csv"}'"""
    )
    columns = """'{"base": "standard"}'"""
    empty, roles = "'{}'", "'[\"campaign_manager\"]'"
    return [
        "INSERT INTO console_user (id, username, display_name, roles, theme, active, created_at, updated_at) "
        f"{numbers(STAFF)}SELECT 1000 + i, 'staff' || i, '员工' || i, {roles}, "
        f"'auto', {sql.yes}, {at(str(now - 9000000))}, {at(str(now))} FROM n",
        "INSERT INTO upload (id, kind, file_name, stored, bytes, sha256, columns, state, checked, imported, user_id, by, created_at, "
        f"finished_at) {numbers(UPLOADS)}SELECT i, 'portfolio', 'book-' || i || '.csv', 'f' || i, 80000000, 'x' || i, {columns}, "
        f"CASE WHEN i % 20 = 0 THEN 'discarded' ELSE 'imported' END, {empty}, {empty}, 1001 + i % {STAFF}, 'staff' || (1 + i % {STAFF}), "
        f"{at(f'{now} - ({UPLOADS} - i) * 3600')}, {at(f'{now} - ({UPLOADS} - i) * 3600 + 600')} FROM n",
        "INSERT INTO approval (id, action, subject_kind, subject, details, state, requested_by, requested_at, decided_by, decided_at, "
        f"comment) {numbers(5000)}SELECT i, 'campaigns.launch', CASE WHEN i % 2 = 0 THEN 'campaign' ELSE 'export' END, 'past-' || i, {details}, "
        f"CASE WHEN i > 4970 THEN 'pending' ELSE 'approved' END, 1001 + i % {STAFF}, {at(f'{now} - (5000 - i) * 1500')}, "
        f"CASE WHEN i <= 4970 THEN 1001 + (i + 1) % {STAFF} END, CASE WHEN i <= 4970 THEN {at(f'{now} - (5000 - i) * 1500 + 900')} END, "
        "'' FROM n",
        "INSERT INTO export_record (id, begun_at, actor, dataset, format, personal, reason, filters, file_name, rows, closed_at) "
        f"{numbers(5000)}SELECT i, {at(f'{now} - (5000 - i) * 1500')}, 'staff' || (1 + i % {STAFF}), 'calls', 'csv', {sql.no}, NULL, "
        f"{empty}, 'calls-' || i || '.csv', 100000, {at(f'{now} - (5000 - i) * 1500 + 60')} FROM n",
        "INSERT INTO audience_list (id, name, keys, found, created_by, created_at) "
        f"VALUES (1, 'keys.csv', {min(LISTED, customers)}, {min(LISTED, customers)}, 'staff1', {at(str(now))})",
        f"INSERT INTO audience_list_entry (list_id, customer_id) {numbers(min(LISTED, customers))}SELECT 1, i FROM n",
        "INSERT INTO attempt (id, member_id, campaign_id, customer_id, number_id, person_id, e164, turn, n, state, worker, reserved_at, "
        f"dialed_at, ended_at, disposition, charged, line, caller_id) {numbers(STORY_CALLS)}SELECT {_BASE} + i, {member} + {who}, "
        f"{campaign}, {who}, {who}, {who}, '+86154' || ({10_000_000 + who}), 1000 + i, 1000 + i, 'ended', 'w1', "
        f"{at(f'{now} - i * 20000')}, {at(f'{now} - i * 20000')}, {at(f'{now} - i * 20000 + 60')}, 'no_commitment', {sql.yes}, "
        "'simulated', '+861060000000' FROM n",
        "INSERT INTO call (id, direction, attempt_id, campaign_id, customer_id, e164, line, line_call_id, flow, flow_version, "
        "started_at, answered_at, ended_at, cause, disposition, right_party, effective) "
        f"{numbers(STORY_CALLS)}SELECT {_BASE} + i, 'outbound', {_BASE} + i, {campaign}, {who}, '+86154' || ({10_000_000 + who}), "
        f"'simulated', 's' || i, 'repayment-reminder', '2.3', {at(f'{now} - i * 20000')}, {at(f'{now} - i * 20000')}, "
        f"{at(f'{now} - i * 20000 + 60')}, 'normal', 'no_commitment', {sql.yes}, {sql.yes} FROM n",
        "INSERT INTO turn (id, call_id, seq, at, speaker, text, step, intent, confidence, details) "
        f"{numbers(STORY_TURNS)}SELECT 1900000000 + i, {_BASE} + 1, i, {at(f'{now} - 20000 + i')}, "
        "CASE WHEN i % 2 = 0 THEN 'bot' ELSE 'customer' END, '我这两天手头紧，下周三还行不行？', 'identify', "
        f"CASE WHEN i % 2 = 1 THEN 'busy_now' END, CASE WHEN i % 2 = 1 THEN 0.9 END, {empty} FROM n",
        "INSERT INTO decision (id, at, campaign_id, customer_id, number_id, attempt_id, verdict, reason, pack, inputs) "
        f"{numbers(STORY_DECISIONS)}SELECT {_BASE} + i, {at(f'{now} - i * 4000')}, {campaign}, {who}, {who}, "
        f"CASE WHEN i <= {STORY_CALLS} THEN {_BASE} + i END, CASE WHEN i <= {STORY_CALLS} THEN 'allow' ELSE 'defer' END, "
        f"CASE WHEN i <= {STORY_CALLS} THEN 'allowed' ELSE 'outside_window' END, 'cn-mainland@3', {empty} FROM n",
        "INSERT INTO message (id, customer_id, channel, template, body, state, created_at) "
        f"{numbers(500)}SELECT {_BASE} + i, {who}, 'sms', 'promise_confirmed', '短信', 'sent', {at(f'{now} - i * 20000')} FROM n",
        "INSERT INTO promise (id, call_id, customer_id, account_id, amount, currency, due, state, made_at) "
        f"{numbers(200)}SELECT {_BASE} + i, {_BASE} + i, {who}, {who}, 20000, 'CNY', {sql.day(f'{now} - i * 20000')}, "
        f"CASE WHEN i % 2 = 0 THEN 'broken' ELSE 'cancelled' END, {at(f'{now} - i * 20000')} FROM n",
        "INSERT INTO legal_fact (id, customer_id, kind, given, details, evidence, as_of, recorded_at, recorded_by) "
        f"{numbers(60)}SELECT {_BASE} + i, {who}, 'bankruptcy', {sql.no}, {empty}, 'd-' || i, {at(f'{now} - i * 90000')}, "
        f"{at(f'{now} - i * 90000')}, 'staff1' FROM n",
    ]
