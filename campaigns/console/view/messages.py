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
    marked("the console is about to stop: try again in a few minutes"),
    marked("this form is out of date: go back, load the page again, and send it once more"),
)
MENU: Final = (
    marked("Customers"),
    marked("Campaigns"),
    marked("Jobs"),
    marked("Users"),
    marked("Keys"),
    marked("Rules"),
    marked("Audit log"),
)
