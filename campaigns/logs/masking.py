"""The last line of defence: what looks like a number of a telephone, card or document is not logged whole.

Whoever logs is to mask what is personal where it is known to be; this is for what was forgotten.
"""

from __future__ import annotations

import re
from typing import Final

from campaigns.private import HIDDEN

LEAST_DIGITS: Final = 7
SHOWN: Final = 2

_SPOKEN = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两"
_KEPT = (
    # A day of this or the last century, with its time; an id of a permit, of a thing at Twilio, a digest.
    r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{1,6})?)?)?(?![\d ().-]*\d)",
    r"(?<![0-9A-Za-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9A-Za-z])",
    r"(?<![0-9A-Za-z])[A-Z]{2}[0-9a-f]{32}(?![0-9A-Za-z])",
    r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{64}(?![0-9A-Za-z])",
)
_FIGURES = rf"\+?\(?\d(?:[ ().-]{{0,3}}\d){{{LEAST_DIGITS - 1},}}[Xx]?"
_READ_OUT = rf"[{_SPOKEN}](?:[ ,、，-]?[{_SPOKEN}]){{{LEAST_DIGITS - 1},}}"
_NUMBER = f"{_FIGURES}|{_READ_OUT}"
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_FOUND: Final = re.compile(rf"(?P<kept>{'|'.join(_KEPT)})|(?P<mail>{_MAIL})|(?P<number>{_NUMBER})")


def masked(text: str) -> str:
    """``text`` with the numbers in it hidden but for their last two digits, and addresses of mail hidden.

    A number is seven digits or more, of any script, with spaces, dots, dashes or brackets between them, or
    as many read out in Chinese. Days, and ids of ours and of carriers, stay.
    """
    return _FOUND.sub(_hide, text)


def _hide(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found["kept"]
    if found["mail"] is not None:
        return HIDDEN
    return HIDDEN + found["number"][-SHOWN:]
