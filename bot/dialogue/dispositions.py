"""How a call can end, by code. A flow's end steps name one of these; roll-up flags are the business's."""

from __future__ import annotations

from enum import StrEnum


class Disposition(StrEnum):
    """The result of one answered call."""

    PROMISE = "promise"  # amount and date read back and confirmed
    PROMISE_WITH_RELIEF = "promise_with_relief"  # the same, with the approved offer accepted
    PROMISE_WITH_INSTALMENTS = "promise_with_instalments"  # the first payment of the approved plan
    INSTALMENT_REQUESTED = "instalment_requested"  # wants to pay in parts: a person must look at it
    PAID_CLAIM = "paid_claim"  # says it is paid, or that the amount is wrong: verify the ledger
    REFUSED = "refused"
    NO_COMMITMENT = "no_commitment"  # right party, talked, nothing agreed
    CALLBACK = "callback"  # asked to be called later
    HUMAN_REQUESTED = "human_requested"
    HARDSHIP = "hardship"  # illness, lost income: no pressure, a person follows up
    VULNERABLE = "vulnerable"  # words of self-harm: a person was summoned at once
    COMPLAINT = "complaint"
    LEGAL = "legal"  # spoke of a lawyer or a court
    FRAUD_CLAIM = "fraud_claim"  # says someone else borrowed in their name, or takes the call for fraud
    DO_NOT_CALL = "do_not_call"
    RECORDING_REFUSED = "recording_refused"
    DECEASED = "deceased"
    MINOR = "minor"
    WRONG_NUMBER = "wrong_number"
    THIRD_PARTY = "third_party"
    THIRD_PARTY_REFUSED = "third_party_refused"  # somebody else, who will pass nothing on
    MESSAGE_TAKEN = "message_taken"  # somebody else will pass on that we ask to be called back
    ENQUIRY_ANSWERED = "enquiry_answered"  # the customer called in and was told what they asked
    INTERESTED = "interested"  # wants to hear more of an invitation
    NOT_INTERESTED = "not_interested"  # declined an invitation: none will follow
    IDENTITY_FAILED = "identity_failed"  # the partial check failed twice: nothing was said
    SILENT = "silent"  # nobody spoke
    UNCLEAR = "unclear"  # not understood after every repair
    HUNG_UP_EARLY = "hung_up_early"  # before the right party was confirmed
    HUNG_UP = "hung_up"  # after it, with nothing agreed
    BOT_FAULT = "bot_fault"  # our own error ended the call


CODES = frozenset(disposition.value for disposition in Disposition)
