"""What an installation does not use takes no memory: it is imported with its first use, or at the start."""

import subprocess
import sys
from pathlib import Path

from tests.fixtures.factories import Factory

from tocsin.channels.registry import open_senders
from tocsin.db.pool import Pool
from tocsin.store.people import destinations

SERVE = """
import sys
import tocsin.cli.main, tocsin.cli.serve
print(*sys.modules)
"""
UNUSED = {"aiohttp", "apprise", "icalendar", "rich.pretty", "httpx", "matplotlib", "hypothesis", "pytest"}

USED = """
import asyncio, sys
from tocsin.channels.registry import open_senders

async def start():
    async with open_senders(None, {"webhook", "apprise"}):
        print(*sys.modules)

asyncio.run(start())
"""


def modules(code: str, place: Path) -> set[str]:
    """What a new process that runs the code has imported by then."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, check=True, capture_output=True, text=True, timeout=60
    )
    return set(done.stdout.split())


def test_serve_imports_nothing_that_waits_for_its_first_use(tmp_path: Path) -> None:
    assert UNUSED & modules(SERVE, tmp_path) == set()


def test_what_is_in_use_is_there_before_the_first_page(tmp_path: Path) -> None:
    assert {"tocsin.channels.webhook.sender", "apprise.plugins.custom_json"} <= modules(USED, tmp_path)


async def test_the_types_in_use_are_those_of_contact_methods_and_channels(pool: Pool, make: Factory) -> None:
    assert await destinations.types(pool) == frozenset()
    await make.channel(address="https://example.org/room")
    assert await destinations.types(pool) == {"webhook"}
    async with open_senders(None, await destinations.types(pool)) as senders:
        assert {"email", "webhook", "apprise"} == set(senders)
