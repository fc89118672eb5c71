"""Drive real senders at a Tocsin of our own, say what came of it, and record what they sent."""

import asyncio
import json
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from senders import alertmanager
from tocsin.cli.first_start import first_start
from tocsin.cli.runtime import bring_up_to_date
from tocsin.cli.serving import running_web
from tocsin.db.embedded import embedded_server
from tocsin.db.pool import Connection
from tocsin.settings import Settings

_RECORDED = Path(__file__).parents[1] / "tests" / "ingest" / "alertmanager" / "recorded"
_KEY_TYPES = ("alertmanager", "generic", "opsgenie", "pagerduty")
_LABELS = {"alertname": "DiskFull", "instance": "db1", "severity": "warning"}
_ANNOTATIONS = {"summary": "Disk is full on db1", "runbook_url": "https://wiki.example.org/disk"}


@dataclass(frozen=True, slots=True)
class Target:
    """The Tocsin that is sent to, with a key of each type."""

    url: str
    connection: Connection
    keys: dict[str, str]

    async def wait_for(self, sender: str, summary: str, status: str) -> None:
        """Wait until there is such an alert of the key, at most half a minute; say so."""
        asked = (
            "select alerts.id from alerts join integration_keys as keys on keys.id = alerts.integration_key_id"
            " where keys.name = $1 and alerts.summary like $2 and alerts.status = $3"
        )
        async with asyncio.timeout(30):
            while (number := await self.connection.fetchval(asked, sender, f"%{summary}%", status)) is None:
                await asyncio.sleep(0.1)
        print(f"  {sender}: alert #{number} {status}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@asynccontextmanager
async def tocsin() -> AsyncIterator[Target]:
    """A Tocsin with an empty database, a service, and a key of each type."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.chmod(0o755)  # as root, the server runs as another account, which must get in
        dsn = await stack.enter_async_context(embedded_server(directory / "data"))
        await bring_up_to_date(dsn)
        credentials = await first_start(dsn, keep=lambda _: None)
        settings = Settings(listen=f"127.0.0.1:{free_port()}")
        await stack.enter_async_context(running_web(settings, dsn))
        headers = {"Authorization": f"Bearer {credentials.token}"}
        client = httpx.AsyncClient(base_url=f"{settings.base_url}/api/v1/", headers=headers)
        api = await stack.enter_async_context(client)
        connection = await asyncpg.connect(dsn)
        stack.push_async_callback(connection.close)
        yield Target(settings.base_url, connection, await _keys(api))


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


async def drive_alertmanager(target: Target) -> None:
    """An alert for each receiver by amtool, which is raised, and closed once it is over."""
    config = alertmanager.configuration(target.url, target.keys)
    senders = {"webhook": "alertmanager", "pagerduty": "pagerduty", "opsgenie": "opsgenie"}
    async with alertmanager.running(config, free_port()) as running:
        await _until_it_answers(running.url)
        for ends, status in ((False, "triggered"), (True, "closed")):
            for receiver in senders:
                await running.add({**_LABELS, "to": receiver}, _ANNOTATIONS, ends=ends)
            for key in senders.values():
                await target.wait_for(key, "", status)


async def _until_it_answers(url: str) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(30):
        while True:
            try:
                (await client.get(f"{url}/-/ready")).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return


async def drive_curl(target: Target) -> None:
    """The commands that the docs show for curl, a form and JSON."""
    version = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True)
    print(" ".join(version.stdout.split()[:2]))
    url = f"{target.url}/api/v2/generic/incoming?token={target.keys['generic']}"
    for fields, status in ((["summary=Disk is full", "dedup=d"], "triggered"), (["dedup=d", "action=close"], "closed")):
        data = [part for field in fields for part in ("-d", field)]
        process = await asyncio.create_subprocess_exec("curl", "-fsS", "--noproxy", "*", *data, url)
        assert await process.wait() == 0
        await target.wait_for("generic", "Disk is full", status)


async def record(target: Target) -> None:
    """Keep what Alertmanager sent, for `make test` to send again; the addresses of this machine are left out."""
    rows = await target.connection.fetch(
        "select payloads.path, payloads.content_type, payloads.body from received_payloads as payloads"
        " join integration_keys as keys on keys.id = payloads.integration_key_id"
        " where keys.name = 'alertmanager' order by payloads.id"
    )
    exchanges = [
        {
            "method": "POST",
            "path": row["path"],
            "headers": {"content-type": row["content_type"], "authorization": "Bearer <key>"},
            "body": row["body"].decode().replace(socket.gethostname(), "host"),
            "status": 200,
            "answer": "Ok.",
        }
        for row in rows
    ]
    recording = {"sender": "Debian's prometheus-alertmanager", "program": ["make test-senders"], "exchanges": exchanges}
    _RECORDED.mkdir(exist_ok=True)
    (_RECORDED / "debian.json").write_text(json.dumps(recording, indent=1) + "\n", encoding="utf-8")
    print(f"recorded {len(exchanges)} messages of Alertmanager")


async def main() -> None:
    async with tocsin() as target:
        await drive_curl(target)
        await drive_alertmanager(target)
        await record(target)
        waiting = await target.connection.fetchval(
            "select count(*) from received_payloads where outcome = 'quarantined'"
        )
        print(f"in quarantine: {waiting}")
        assert waiting == 0


asyncio.run(main())
