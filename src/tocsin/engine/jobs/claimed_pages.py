"""Pages that this engine claimed as it wrote them: they go out without a job of their own.

In a storm the alerts move faster than their pages go out, so pages wait here: in one line for each destination, and
the destinations take turns. No line is so long that a claim could run out in it. What finds no room is written
unclaimed, and has a job.

The engine's job ``claims`` waits for the end of its claims. It sees to the pages when this engine dies, or cannot
record what became of them. A claim of this engine's that it does not know of, since the database did not come to
answer, it gives up by itself.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from tocsin.db.pool import CONNECTION_ERRORS
from tocsin.engine.jobs.destination_limit import Host, host_of
from tocsin.engine.loop import wait

log = structlog.get_logger(__name__)

MOST_WAITING = 4_000
_MOST_IN_HAND = 256
_LONGEST_WAIT = timedelta(seconds=10)
_LOOK_AFTER_CLAIMS_EVERY = timedelta(seconds=1)

# PostgreSQL may go on for so long with what a broken connection has asked of it: as long as statements may take.
_DOUBT_LASTS = timedelta(seconds=16)

# While pages wait, those that may go out are collected for so long: they are read in one statement.
_COLLECTED_FOR = timedelta(milliseconds=5)


class ClaimHolder(Protocol):
    """What claimed pages need of the job that sends pages."""

    async def send(self, page_id: UUID) -> None:
        """Send the page and record what became of it."""

    async def release(self, page_ids: Sequence[UUID]) -> None:
        """Give up the claims of these pages, so that their jobs see to them now."""

    async def all_but(self, page_ids: Sequence[UUID]) -> Sequence[UUID]:
        """The other pages that the engine claimed as it wrote them."""

    async def release_doubtful(self, page_ids: Sequence[UUID]) -> None:
        """Give up the claims of these pages, of which some may have been sent."""


@dataclass(frozen=True, slots=True)
class _InLine:
    """A page in line, since when by the loop's clock."""

    id: UUID
    since: float


@dataclass(slots=True)
class ClaimedPages:
    """The pages that engine ``claimer`` has claimed as it wrote them; ``most_to_a_host`` are sent to one at a time."""

    holder: ClaimHolder
    claimer: UUID
    most_to_a_host: int
    _lines: dict[tuple[str, str], deque[_InLine]] = field(default_factory=dict)
    _waiting: int = 0
    _sending: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    _to_host: Counter[Host] = field(default_factory=Counter)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _is_open: bool = False
    _in_doubt_until: float = 0.0
    _disowned: set[UUID] = field(default_factory=set)

    def has_room(self) -> bool:
        """Whether a step's pages may be claimed: an engine runs that sends them soon."""
        return self._is_open and self._waiting < MOST_WAITING

    def put_all(self, pages: Iterable[Mapping[str, str]]) -> None:
        """Take pages that have been written claimed, each with the ``type`` and ``address`` of its destination."""
        for page in pages:
            page_id = UUID(page["id"])
            if page_id not in self._disowned:
                self._lines.setdefault((page["type"], page["address"]), deque()).append(_InLine(page_id, _now()))
                self._waiting += 1
                self._changed.set()

    def doubt(self) -> None:
        """Note that pages may have been claimed for this engine, or may yet be, that it does not know of."""
        self._in_doubt_until = _now() + _DOUBT_LASTS.total_seconds()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; then finish what is in hand and give up the rest."""
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._changed.set())
        looking_after = asyncio.create_task(self._look_after_claims(stop), name="look after claims")
        self._is_open = True
        try:
            while not stop.is_set():
                await self._next_change()
                if not stop.is_set():
                    self._send_next()
        finally:
            self._is_open = False
            stopping.cancel()
        await asyncio.wait([looking_after, *self._sending.values()])
        await self._give_up([page.id for line in self._lines.values() for page in line])
        self._lines, self._waiting = {}, 0

    async def _next_change(self) -> None:
        await self._changed.wait()
        if self._waiting and self._sending:
            await asyncio.sleep(_COLLECTED_FOR.total_seconds())
        self._changed.clear()

    def _send_next(self) -> None:
        """Begin to send as many as may be sent now, one to each destination in turn."""
        ready = deque(self._lines)
        while ready and len(self._sending) < _MOST_IN_HAND:
            address = ready.popleft()
            host = host_of(*address)
            if self._to_host[host] >= self.most_to_a_host:
                continue
            line = self._lines[address]
            self._begin(host, line.popleft().id)
            if line:
                ready.append(address)
            else:
                del self._lines[address]

    def _begin(self, host: Host, page_id: UUID) -> None:
        self._waiting -= 1
        self._to_host[host] += 1
        sending = asyncio.create_task(self._send(page_id), name="send a claimed page")
        self._sending[page_id] = sending

        def over(_: object) -> None:
            del self._sending[page_id]
            self._to_host[host] -= 1
            if not self._to_host[host]:
                del self._to_host[host]
            self._changed.set()

        sending.add_done_callback(over)

    async def _send(self, page_id: UUID) -> None:
        try:
            await self.holder.send(page_id)
        except CONNECTION_ERRORS as error:
            log.warning("claimed_page_waits_for_database", page_id=str(page_id), error=type(error).__name__)
            self.doubt()
        except Exception as error:
            log.warning("claimed_page_failed", page_id=str(page_id), error=repr(error))
            self.doubt()

    async def _look_after_claims(self, stop: asyncio.Event) -> None:
        """Give up the claims that would soon run out, and those that nobody here was told of."""
        while not stop.is_set():
            await wait(stop, _LOOK_AFTER_CLAIMS_EVERY)
            await self._give_up(self._take_late())
            if _now() < self._in_doubt_until:
                await self._give_up_unknown()
            else:
                self._disowned.clear()

    def _take_late(self) -> Sequence[UUID]:
        latest = _now() - _LONGEST_WAIT.total_seconds()
        late: list[UUID] = []
        for address, line in list(self._lines.items()):
            while line and line[0].since < latest:
                late.append(line.popleft().id)
            if not line:
                del self._lines[address]
        self._waiting -= len(late)
        return late

    async def _give_up(self, page_ids: Sequence[UUID]) -> None:
        if not page_ids:
            return
        try:
            await self.holder.release(page_ids)
        except Exception as error:  # the claims run out, or are given up a moment later
            log.warning("claims_not_given_up", pages=len(page_ids), error=repr(error))
            self.doubt()

    def _known(self) -> Sequence[UUID]:
        return [*(page.id for line in self._lines.values() for page in line), *self._sending]

    async def _give_up_unknown(self) -> None:
        """Give up claims of pages that are not known here. A page that comes later than that is not sent here."""
        try:
            unknown = set(await self.holder.all_but(self._known())).difference(self._known())
            self._disowned |= unknown
            if unknown:
                await self.holder.release_doubtful(list(unknown))
        except Exception as error:
            log.warning("claims_not_given_up", error=repr(error))
            self.doubt()


def _now() -> float:
    return asyncio.get_running_loop().time()
