"""Requests about one alert act in the order in which they came."""

import asyncio
from collections.abc import Sequence

from tests.ingest.conftest import Sender

from tocsin.ingest.turns import Turns


class Requests:
    """Requests that act when they are let."""

    def __init__(self) -> None:
        self.turns, self.acted = Turns(), list[str]()
        self.may_end = dict[str, asyncio.Event]()

    def come(self, name: str, *subjects: str) -> asyncio.Task[None]:
        self.may_end[name] = asyncio.Event()
        return asyncio.create_task(self._act(name, subjects))

    async def _act(self, name: str, subjects: Sequence[str]) -> None:
        async with self.turns.turn(subjects):
            self.acted.append(name)
            await self.may_end[name].wait()


async def a_while() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_waits_for_those_before_it_about_the_same() -> None:
    requests = Requests()
    tasks = [requests.come("a", "x"), requests.come("b", "y"), requests.come("c", "x", "y"), requests.come("d", "z")]
    await a_while()
    assert requests.acted == ["a", "b", "d"]
    requests.may_end["a"].set()
    await a_while()
    assert requests.acted == ["a", "b", "d"]
    for event in requests.may_end.values():
        event.set()
    await asyncio.gather(*tasks)
    assert requests.acted == ["a", "b", "d", "c"]
    assert requests.turns == Turns()


async def test_who_leaves_the_line_lets_nobody_overtake() -> None:
    requests = Requests()
    first, leaving, last = (requests.come(name, "x") for name in ("first", "leaving", "last"))
    await a_while()
    leaving.cancel()
    await a_while()
    assert requests.acted == ["first"]
    for event in requests.may_end.values():
        event.set()
    await asyncio.gather(first, last)
    assert (leaving.cancelled(), requests.acted, requests.turns) == (True, ["first", "last"], Turns())


async def test_what_a_sender_says_of_one_alert_at_one_time_is_done_in_its_order(sender: Sender) -> None:
    said = [sender.send(summary="down", dedup="db1", action=action) for action in ("", "close") * 6]
    about = [sender.send(summary="other", dedup=f"other {number}") for number in range(12)]
    answers = (await asyncio.gather(*(one for pair in zip(said, about, strict=True) for one in pair)))[::2]
    raised, closed = answers[::2], answers[1::2]
    assert [one["IsNew"] for one in raised] == [True] * 6
    assert [one["AlertID"] for one in closed] == [one["AlertID"] for one in raised]
    assert sorted(one["AlertID"] for one in raised) == [one["AlertID"] for one in raised]
