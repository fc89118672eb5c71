"""Requests to Tocsin, as monitoring and people make them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``status`` is 0 when nothing did: whether the request was done nobody knows."""

    status: int
    body: Mapping[str, Any]

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """For good: it was understood and will not be done."""
        return 400 <= self.status < 500


@dataclass(frozen=True, slots=True)
class Api:
    """A client with an administrator's token."""

    http: aiohttp.ClientSession
    url: str
    token: str

    async def ask(self, method: str, path: str, body: object = None) -> Answer:
        """A request to the REST API, once."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self._send(method, f"{self.url}/api/v1/{path}", body, headers)

    async def ingest(self, token: str, **message: str) -> Answer:
        """A message to the generic path, once."""
        address = f"{self.url}/api/v2/generic/incoming?token={token}"
        return await self._send("POST", address, message, {"Accept": "application/json"})

    async def create(self, path: str, **body: object) -> Mapping[str, Any]:
        """What was made, which must go well."""
        answer = await self.ask("POST", path, body)
        assert answer.is_accepted, f"{path}: {answer}"
        return answer.body

    async def _send(self, method: str, address: str, body: object, headers: Mapping[str, str]) -> Answer:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with self.http.request(method, address, json=body, headers=headers, timeout=timeout) as answer:
                is_json = "json" in answer.headers.get("Content-Type", "")
                return Answer(answer.status, await answer.json(content_type=None) if is_json else {})
        except (aiohttp.ClientError, TimeoutError):
            return Answer(0, {})
