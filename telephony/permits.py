"""Permits: signed leave to dial one number once, soon. Compliance issues them, the gate spends them.

The gate's memory of spent permits is this process's own. Across processes and restarts the ledger that
reserved the attempt is what keeps a permit single.
"""

from __future__ import annotations

import heapq
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

from itsdangerous import BadData, URLSafeSerializer

from telephony.clock import Clock
from telephony.errors import PermitError, PermitFault
from telephony.numbers import is_e164, mask

MIN_KEY_BYTES = 16
MAX_SKEW = timedelta(seconds=2)
MAX_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PermitClaims:
    """What a permit says: this number may be dialled once for this attempt between the two times.

    Raises ValueError when the times are not aware or not in order, or the number is not E.164.
    """

    id: str
    number: str = field(repr=False)  # E.164
    attempt_id: int
    nth: int  # which attempt on this customer it is, from 1
    pack: str  # rule pack id and version
    issued_at: datetime
    expires_at: datetime

    def __post_init__(self) -> None:
        if self.issued_at.tzinfo is None or self.expires_at.tzinfo is None:
            raise ValueError("a permit's times must be aware")
        if self.expires_at <= self.issued_at:
            raise ValueError("a permit must expire after it is issued")
        if not is_e164(self.number):
            raise ValueError("a permit's number must be E.164")
        if not self.id or self.nth < 1:
            raise ValueError("a permit needs an id and an attempt counted from 1")


class PermitSigner:
    """Writes permits. ``key`` is secret and shared with the gate; at least 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._seal = _seal(key)

    def issue(self, claims: PermitClaims) -> str:
        """The token for ``claims``: opaque, ASCII, URL-safe."""
        return _write(self._seal, claims)


class PermitGate:
    """Decides whether a token allows a dial now, and remembers the ones it let through.

    ``max_remembered`` bounds memory: past it the permits nearest their end are forgotten, and any permit that
    might be one of the forgotten is refused.
    """

    def __init__(self, key: bytes, clock: Clock, *, max_remembered: int = 100_000) -> None:
        self._seal = _seal(key)
        self._clock = clock
        self._max_remembered = max_remembered
        self._lock = Lock()
        self._spent: set[str] = set()
        self._by_expiry: list[tuple[datetime, str]] = []
        # Ends of forgotten permits: after a step back of the clock they would look fresh and unspent again.
        self._forgotten_until: datetime | None = None

    def check(self, token: str, number: str) -> PermitClaims:
        """Spend ``token`` on a dial to ``number``. Raises PermitError, spending nothing."""
        if not token:
            raise PermitError("the dial carries no permit", PermitFault.MISSING)
        claims = self._read(token)
        if claims.number != number:
            detail = f"it is for {mask(claims.number)}, not {mask(number)}"
            raise _refusal(claims, detail, PermitFault.WRONG_NUMBER)
        now = self._clock.now()
        if claims.issued_at > now + MAX_SKEW:
            raise _refusal(claims, "it is dated in the future", PermitFault.NOT_YET_VALID)
        if claims.expires_at <= now:
            raise _refusal(claims, "it has expired", PermitFault.EXPIRED)
        if claims.expires_at - claims.issued_at > MAX_LIFE:
            raise _refusal(claims, f"it lives longer than {MAX_LIFE.seconds} s", PermitFault.TOO_LONG)
        with self._lock:
            self._forget(now)
            self._spend(claims)
        return claims

    def _spend(self, claims: PermitClaims) -> None:
        if claims.id in self._spent:
            raise _refusal(claims, "it has been used", PermitFault.SPENT)
        if self._forgotten_until is not None and claims.expires_at <= self._forgotten_until:
            raise _refusal(claims, "it is as old as permits already forgotten", PermitFault.EXPIRED)
        self._spent.add(claims.id)
        heapq.heappush(self._by_expiry, (claims.expires_at, claims.id))

    @property
    def remembered(self) -> int:
        """How many spent permits are remembered."""
        return len(self._spent)

    def _read(self, token: str) -> PermitClaims:
        try:
            claims = _parse(self._seal.loads(token)) if token.isascii() else None
        except (BadData, TypeError, ValueError):
            claims = None
        # Base64 has several spellings of one signature; only the one that was issued is a permit.
        if claims is None or not hmac.compare_digest(_write(self._seal, claims), token):
            raise PermitError("the permit is forged or damaged", PermitFault.FORGED)
        return claims

    def _forget(self, now: datetime) -> None:
        spent = self._by_expiry
        while spent and (spent[0][0] <= now or len(spent) >= self._max_remembered):
            expiry, permit_id = heapq.heappop(spent)
            self._spent.discard(permit_id)
            self._forgotten_until = max(expiry, self._forgotten_until or expiry)


def _seal(key: bytes) -> URLSafeSerializer:
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"the permit key must have at least {MIN_KEY_BYTES} bytes")
    return URLSafeSerializer(
        key, salt="telephony.permit", signer_kwargs={"key_derivation": "hmac", "digest_method": sha256}
    )


def _write(seal: URLSafeSerializer, claims: PermitClaims) -> str:
    times = claims.issued_at.isoformat(), claims.expires_at.isoformat()
    token = seal.dumps([claims.id, claims.number, claims.attempt_id, claims.nth, claims.pack, *times])
    return token if isinstance(token, str) else token.decode("ascii")


def _parse(payload: list[str | int]) -> PermitClaims:
    permit_id, number, attempt_id, nth, pack, issued_at, expires_at = payload
    return PermitClaims(
        id=str(permit_id),
        number=str(number),
        attempt_id=int(attempt_id),
        nth=int(nth),
        pack=str(pack),
        issued_at=datetime.fromisoformat(str(issued_at)),
        expires_at=datetime.fromisoformat(str(expires_at)),
    )


def _refusal(claims: PermitClaims, detail: str, reason: PermitFault) -> PermitError:
    return PermitError(f"permit {claims.id} of attempt {claims.attempt_id} is refused: {detail}", reason)
