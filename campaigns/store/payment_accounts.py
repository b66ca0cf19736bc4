"""Which account a payment is on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.customers.record import Reason
from campaigns.payments.record import PaymentRow
from campaigns.store.models import Account, Customer


@dataclass(frozen=True, slots=True)
class PayableAccount:
    """An account as far as booking needs it; ``as_of`` is of the state that the portfolio told."""

    id: int
    currency: str
    as_of: datetime


class PaymentAccounts:
    """Finds the account that a payment is on, by its own key or by that of a customer with only one."""

    def __init__(self, session: Session, rows: Sequence[PaymentRow]) -> None:
        self._by_key: dict[str, tuple[str, PayableAccount]] = {}
        self._by_customer: dict[str, list[PayableAccount]] = {}
        accounts = {row.account_id for row in rows if row.account_id is not None}
        customers = {row.customer_id for row in rows if row.customer_id is not None}
        found = session.execute(
            select(
                Account.external_id,
                Customer.external_id,
                Account.id,
                Account.currency,
                Account.as_of,
            )
            .join(Customer, Customer.id == Account.customer_id)
            .where(Account.external_id.in_(accounts) | Customer.external_id.in_(customers))
        )
        for key, owner, account_id, currency, as_of in found:
            account = PayableAccount(account_id, currency, as_of)
            self._by_key[key] = (owner, account)
            self._by_customer.setdefault(owner, []).append(account)

    def of(self, row: PaymentRow) -> PayableAccount | Reason:
        """The account, or why there is none that it can be."""
        found = self._named(row)
        if isinstance(found, Reason) or row.currency in (None, found.currency):
            return found
        return Reason("currency", "other_currency", f"the account is in {found.currency}")

    def _named(self, row: PaymentRow) -> PayableAccount | Reason:
        if row.account_id is not None:
            owner, account = self._by_key.get(row.account_id, ("", None))
            if account is None:
                return Reason("account_id", "unknown_account", "there is no such account; import it first")
            if row.customer_id not in (None, owner):
                return Reason("account_id", "other_customer", "belongs to another customer")
            return account
        several = self._by_customer.get(row.customer_id or "", [])
        if not several:
            return Reason("customer_id", "unknown_customer", "there is no such customer; import them first")
        if len(several) > 1:
            return Reason("customer_id", "several_accounts", "has several accounts; name the account")
        return several[0]
