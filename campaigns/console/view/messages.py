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
    marked("choose a file first"),
    marked("choose how the file is read"),
    marked("choose whose file it is"),
    marked("choose the column of the account, or of the customer"),
    marked("choose the columns of the number and of its state"),
    marked("a column was chosen for two fields; choose another for one of them"),
    marked("check all rows first"),
    marked("this is being done already"),
    marked("this file was imported or discarded already; bring it in again"),
    marked("the file is not kept any more; bring it in again"),
    marked("the rejected rows are not kept any more; bring the file in again"),
    marked("this is an old or a locked workbook; save it again as .xlsx without a password"),
    marked("this is no table: bring a CSV file or an Excel workbook (.xlsx)"),
    marked("this is no Excel workbook; save it again as .xlsx or as CSV UTF-8"),
    marked("this workbook is damaged; save it again as .xlsx or as CSV UTF-8"),
    marked("this workbook is locked or packed in an unusual way; save it again as .xlsx"),
    marked("this workbook unpacks to too much; bring it in parts, or as CSV UTF-8"),
    marked("a sheet of this workbook reaches too far; delete its empty rows and columns, or save it as CSV"),
    marked("personal data leave only for a reason that is kept on record"),
    marked("this export is not finished yet"),
    marked("this export is not kept any more; ask for it again"),
    marked("say that you are sure: what is deleted does not come back"),
    marked("write a day as 2026-01-31"),
    marked("payments count for 1 to 60 days"),
    marked("this form is out of date: go back, load the page again, and send it once more"),
)
MENU: Final = (
    marked("Customers"),
    marked("Campaigns"),
    marked("Jobs"),
    marked("Import"),
    marked("Reports"),
    marked("Exports"),
    marked("Lines"),
    marked("Retention"),
    marked("Webhooks"),
    marked("API"),
    marked("Users"),
    marked("Keys"),
    marked("Rules"),
    marked("Audit log"),
)
