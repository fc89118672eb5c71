"""A way out from a folder outside of our package: one folder and one line of registration, as in CONTRIBUTING.md."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from tests.api.calls import wrong
from tests.fixtures.engine import running_engine, settled
from tests.fixtures.factories import Factory, step
from tests.fixtures.outside_package import install

from tocsin.channels.registry import channel_types
from tocsin.cli.runtime import bring_up_to_date
from tocsin.store.people.users import User

PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Gateway:
    """A server on this machine that stands for a gateway of beepers, and knows one PIN."""

    lines: list[str] = field(default_factory=list)
    address: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines.append((await reader.readline()).decode().strip())
        writer.write(b"OK\n" if self.lines[-1].startswith("471108 ") else b"UNKNOWN\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    server = await asyncio.start_server(gateway.answer, "127.0.0.1", 0)
    async with server:
        gateway.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}/471108"
        yield gateway


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with listening() as listens:
        yield listens


@pytest.fixture(autouse=True)
def _forget_types() -> Iterator[None]:
    yield
    channel_types.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "beeper"]:
        del sys.modules[name]


@pytest.fixture
async def database(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test's database, brought up to date as at the start of a process that has the package installed."""
    install("Add a way out", "tocsin.channels", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    channel_types.cache_clear()
    await bring_up_to_date(database)
    return database


async def page(database: str, make: Factory, user: User) -> None:
    """Let an alert that pages the user come in, and an engine do what is due."""
    await make.alert(await make.service(await make.policy(step(user)), name="Shop"), "disk is full")
    async with running_engine(database, make.pool):
        await settled(make.pool)


async def test_it_pages_by_a_contact_method_of_the_api(
    api: httpx.AsyncClient, database: str, make: Factory, gateway: Gateway
) -> None:
    ann = await make.user("Ann")
    path = f"/api/v1/users/{ann.id}/contact-methods"
    made = await api.post(path, json={"name": "Beeper", "type": "beeper", "address": gateway.address})
    assert made.status_code == 201, made.text
    assert made.json()["secret"] is None
    rule = {"contact_method_id": made.json()["id"], "delay_seconds": 0}
    assert (await api.post(f"/api/v1/users/{ann.id}/notification-rules", json=rule)).status_code == 201
    await page(database, make, ann)
    assert gateway.lines == ["471108 [CRITICAL] Shop: disk is full (#1)"]


async def test_it_pages_by_a_contact_method_of_the_pages(
    anonymous: httpx.AsyncClient, database: str, make: Factory, gateway: Gateway
) -> None:
    ann = await make.user("Ann", password=PASSWORD)
    anonymous.headers["Origin"] = str(anonymous.base_url).rstrip("/")
    sign_in = {"sign_in_email": "ann@example.org", "sign_in_password": PASSWORD}
    assert (await anonymous.post("/sign-in", data=sign_in)).status_code == 303
    shown = (await anonymous.get(f"/people/{ann.id}")).text
    assert '<option value="beeper">Beeper</option>' in shown
    assert "the gateway and PIN of a beeper, such as gateway.example.org:2001/471108" in shown
    sent = {"type": "beeper", "address": gateway.address, "preset": "now"}
    added = await anonymous.post(f"/people/{ann.id}/contact-methods", data=sent)
    assert added.status_code == 303, added.text
    (method,) = await make.pool.fetch("select id, name, type from contact_methods")
    assert (method["name"], method["type"]) == ("Beeper", "beeper")
    tried = await anonymous.post(f"/people/{ann.id}/contact-methods/{method['id']}/test")
    assert "The test page was accepted" in tried.text
    assert gateway.lines == ["471108 [TEST] Tocsin: This is a test page"]
    assert "#device-mobile" in tried.text
    await page(database, make, ann)
    assert gateway.lines[1:] == ["471108 [CRITICAL] Shop: disk is full (#1)"]


async def test_its_address_is_checked_and_no_channel_is_of_it(api: httpx.AsyncClient, make: Factory) -> None:
    path = f"/api/v1/users/{(await make.user()).id}/contact-methods"
    body = {"name": "Beeper", "type": "beeper", "address": "4711"}
    assert wrong(await api.post(path, json=body), 422) == ["address"]
    assert wrong(await api.post("/api/v1/channels", json=body | {"address": "h:1/471108"}), 422) == ["type"]
    schemas = (await api.get("/api/openapi.json")).json()["components"]["schemas"]
    offered = [schemas[name]["properties"]["type"]["enum"] for name in ("ContactMethodCreate", "ChannelCreate")]
    assert ["beeper" in types for types in offered] == [True, False]


async def test_the_audit_log_hides_its_address(api: httpx.AsyncClient, make: Factory, gateway: Gateway) -> None:
    path = f"/api/v1/users/{(await make.user()).id}/contact-methods"
    await api.post(path, json={"name": "Beeper", "type": "beeper", "address": gateway.address})
    (entry,) = (await api.get("/api/v1/audit", params={"object_type": "contact_methods"})).json()["items"]
    assert (entry["after"]["type"], entry["after"]["address"]) == ("beeper", "***")
    assert "471108" not in str(await make.pool.fetch("select actor, before, after from audit_log"))


async def test_a_page_by_a_type_that_is_no_longer_installed_fails_for_good_and_says_why(
    api: httpx.AsyncClient, database: str, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await make.user("Ann")
    await make.rule(await make.contact_method(ann, "127.0.0.1:9/471108", kind="beeper"))
    monkeypatch.undo()
    channel_types.cache_clear()
    await bring_up_to_date(database)
    await page(database, make, ann)
    (failed,) = await make.pool.fetch("select status, reason from outgoing_messages")
    assert tuple(failed) == ("failed", "no channel type 'beeper' is installed")
    path = f"/api/v1/users/{ann.id}/contact-methods"
    assert [method["type"] for method in (await api.get(path)).json()["items"]] == ["beeper"]
