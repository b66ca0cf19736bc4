"""One call on its way to a person: what Twilio is told at each step, and what came of it.

Twilio may ask every step twice. It then hears the same again, for each names the agent that it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from telephony.transfer import TransferEnd, TransferOrder, Transferred
from telephony.twilio.twiml import connect_now, dial_agent, say_and_hang_up, whisper

AGENT = "agent"
"""The query parameter that tells which agent a step is about."""


class Handing:
    """``hook`` gives the address of a webhook by its name; ``told`` is called at every change."""

    def __init__(
        self,
        order: TransferOrder,
        caller_id: str,
        hook: Callable[[str], str],
        now: Callable[[], float],
        told: Callable[[], None],
    ) -> None:
        self._order, self._caller_id, self._hook = order, caller_id, hook
        self._now, self._told = now, told
        self._began_at = now()
        self._asked = 0  # the agent whose turn it is
        self._taken: tuple[int, float] | None = None  # by whom, and when
        self._over_at: float | None = None
        self._left = False  # the caller did

    @property
    def over(self) -> bool:
        """Nothing more is to be done than to say goodbye."""
        return self._over_at is not None

    @property
    def taken(self) -> bool:
        """An agent has accepted."""
        return self._taken is not None

    def begin(self) -> str:
        """Ask the first agent."""
        return self._dial(0)

    def whisper(self, nth: int) -> str:
        """What the agent hears who has answered."""
        if not self._concerns(nth):
            return say_and_hang_up()
        return whisper(self._order.whisper, self._url("transfer/accept", nth))

    def accept(self, nth: int, digits: str) -> str:
        """The agent has pressed a key, or none."""
        if digits != self._order.accept or not self._concerns(nth):
            return say_and_hang_up()
        if self._taken is None:
            self._taken = nth, self._now()
            self._told()
            self._order.taken()
        return connect_now()

    def end(self, nth: int, form: Mapping[str, str]) -> str:
        """The agent's part is over: they have talked, did not answer or did not want to."""
        if nth < self._asked:
            return self._dial(self._asked)
        talked = self._taken is not None and self._taken[0] == nth and form.get("DialBridged") != "false"
        if not talked and not self.over:
            self._taken = None
            self._left = form.get("CallStatus") == "completed"
            if not self._left and nth + 1 < len(self._order.agents):
                self._asked = nth + 1
                return self._dial(self._asked)
        if self._over_at is None:
            self._over_at = self._now()
            self._told()
        return say_and_hang_up(None if talked else self._order.sorry)

    def result(self) -> Transferred:
        """What came of it, now that the call is over."""
        over_at = self._over_at if self._over_at is not None else self._now()
        if self._taken is not None:
            nth, taken_at = self._taken
            agent = self._order.agents[nth]
            return Transferred(TransferEnd.TAKEN, agent, taken_at - self._began_at, over_at - taken_at)
        waited_s = over_at - self._began_at
        left = self._left or self._over_at is None
        return Transferred(TransferEnd.ABANDONED if left else TransferEnd.NOBODY, None, waited_s)

    def _concerns(self, nth: int) -> bool:
        return nth == self._asked and not self.over

    def _dial(self, nth: int) -> str:
        return dial_agent(
            self._order.agents[nth],
            self._caller_id,
            ring_s=self._order.ring_s,
            whisper_url=self._url("transfer/whisper", nth),
            end_url=self._url("transfer/end", nth),
        )

    def _url(self, name: str, nth: int) -> str:
        return f"{self._hook(name)}&{urlencode({AGENT: nth})}"
