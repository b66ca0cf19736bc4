"""Only requests for a name of ours are answered: another site's name that points here gets nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

PROBES: Final = ("/healthz", "/readyz")  # asked for by address, and they tell nothing


class HostCheck:
    """Starlette's, but for the probes of whoever keeps this process running."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self._app = app
        self._checked = TrustedHostMiddleware(app, allowed_hosts=list(allowed), www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        probed = scope["type"] == "http" and scope["path"] in PROBES
        await (self._app if probed else self._checked)(scope, receive, send)
