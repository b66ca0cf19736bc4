"""A socket of this machine that waits for connections."""

from __future__ import annotations

import socket


def listen(host: str, port: int) -> socket.socket:
    """Wait at an address; port 0: any that is free. Raises OSError, whose ``strerror`` says why alone."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        # Python adds the address to the system's words; whoever tells of it does so too.
        raise OSError(error.errno, (error.strerror or "").partition(" (while ")[0]) from error
