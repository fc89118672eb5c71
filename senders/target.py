"""The Tocsin that is sent to: its own database, a service, and a key of each type."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from tocsin.cli.first_start import first_start
from tocsin.cli.runtime import bring_up_to_date
from tocsin.cli.serving import running_web
from tocsin.db.embedded import embedded_server
from tocsin.db.pool import Connection
from tocsin.settings import Settings, host_and_port

_KEY_TYPES = ("alertmanager", "generic", "inbound_email", "opsgenie", "pagerduty")


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is, and the secret of each key by its type."""

    url: str
    mail_listen: str
    connection: Connection
    keys: dict[str, str]

    @property
    def mail_address(self) -> str:
        return f"{self.keys['inbound_email']}@oncall.example.org"

    @property
    def mail_port(self) -> int:
        return host_and_port(self.mail_listen)[1]

    async def wait_for(self, key: str, summary: str, status: str) -> None:
        """Wait until the newest alert of the key with such a summary has the status, and say so."""
        asked = (
            "select alerts.id, alerts.status from alerts"
            " join integration_keys as keys on keys.id = alerts.integration_key_id"
            " where keys.name = $1 and alerts.summary like $2 order by alerts.id desc limit 1"
        )
        newest = None
        async with asyncio.timeout(90):
            while newest is None or newest["status"] != status:
                newest = await self.connection.fetchrow(asked, key, f"%{summary}%")
                await asyncio.sleep(0.1)
        print(f"  {key}: alert #{newest['id']} {status}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@asynccontextmanager
async def tocsin() -> AsyncIterator[Target]:
    """A Tocsin with an empty database, a service, and a key of each type."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.chmod(0o755)  # as root, the server runs as another account, which must get in
        dsn = await stack.enter_async_context(embedded_server(directory / "data"))
        await bring_up_to_date(dsn)
        credentials = await first_start(dsn, keep=lambda _: None)
        mail_listen = f"127.0.0.1:{free_port()}"
        settings = Settings(listen=f"127.0.0.1:{free_port()}", mail_listen=mail_listen)
        await stack.enter_async_context(running_web(settings, dsn))
        headers = {"Authorization": f"Bearer {credentials.token}"}
        client = httpx.AsyncClient(base_url=f"{settings.base_url}/api/v1/", headers=headers, timeout=60)
        api = await stack.enter_async_context(client)
        connection = await asyncpg.connect(dsn)
        stack.push_async_callback(connection.close)
        yield Target(settings.base_url, mail_listen, connection, await _keys(api))


async def _keys(api: httpx.AsyncClient) -> dict[str, str]:
    async def create(resource: str, **body: object) -> dict[str, str]:
        answer = await api.post(resource, json=body)
        answer.raise_for_status()
        made: dict[str, str] = answer.json()
        return made

    policy = await create("escalation-policies", name="Nobody", steps=[])
    service = await create("services", name="Shop", escalation_policy_id=policy["id"])
    path = f"services/{service['id']}/integration-keys"
    return {name: (await create(path, name=name, type=name))["token"] for name in _KEY_TYPES}
