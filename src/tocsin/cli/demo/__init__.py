"""``tocsin demo``: the whole path in one terminal, on a throwaway database, with nothing simulated but the people.

A small organisation is made through the REST API; monitoring fires an alert at the real ingest path; pages go out to
a real webhook receiver and a real SMTP server on this machine; nobody answers the first, so the alert climbs; the
second is acknowledged through the link in the mail; monitoring closes the alert.
"""

import asyncio
import os
import re
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from pydantic import SecretStr
from rich.console import Console

from tocsin import log
from tocsin.channels.email.receiver import MailReceiver
from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.cli.demo.organisation import Organisation, create_organisation
from tocsin.cli.demo.screen import Screen
from tocsin.cli.first_start import first_start
from tocsin.cli.runtime import bring_up_to_date
from tocsin.cli.serving import running_engine, running_web
from tocsin.db.embedded import embedded_server
from tocsin.settings import Settings
from tocsin.store.alerts.timeline import TimelineEntry

_LOOK_EVERY = 0.25
_LONGEST_WAIT = 30
_ACKNOWLEDGE = re.compile(r"Acknowledge: (\S+)")


@dataclass(frozen=True, slots=True)
class Environment:
    """What stands ready: a running Tocsin with its organisation, and where its pages arrive."""

    http: httpx.AsyncClient
    organisation: Organisation
    phone: WebhookReceiver
    mailbox: MailReceiver


async def demo(console: Console | None = None) -> None:
    """Play it, on the console given or the terminal. Leaves nothing behind."""
    log.configure("console", "warning")
    screen = Screen(console)
    screen.say("Starting Tocsin on a throwaway PostgreSQL …")
    async with _environment() as environment:
        await _play(environment, screen)


async def _play(environment: Environment, screen: Screen) -> None:
    alert_id = await environment.organisation.fire(environment.http, "Disk is full on db1")
    screen.say(
        f"Monitoring fired an alert over HTTP: it is alert #{alert_id}. Ann is paged by webhook, then Bob by mail."
    )
    async with screen.following(lambda: _timeline(environment, alert_id), _LOOK_EVERY):
        await environment.phone.wait_for(1, _LONGEST_WAIT)
        mail, *_ = await environment.mailbox.wait_for(1, _LONGEST_WAIT)
        await asyncio.sleep(2)  # for the eye
        await _acknowledge(environment.http, mail.text)
        await asyncio.sleep(2)
        await environment.organisation.resolve(environment.http, "Disk is full on db1")
        await asyncio.sleep(1)
    page, *_ = environment.phone.requests
    screen.say(f"Ann's phone got {len(environment.phone.requests)} webhook, signed, with idempotency key")
    screen.say(f"  {page.headers['idempotency-key']}")
    screen.say(f'Bob\'s mailbox got "{mail.message["subject"]}"; its link acknowledged the alert.')
    screen.say("Monitoring closed it. For your own Tocsin: make run")


async def _timeline(environment: Environment, alert_id: int) -> Sequence[TimelineEntry]:
    answer = await environment.http.get(f"/api/v1/alerts/{alert_id}/timeline", params={"limit": 200})
    items = answer.raise_for_status().json()["items"]
    return [TimelineEntry(**item | {"at": datetime.fromisoformat(item["at"])}) for item in items]


async def _acknowledge(http: httpx.AsyncClient, text: str) -> None:
    """What Bob does: open the link in the mail, read, press the button."""
    link = _ACKNOWLEDGE.search(text)
    assert link is not None
    (await http.get(link[1])).raise_for_status()
    (await http.post(link[1])).raise_for_status()


@asynccontextmanager
async def _environment() -> AsyncIterator[Environment]:
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(WebhookReceiver())
        mailbox = await stack.enter_async_context(MailReceiver())
        directory = stack.enter_context(_throwaway_directory())
        dsn = await stack.enter_async_context(embedded_server(directory / "data"))
        await bring_up_to_date(dsn)
        credentials = await first_start(dsn, keep=lambda _: None)
        assert credentials is not None
        loaded = Settings(listen=f"127.0.0.1:{_free_port()}", smtp_url=SecretStr(mailbox.url))
        await stack.enter_async_context(running_web(loaded, dsn))
        await stack.enter_async_context(running_engine(loaded, dsn))
        headers = {"Authorization": f"Bearer {credentials.token}"}
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=loaded.base_url, headers=headers))
        yield Environment(http, await create_organisation(http, phone.url), phone, mailbox)


@contextmanager
def _throwaway_directory() -> Iterator[Path]:
    """A directory that the embedded server's account can enter, gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="tocsin-demo-"))
    if os.geteuid() == 0:
        directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
