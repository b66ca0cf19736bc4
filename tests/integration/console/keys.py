"""Programs with keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from campaigns.console.access.secrets import fingerprint, new_api_key
from campaigns.store.console.api_tokens import add_token
from tests.integration.console.world import World


@dataclass
class Program:
    """A client with a key."""

    world: World
    key: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """``path`` within the API; ``body`` as JSON."""
        told = {"authorization": f"Bearer {self.key}", **headers}
        client = self.world.visitor().client
        options = {} if body is None else {"json": body}
        answer: httpx.Response = client.request(method, f"/api/v1{path}", headers=told, **options)
        return answer

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)


def program(world: World, role: str = "administrator", scopes: Iterable[str] | None = None) -> Program:
    """With all that the role may, or ``scopes`` alone."""
    key, now = new_api_key(), world.clock.now()
    held = world.services.permissions.of([role]) if scopes is None else frozenset(scopes)
    with world.database.transaction() as session:
        add_token(
            session, world.user_id(role), "test", fingerprint(key), key[-4:], sorted(held),
            at=now, expires_at=now + timedelta(days=1),
        )  # fmt: skip
    return Program(world, key)
