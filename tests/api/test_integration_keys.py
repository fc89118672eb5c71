"""Integration keys are changed and revoked while their senders raise alerts."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from tests.fixtures.engine import eventually
from tests.fixtures.factories import Factory

from tocsin.store.alerts import new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.services import integration_keys
from tocsin.store.services.integration_keys import SenderCredential

WAITS = """
select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')
"""


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "", {"name": "Other"}, 200),
        ("PUT", "/routing-rules", {"rules": [{"name": "all", "condition": "true", "severity": "info"}]}, 200),
        ("DELETE", "", None, 204),
    ],
)
async def test_a_key_is_changed_once_a_sender_that_has_noted_its_use_has_raised_its_alert(
    api: AsyncClient, make: Factory, *, method: str, path: str, body: Any, status: int
) -> None:
    pool, service = make.pool, await make.service()
    token = await make.integration_key(service)
    key_id = await pool.fetchval("select id from integration_keys")
    url = f"/api/v1/services/{service.id}/integration-keys/{key_id}{path}"

    async def waits() -> bool:
        return bool(await pool.fetchval(WAITS))

    async with pool.acquire() as connection, connection.transaction():
        sender = await integration_keys.authenticate(connection, SenderCredential(token, "generic"))
        changing = asyncio.create_task(api.request(method, url, json=body))
        await eventually(waits)
        alert = NewAlert(summary="disk is full", dedup_key="disk")
        raised = await new_alert.raise_alert(connection, service.id, alert, sender.actor)
    answer = await changing
    assert answer.status_code == status, answer.text
    assert await pool.fetchval("select id from alerts") == raised.alert_id
