"""A web server on this machine, of one file, that can misbehave in every way that matters."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Site:
    """What is served, and how. Each request takes the next of ``cuts``: bytes after which it is cut off."""

    content: bytes
    tag: str | None = '"one"'
    status: int = 200
    ranges: bool = True
    wrong_range: bool = False
    chunked: bool = False
    cuts: list[int | None] = field(default_factory=list)
    silent_after: int | None = None
    """Sends so many bytes and then nothing, until the test is over."""
    redirect: str | None = None
    asked: list[str | None] = field(default_factory=list)
    """The Range header of each request so far."""
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is what the tests are about."""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve ``site`` on a free port; its ``url`` is the file's address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _answer(site, self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}/models/model.zip"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        server.shutdown()
        server.server_close()


def _answer(site: Site, request: BaseHTTPRequestHandler) -> None:
    wanted = request.headers.get("Range")
    site.asked.append(wanted)
    if site.redirect is not None and not request.path.endswith("/moved"):
        request.send_response(302)
        request.send_header("Location", site.redirect)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    if site.status != 200:
        request.send_error(site.status)
        return
    fresh = request.headers.get("If-Range", site.tag) == site.tag
    start = int(wanted[6:-1]) if wanted and site.ranges and fresh else 0
    if start >= len(site.content) > 0:
        request.send_error(416)
        return
    body = site.content[start:]
    request.send_response(206 if start else 200)
    if start:
        at = start + 1 if site.wrong_range else start
        request.send_header("Content-Range", f"bytes {at}-{len(site.content) - 1}/{len(site.content)}")
    if site.tag is not None:
        request.send_header("ETag", site.tag)
    if site.chunked:
        request.send_header("Connection", "close")
        request.close_connection = True
    else:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    cut = site.cuts.pop(0) if site.cuts else None
    request.wfile.write(body[: cut if cut is not None else site.silent_after])
    if site.silent_after is not None:
        request.wfile.flush()
        site.over.wait()
    if cut is not None or site.silent_after is not None:
        request.close_connection = True
