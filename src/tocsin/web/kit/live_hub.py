"""Each web process has one hub, which notifies open pages that something has changed.

While at least one browser listens, the hub asks the database four times a second for a *print* of each topic that
anybody listens to, a short text that changes whenever the topic does. It hands out the names of topics and nothing
else: a page then fetches its own parts again, by its own rights. Nobody writes anything for the pages' sake, so an
engine in a storm pays nothing for them; and with no page open, nothing is asked.

A page carries the hub's *mark* of the moment at which its request came. A stream that begins with that mark is told at
once what has changed since, so that nothing is lost while the page was made, between the page and its stream, or while
a stream was away. A mark of another process counts for nothing: all topics are taken as changed.

Topics: ``alerts`` (anything about any alert), ``alert:<id>``, ``schedule:<id>``, ``on-call``, ``engine``.
"""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import structlog
from starlette.requests import Request

from tocsin.db.pool import CONNECTION_ERRORS, Connection, Pool
from tocsin.db.sql import Statements
from tocsin.errors import Unavailable
from tocsin.web.kit.numbers import whole_number

_sql = Statements(__package__, "live_hub.sql")

LOOK_EVERY = 0.25
LOOK_AGAIN_AFTER_FAILURE = 2.0
MOST_TOPICS = 20
MOST_STREAMS = 12

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TOPIC = re.compile(rf"alerts|engine|on-call|alert:[0-9]{{1,18}}|schedule:{_UUID}")

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Subscription:
    """The topics that one browser listens to, and the changes that it has not been sent yet."""

    topics: Collection[str]
    _changed: set[str] = field(default_factory=set)
    _wakes: asyncio.Event = field(default_factory=asyncio.Event)
    _over: bool = False

    def tell(self, topic: str) -> None:
        if topic in self.topics:
            self._changed.add(topic)
            self._wakes.set()

    def end(self) -> None:
        self._over = True
        self._wakes.set()

    async def changes(self, breath: float) -> AsyncIterator[Collection[str]]:
        """The topics that changed, whenever any did; nothing in them after ``breath`` seconds of silence."""
        while not self._over:
            try:
                async with asyncio.timeout(breath):
                    await self._wakes.wait()
            except TimeoutError:
                yield ()
                continue
            self._wakes.clear()
            changed, self._changed = self._changed, set()
            if changed and not self._over:
                yield changed


class Hub:
    """The streams of all browsers, and the prints that each topic had when they were last told."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._name = secrets.token_hex(4)
        self._listening: set[Subscription] = set()
        self._streams: Counter[str] = Counter()
        self._prints: dict[str, str] = {}
        self._changed_at: dict[str, int] = {}
        self._moment = 0
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def mark(self) -> str:
        """The present moment, for a page that is about to be made."""
        return f"{self._name}.{self._moment}"

    @contextmanager
    def listen(self, session: str, topics: Collection[str], mark: str) -> Iterator[Subscription]:
        """Listen from the moment of ``mark`` on. Raises Unavailable when the session has too many streams."""
        if self._closed or self._streams[session] >= MOST_STREAMS:
            raise Unavailable("too many pages of this session are listening")
        subscription = Subscription(topics)
        self._streams[session] += 1
        self._listening.add(subscription)
        for topic in self._missed(topics, mark):
            subscription.tell(topic)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="live pages")
        try:
            yield subscription
        finally:
            self._listening.discard(subscription)
            self._streams -= Counter([session])

    def close(self) -> None:
        """End every stream, now and from now on: the server is about to stop."""
        self._closed = True
        for subscription in self._listening:
            subscription.end()

    def _missed(self, topics: Collection[str], mark: str) -> Iterator[str]:
        """The known topics that have changed since. An unknown one counts as changed when it is first looked at."""
        name, _, moment = mark.partition(".")
        known = whole_number(moment, digits=18) if name == self._name else None
        since = -1 if known is None else known
        return (topic for topic in topics if self._changed_at.get(topic, -1) > since)

    async def _look(self) -> None:
        while self._listening:
            try:
                self._compare(await self._read())
                await asyncio.sleep(LOOK_EVERY)
            except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
                log.warning("live_pages_wait", error=repr(error))
                await asyncio.sleep(LOOK_AGAIN_AFTER_FAILURE)

    def _compare(self, prints: Mapping[str, str]) -> None:
        for topic, print_ in prints.items():
            if self._prints.get(topic) != print_:
                self._moment += 1
                self._changed_at[topic] = self._moment
                for subscription in self._listening:
                    subscription.tell(topic)
        self._prints = dict(prints)
        self._changed_at = {topic: at for topic, at in self._changed_at.items() if topic in prints}

    async def _read(self) -> Mapping[str, str]:
        """The prints of all topics that anybody listens to, and of ``alerts``, which costs next to nothing."""
        wanted = {topic for subscription in self._listening for topic in subscription.topics}
        async with self._pool.acquire() as connection:
            prints = {"alerts": str(await connection.fetchval(_sql["alerts"]))}
            prints |= await _each(connection, "alert", [int(number) for number in _ids("alert", wanted)])
            prints |= await _each(connection, "schedule", [UUID(text) for text in _ids("schedule", wanted)])
            for topic in wanted & {"engine", "on-call"}:
                prints[topic] = str(await connection.fetchval(_sql[topic.replace("-", "_")]))
        return prints


def _ids(kind: str, topics: Collection[str]) -> Sequence[str]:
    """What the topics of a kind are about: 17 of alert:17."""
    return [topic.removeprefix(f"{kind}:") for topic in topics if topic.startswith(f"{kind}:")]


async def _each(connection: Connection, kind: str, ids: Sequence[int] | Sequence[UUID]) -> Mapping[str, str]:
    """The prints of objects of one kind, by topic."""
    rows = await connection.fetch(_sql[f"each_{kind}"], ids) if ids else []
    return {f"{kind}:{row['id']}": row["print"] for row in rows}


def known_topics(text: str) -> Collection[str]:
    """The topics named in a text, those that exist, up to a bound."""
    return [topic for topic in dict.fromkeys(text.split()) if _TOPIC.fullmatch(topic)][:MOST_TOPICS]


def hub_of(request: Request) -> Hub:
    """This process's hub."""
    hub: Hub = request.app.state.live
    return hub
