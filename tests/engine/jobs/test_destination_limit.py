"""A host that hangs takes no more than its places; who finds none stays away, the longer the host answers nobody."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from tocsin.engine.jobs.destination_limit import DestinationLimit

PHONE, OTHER = "https://phone.test/a", "https://other.test/a"


def limit() -> DestinationLimit:
    return DestinationLimit(most=2, patience=timedelta(milliseconds=5))


async def test_a_host_gets_no_more_sends_than_its_places() -> None:
    places = limit()
    async with AsyncExitStack() as stack:
        for _ in range(2):
            assert await stack.enter_async_context(places.place_at("webhook", PHONE)) is None
        async with places.place_at("webhook", PHONE) as pause:
            assert pause is not None
            assert places.soonest <= pause <= places.latest
        async with places.place_at("webhook", OTHER) as pause:
            assert pause is None


async def test_who_waits_gets_the_place_of_a_send_that_ends() -> None:
    places = DestinationLimit(most=1, patience=timedelta(seconds=60))
    got = asyncio.Event()

    async def send() -> None:
        async with places.place_at("webhook", PHONE) as pause:
            assert pause is None
            got.set()

    async with places.place_at("webhook", PHONE):
        waiting = asyncio.create_task(send())
        done, _ = await asyncio.wait({waiting}, timeout=0.02)
        assert not done
    await waiting
    assert got.is_set()


async def test_a_host_that_nobody_sends_to_is_forgotten() -> None:
    places = limit()
    async with places.place_at("webhook", PHONE):
        assert len(places._hosts) == 1
    assert places._hosts == {}
