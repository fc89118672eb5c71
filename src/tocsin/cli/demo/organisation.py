"""The demo's small organisation, made through the REST API as anybody would."""

from dataclasses import dataclass
from typing import Any

import httpx

_STEP_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Organisation:
    """The organisation as monitoring knows it: the address that takes its alerts."""

    incoming: str

    async def fire(self, http: httpx.AsyncClient, summary: str) -> int:
        """Send an alert as monitoring does, and return its number."""
        answer = await self._send(http, {"summary": summary, "severity": "critical"})
        alert_id: int = answer.json()["AlertID"]
        return alert_id

    async def resolve(self, http: httpx.AsyncClient, summary: str) -> None:
        """Say that it is over."""
        await self._send(http, {"summary": summary, "action": "close"})

    async def _send(self, http: httpx.AsyncClient, body: dict[str, str]) -> httpx.Response:
        answer = await http.post(self.incoming, json=body, headers={"Accept": "application/json"})
        return answer.raise_for_status()


async def create_organisation(http: httpx.AsyncClient, webhook_url: str) -> Organisation:
    """Two people, a policy that goes from one to the other after some seconds, a service with a key."""
    ann = await _person(http, "Ann", "ann@example.org", "webhook", webhook_url)
    bob = await _person(http, "Bob", "bob@example.org", "email", "bob@example.org")
    policy = await _create(
        http,
        "escalation-policies",
        {
            "name": "Databases",
            "repeat": 1,
            "steps": [
                {"delay_seconds": _STEP_SECONDS, "targets": [{"type": "user", "id": person}]} for person in (ann, bob)
            ],
        },
    )
    service = await _create(http, "services", {"name": "db1", "escalation_policy_id": policy["id"]})
    key = await _create(http, f"services/{service['id']}/integration-keys", {"name": "demo", "type": "generic"})
    return Organisation(key["url"])


async def _person(http: httpx.AsyncClient, name: str, email: str, method: str, address: str) -> str:
    user = await _create(http, "users", {"name": name, "email": email})
    contact = {"name": method, "type": method, "address": address}
    reached = await _create(http, f"users/{user['id']}/contact-methods", contact)
    rule = {"contact_method_id": reached["id"], "delay_seconds": 0}
    await _create(http, f"users/{user['id']}/notification-rules", rule)
    user_id: str = user["id"]
    return user_id


async def _create(http: httpx.AsyncClient, resource: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post(f"/api/v1/{resource}", json=body)
    made: dict[str, Any] = answer.raise_for_status().json()
    return made
