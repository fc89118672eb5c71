"""A service with a key, and a sender that uses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.store.services.services import Service

PATH = "/api/v2/generic/incoming"


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends to the generic path with the key of a service, and looks at what came of it."""

    http: httpx.AsyncClient
    pool: Pool
    service: Service
    token: str

    async def post(self, path: str = PATH, **request: Any) -> httpx.Response:
        """Send as given, with nothing added."""
        return await self.http.post(path, **request)

    async def send(self, **body: Any) -> dict[str, Any]:
        """Send JSON that must be taken in; the ids that come back."""
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.token}"}
        answer = await self.http.post(PATH, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        ids: dict[str, Any] = answer.json()
        return ids

    async def alert(self, alert_id: int | None = None) -> asyncpg.Record:
        """One alert, or the only one."""
        columns = "id, service_id, status, severity, summary, details, labels, dedup_key, count, last_seen_at"
        rows = await self.pool.fetch(f"select {columns} from alerts where $1::bigint is null or id = $1", alert_id)
        assert len(rows) == 1
        return rows[0]

    async def links(self) -> list[Mapping[str, str]]:
        """The links of the only alert."""
        links: list[Mapping[str, str]] = await self.pool.fetchval("select links from alerts")
        return links

    async def logged(self, alert_id: int) -> list[tuple[str, Mapping[str, Any]]]:
        """The alert's log: each event with what is told about it."""
        rows = await self.pool.fetch("select event, meta from alert_logs where alert_id = $1 order by id", alert_id)
        return [(row["event"], row["meta"]) for row in rows]

    async def nothing_came_in(self) -> bool:
        return not await self.pool.fetchval("select exists (select from alerts)")


@pytest.fixture
async def sender(anonymous: httpx.AsyncClient, make: Factory) -> Sender:
    """Monitoring, set up for a service of its own."""
    service = await make.service()
    return Sender(anonymous, make.pool, service, await make.integration_key(service))
