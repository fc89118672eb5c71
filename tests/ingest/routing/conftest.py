"""A sender whose key has routing rules, and another service of its team."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory
from tests.ingest.conftest import Sender

from tocsin.store.actor import acting
from tocsin.store.random_secrets import digest
from tocsin.store.services import routing_rules
from tocsin.store.services.routing_rules import RoutingRuleSpec
from tocsin.store.services.services import Service


@dataclass(frozen=True, slots=True)
class RoutedSender:
    """A sender, whose rules can be set, and where it can send alerts besides its own service."""

    sender: Sender
    other: Service

    async def rules(self, *rules: RoutingRuleSpec, of: str | None = None) -> None:
        """Make these the only rules of the key, or of another one."""
        hashed = digest(of or self.sender.token)
        async with acting(self.sender.pool, TESTER) as connection:
            key_id = await connection.fetchval("select id from integration_keys where token_hash = $1", hashed)
            key = await routing_rules.lock(connection, self.sender.service.id, key_id)
            await routing_rules.replace(connection, key, [*rules])

    async def send(self, **body: Any) -> dict[str, Any]:
        return await self.sender.send(**body)

    async def close(self, dedup: str) -> dict[str, Any]:
        return await self.send(dedup=dedup, action="close")

    async def open(self) -> list[tuple[str, str, str]]:
        """The open alerts: service, key and severity."""
        rows = await self.sender.pool.fetch(
            "select services.name, replace(dedup_key, 'user:1:', '') as key, severity from alerts"
            " join services on services.id = service_id where status <> 'closed' order by services.name desc, dedup_key"
        )
        return [tuple(row) for row in rows]

    async def suppressed(self) -> list[asyncpg.Record]:
        return await self.sender.pool.fetch("select * from suppressed_alert_records order by id")


@pytest.fixture
async def routed(sender: Sender, make: Factory) -> RoutedSender:
    """Monitoring of "own", whose team has the service "other" as well."""
    await make.pool.execute("update services set name = 'own'")
    return RoutedSender(sender, await make.service(name="other"))


def rule(condition: str, **sets: Any) -> RoutingRuleSpec:
    return RoutingRuleSpec(name=sets.pop("name", "a rule"), condition=condition, **sets)
