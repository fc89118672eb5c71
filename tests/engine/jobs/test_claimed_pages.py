"""Pages that an engine claimed as it wrote them go out host by host in turn, or are given up in time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from tests.fixtures import engine

from tocsin.engine.jobs import claimed_pages
from tocsin.engine.jobs.claimed_pages import MOST_WAITING, ClaimedPages

MOST_TO_A_HOST = 2


@dataclass
class Sender:
    """Notes what it is given; each send lasts until ``over`` is set."""

    begun: list[UUID] = field(default_factory=list)
    released: list[UUID] = field(default_factory=list)
    claimed: list[UUID] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answered.set()

    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, page_id: UUID) -> None:
        self.begun.append(page_id)
        await self.over.wait()

    async def release(self, page_ids: Sequence[UUID]) -> None:
        self.released.extend(page_ids)

    async def all_but(self, page_ids: Sequence[UUID]) -> Sequence[UUID]:
        await self.answered.wait()
        return [one for one in self.claimed if one not in page_ids and one not in self.begun]

    async def release_doubtful(self, page_ids: Sequence[UUID]) -> None:
        self.released.extend(page_ids)

    async def has_begun(self, count: int) -> None:
        await eventually(lambda: len(self.begun) >= count)


async def eventually(holds: Callable[[], bool]) -> None:
    async def check() -> bool:
        return holds()

    await engine.eventually(check)


@asynccontextmanager
async def at_work(sender: Sender) -> AsyncIterator[ClaimedPages]:
    claimed, stop = ClaimedPages(sender, uuid4(), MOST_TO_A_HOST), asyncio.Event()
    running = asyncio.create_task(claimed.run(stop))
    await asyncio.sleep(0)
    try:
        yield claimed
    finally:
        stop.set()
        sender.over.set()
        await running


def put(claimed: ClaimedPages, host: str, count: int) -> Sequence[UUID]:
    ids = [uuid4() for _ in range(count)]
    claimed.put_all({"id": str(one), "type": "webhook", "address": f"https://{host}"} for one in ids)
    return ids


async def test_destinations_take_turns_and_a_host_has_a_limit() -> None:
    sender = Sender()
    async with at_work(sender) as claimed:
        busy, quiet, other = put(claimed, "busy/a", 5), put(claimed, "busy/b", 1), put(claimed, "quiet/a", 1)
        await sender.has_begun(3)
        await asyncio.sleep(0.05)
        assert sender.begun == [busy[0], quiet[0], other[0]]
        sender.over.set()
        await sender.has_begun(7)
    assert sender.begun[3:] == busy[1:]
    assert sender.released == []


async def test_claims_that_nobody_was_told_of_are_given_up_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claimed_pages, "_LOOK_AFTER_CLAIMS_EVERY", claimed_pages._COLLECTED_FOR)
    sender, unknown = Sender(), uuid4()
    async with at_work(sender) as claimed:
        sender.claimed = [unknown, *put(claimed, "busy", 5)]
        await sender.has_begun(MOST_TO_A_HOST)
        claimed.doubt()
        await eventually(lambda: sender.released != [])
        claimed.put_all([{"id": str(unknown), "type": "webhook", "address": "https://quiet"}])
        sender.over.set()
        await sender.has_begun(5)
    assert set(sender.released) == {unknown}
    assert unknown not in sender.begun, "who is told too late sends nothing"


async def test_one_that_is_told_of_while_the_database_is_asked_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claimed_pages, "_LOOK_AFTER_CLAIMS_EVERY", claimed_pages._COLLECTED_FOR)
    sender = Sender()
    async with at_work(sender) as claimed:
        sender.claimed = [uuid4()]
        sender.answered.clear()
        claimed.doubt()
        await asyncio.sleep(0.05)
        claimed.put_all([{"id": str(sender.claimed[0]), "type": "webhook", "address": "https://quiet"}])
        sender.answered.set()
        await sender.has_begun(1)
        await asyncio.sleep(0.05)
    assert (sender.begun, sender.released) == (sender.claimed, [])


async def test_what_waits_when_the_engine_stops_is_given_up() -> None:
    sender = Sender()
    async with at_work(sender) as claimed:
        pages = put(claimed, "busy", 5)
        await sender.has_begun(MOST_TO_A_HOST)
    assert sender.begun == pages[:MOST_TO_A_HOST]
    assert sender.released == pages[MOST_TO_A_HOST:]


async def test_a_claim_is_given_up_before_it_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claimed_pages, "_LOOK_AFTER_CLAIMS_EVERY", claimed_pages._COLLECTED_FOR)
    monkeypatch.setattr(claimed_pages, "_LONGEST_WAIT", claimed_pages._COLLECTED_FOR * 4)
    sender = Sender()
    async with at_work(sender) as claimed:
        pages = put(claimed, "hangs", 5)
        await eventually(lambda: len(sender.released) == 5 - MOST_TO_A_HOST)
        assert sender.released == pages[MOST_TO_A_HOST:]
        assert claimed.has_room()


async def test_no_more_are_claimed_than_can_wait() -> None:
    sender = Sender()
    async with at_work(sender) as claimed:
        assert claimed.has_room()
        put(claimed, "busy", MOST_WAITING)
        assert not claimed.has_room()
    assert not claimed.has_room(), "nobody sends any more"


async def test_a_send_that_fails_costs_no_other(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[UUID] = []

    class Broken(Sender):
        async def send(self, page_id: UUID) -> None:
            sent.append(page_id)
            raise RuntimeError("broken")

    claimed, stop = ClaimedPages(Broken(), uuid4(), MOST_TO_A_HOST), asyncio.Event()
    running = asyncio.create_task(claimed.run(stop))
    pages = put(claimed, "busy", 5)
    await eventually(lambda: len(sent) == len(pages))
    stop.set()
    await running
    assert sent == pages
