"""Messages of other rooms that pages show: named here so that the catalogues have them."""

from __future__ import annotations

from typing import Final


def marked(message: str) -> str:
    """The message as it is; the catalogues' collector looks for this name."""
    return message


SHOWN: Final = (
    marked("a username has 2 to 64 letters, digits, '.', '_', '-' or '@'"),
    marked("there is a user of this name already; choose another"),
    marked("a user needs at least one role"),
    marked("this is the only administrator: make somebody else one first"),
    marked("this link was used already; ask for another"),
    marked("this link is not good, or not any more; ask for another"),
    marked("a password has 12 to 256 characters"),
    marked("this password is easy to guess: use a few words that do not belong together"),
    marked("a key needs a name that says what it is for"),
    marked("a key needs at least one scope"),
    marked("choose a reason from the list"),
    marked("say why: the audit log keeps it"),
    marked("choose how long the key is good"),
    marked("this request is out of date: load the page again"),
    marked("nobody approves their own request: a second person must"),
    marked("this bar was lifted already"),
    marked("your role does not allow this"),
    marked("this request came from another site, so it was refused"),
    marked("the recording is damaged and cannot be heard"),
    marked("the file of this recording is not there"),
    marked("the file of this recording is another call's"),
    marked("the key of this recording is not at hand: put it among the recording keys"),
    marked("this call was not recorded"),
    marked("this call cannot be replayed: what the bot was told then was not kept"),
    marked("a call that nobody answered cannot be judged"),
    marked("answer every line of the scorecard"),
    marked("at least one line of the scorecard must apply"),
    marked("choose an intent from the list"),
    marked("the invented customer needs a name"),
    marked("the end of an identity number has four figures; the last may be X"),
    marked("the amount due must be more than nothing, and more than the relief"),
    marked("an amount is a number with two decimal places at most"),
    marked("days past due lie between -3000 and 3000"),
    marked("the call is over: begin again, or go back"),
    marked("this conversation is too long for the simulator: begin again"),
    marked("this conversation is not there any more: begin a new one"),
    marked("keys are digits, * and #"),
    marked("choose a script from the list"),
    marked("choose where to go"),
    marked("choose how far the clock moves"),
    marked("the clock moves within a year"),
    marked("choose how much is garbled"),
    marked("nothing was said yet: there is nothing to test"),
    marked("the console is about to stop: try again in a few minutes"),
    marked("this form is out of date: go back, load the page again, and send it once more"),
)
FORMS: Final = (
    marked("%(text)s is no whole number from %(least)s to %(most)s"),
    marked("%(text)s is no number from %(least)s to %(most)s"),
    marked("%(text)s is no day; write it as 2026-03-31"),
    marked("hours are written as 09:00-12:00, not %(text)s"),
    marked("the hours cannot be so: %(why)s"),
    marked("choose a number to call from"),
    marked("waits are minutes such as 30, 60, 240, not %(text)s"),
    marked("an invitation needs its last day"),
    marked("choose a file with one key a line"),
    marked("the file cannot be read: one key a line, as text"),
    marked("the file has more than %(most)s keys"),
    marked("none of these keys is a customer's: one key a line, as in the portfolio file"),
    marked("type the campaign's name to end it for good"),
    marked("say what came of it"),
    marked("a campaign is tried out before it is launched, or while it is paused"),
    marked("nobody of this campaign is left to call: there is nothing to try out"),
    marked("a limit is at least 1"),
)
MENU: Final = (
    marked("Today"),
    marked("Live"),
    marked("Customers"),
    marked("Campaigns"),
    marked("Calls"),
    marked("Simulator"),
    marked("Jobs"),
    marked("Users"),
    marked("Keys"),
    marked("Rules"),
    marked("Audit log"),
)
