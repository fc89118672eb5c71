"""Whatever is sent to a mapped webhook over HTTP: mapped, or kept in quarantine; never a fault, and never nothing."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.fixtures.factories import Factory
from tests.ingest.mapped.payloads import GITHUB, HOME_MADE, HOME_MADE_OPTIONS
from tests.ingest.mapped.test_mapped_key import INCOMING
from tests.ingest.storable import mutated

from tocsin.store.services.integration_keys import allow_types

TYPES = ["", "application/json", "application/json; charset=utf-16", "text/plain; charset=\xff", "multipart/form-data"]
OPTIONS: Mapping[str, str] = HOME_MADE_OPTIONS | {
    "details": "payload",
    "labels": "{'site': payload.?site, 'host': item.?host, 'all': item}",
    "links": "payload.?links",
    "severity": "item.?used",
}


@pytest.fixture
async def address(api: httpx.AsyncClient, make: Factory) -> str:
    """Where a key with expressions takes payloads."""
    await allow_types(make.pool, ["mapped"])
    keys = f"/api/v1/services/{(await make.service()).id}/integration-keys"
    made = await api.post(keys, json={"name": "a", "type": "mapped", "options": OPTIONS})
    return f"{INCOMING}?token={made.json()['token']}"


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=timedelta(seconds=10), max_examples=25)
@given(
    body=mutated(HOME_MADE, GITHUB).map(lambda payload: json.dumps(payload).encode()) | st.binary(max_size=500),
    content_type=st.sampled_from(TYPES),
)
async def test_anything_is_mapped_or_kept(
    anonymous: httpx.AsyncClient, make: Factory, address: str, body: bytes, content_type: str
) -> None:
    headers: Any = {b"Content-Type": content_type.encode("latin-1")} if content_type else {}
    answer = await anonymous.post(address, content=body, headers=headers)
    assert answer.status_code in {200, 202, 400}, answer.text
    (kept,) = await make.pool.fetch("delete from received_payloads returning outcome, reason, body")
    assert kept["outcome"] == ("accepted" if answer.status_code == 200 else "quarantined")
    assert ((kept["reason"] is None) == (answer.status_code == 200), kept["body"]) == (True, body)
