"""The pages: what one costs the server, how much comes over the wire, how soon a change shows, what open ones cost.

``PAGES`` lists the pages that are measured; whoever adds a page adds it here. ``{alert}``, ``{service}``, ``{policy}``,
``{schedule}``, ``{rotation}`` and ``{user}`` stand for the id of one.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx

from benchmarks.cpu import seconds_used
from benchmarks.environment import BENCH, database, tocsin
from benchmarks.organisation import found, open_alerts
from benchmarks.rosters import schedules_made
from benchmarks.table import Row, quantile
from tocsin.db.pool import Pool
from tocsin.store.actor import acting
from tocsin.store.people import sessions
from tocsin.store.people.sessions import SignInClient

PAGES: Mapping[str, str] = {
    "home": "/",
    "alerts": "/alerts",
    "alerts, text not found": "/alerts?q=nobody+said+that&status=all",
    "alert": "/alerts/{alert}",
    "services": "/services",
    "service": "/services/{service}",
    "policies": "/policies",
    "policy": "/policies/{policy}",
    "policy's editor": "/policies/{policy}/edit",
    "schedules": "/schedules",
    "schedule": "/schedules/{schedule}",
    "schedule, month": "/schedules/{schedule}?view=month",
    "schedule's editor": "/schedules/{schedule}/edit",
    "override": "/schedules/{schedule}/overrides/new",
    "rotations": "/rotations",
    "rotation": "/rotations/{rotation}",
    "rotation's editor": "/rotations/{rotation}/edit",
    "people": "/people",
    "person": "/people/{user}",
    "teams": "/teams",
    "channels": "/channels",
    "account": "/account",
    "first run": "/setup",
    "engine": "/engine",
    "reports": "/reports",
    "search": "/search?q=service",
    "search, not found": "/search?q=nobody+said+that",
}

_CALLS = 60
_SCHEDULES = 200
_CHANGES = 30
_STREAMS = 200
_STREAMS_EACH = 10
_WATCH_SECONDS = 20
_BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip, br"}


@dataclass(frozen=True, slots=True)
class Environment:
    """A server with an organisation of 10,000 open alerts, 1,000 policies and 500 users, and people signed in."""

    url: str
    pid: int
    pool: Pool
    ids: Mapping[str, object]
    cookies: Sequence[str]

    def client(self, person: int = 0) -> httpx.AsyncClient:
        headers = {**_BROWSER, "Cookie": f"tocsin_session={self.cookies[person]}", "Sec-Fetch-Site": "same-origin"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=60)


async def pages(server_dsn: str) -> list[Row]:
    """Every page at 10,000 open alerts, 1,000 policies and 500 users."""
    async with _environment(server_dsn) as environment:
        return [
            *[
                Row(f"{name}, p95", await _server_time(environment, path), "ms", "<= 50")
                for name, path in PAGES.items()
            ],
            Row("first page, transferred", await _first_page(environment) / 1000, "kB", "<= 250"),
            Row("a change shows, p95", await _change(environment), "ms", "<= 500"),
            Row(f"{_STREAMS} open live pages, idle", await _idle(environment), "% of a core", "<= 10"),
        ]


@asynccontextmanager
async def _environment(server_dsn: str) -> AsyncIterator[Environment]:
    async with database(server_dsn) as (dsn, pool):
        organisation = await found(pool, policies=1000, people=500, webhook="http://127.0.0.1:9/")
        await open_alerts(pool, organisation, 10_000, timedelta(hours=6))
        ids = {
            "alert": await pool.fetchval("select max(id) from alerts"),
            "service": organisation.services[0],
            "policy": await pool.fetchval("select min(id::text) from escalation_policies"),
            "user": await pool.fetchval("select min(id::text) from users"),
            **await schedules_made(pool, _SCHEDULES),
        }
        cookies = await _sign_in(pool, _STREAMS // _STREAMS_EACH)
        async with tocsin(dsn, "serve", "--no-engine") as process:
            yield Environment(process.url, process.pid, pool, ids, cookies)


async def _sign_in(pool: Pool, count: int) -> Sequence[str]:
    """As administrators, for what nobody's team owns is edited by no others."""
    users = await pool.fetch("select id from users order by name limit $1", count)
    async with acting(pool, BENCH) as connection:
        await connection.execute("update users set role = 'admin' where id = any($1)", [row["id"] for row in users])
        client = SignInClient("127.0.0.1")
        return [await sessions.create(connection, row["id"], client, timedelta(days=1)) for row in users]


async def _server_time(environment: Environment, path: str) -> float:
    """Milliseconds from the request to the whole answer, the 95th of a hundred, after a few to warm up."""
    spans: list[float] = []
    async with environment.client() as http:
        for _ in range(_CALLS + 5):
            begin = time.perf_counter()
            (await http.get(path.format(**environment.ids))).raise_for_status()
            spans.append((time.perf_counter() - begin) * 1000)
    return quantile(spans[5:], 0.95)


async def _first_page(environment: Environment) -> float:
    """Bytes of home with all that it loads, as they come over the wire, without headers."""
    async with environment.client() as http:
        page = await http.get("/")
        loaded = re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text)
        answers = [page, *[await http.get(path) for path in dict.fromkeys(loaded)]]
        return sum(answer.num_bytes_downloaded for answer in answers)


async def _change(environment: Environment) -> float:
    """Milliseconds from a commit to the fragment that shows it, fetched when the stream told of it."""
    spans: list[float] = []
    alert = environment.ids["alert"]
    async with environment.client() as http, http.stream("GET", f"/live?topics=alert:{alert}") as stream:
        told = stream.aiter_lines()
        await _next(told)
        for number in range(_CHANGES):
            await asyncio.sleep(0.137 * (number % 3))  # not in step with the looks
            await environment.pool.execute("update alerts set count = count + 1 where id = $1", alert)
            begin = time.perf_counter()
            await _next(told)
            (
                await http.get(f"/alerts/{alert}", headers={"HX-Request": "true", "HX-Target": "alert"})
            ).raise_for_status()
            spans.append((time.perf_counter() - begin) * 1000)
    return quantile(spans, 0.95)


async def _next(lines: AsyncIterator[str]) -> None:
    async for line in lines:
        if line.startswith("data:"):
            return


async def _idle(environment: Environment) -> float:
    """What the server uses of a core with nothing happening while many pages listen."""
    async with AsyncExitStack() as stack:
        for number in range(_STREAMS):
            http = await stack.enter_async_context(environment.client(number // _STREAMS_EACH))
            await stack.enter_async_context(http.stream("GET", "/live?topics=alerts+engine+on-call"))
        await asyncio.sleep(2)
        before = seconds_used([environment.pid])
        await asyncio.sleep(_WATCH_SECONDS)
        return 100 * (seconds_used([environment.pid]) - before) / _WATCH_SECONDS
