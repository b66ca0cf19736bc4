"""Answers are sent compressed; what is secret in them does not show in their length.

Whoever sees only how long compressed answers are, and has a browser ask for pages that repeat what was
asked, could find out letter by letter what else stands there (BREACH). So the token of forms is masked
anew in each page (``access/secrets.py``), cookies are sent on no request of another site but a navigation
(SameSite), and a page ends with random letters of random number, in which a letter more or less is lost.
"""

from __future__ import annotations

import secrets
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

SMALLEST: Final = 600  # bytes: smaller answers fit into one packet as they are
LEVEL: Final = 6  # a page takes a millisecond; 9 takes twice as long for a hundredth less
MOST_PADDING: Final = 96


def compressed() -> Middleware:
    """Compresses what compresses well. Streams of events, sound and ranges of files are left as they are."""
    return Middleware(GZipMiddleware, minimum_size=SMALLEST, compresslevel=LEVEL)


def padding() -> str:
    """A comment that ends a page."""
    letters = secrets.token_urlsafe(MOST_PADDING)[: 1 + secrets.randbelow(MOST_PADDING)]
    return f"<!-- {letters.replace('-', '_')} -->"
