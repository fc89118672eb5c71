"""How fast passwords may be guessed, and who gets in meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from httpx import AsyncClient
from tests.api.calls import refusal
from tests.fixtures.factories import Factory

from tocsin.errors import TooManyRequests
from tocsin.http.limits import SignInAttempt, SignInLimits, Slowdown, network_of

URL = "/api/v1/session"
ANN = {"email": "ann@example.org", "password": "correct horse battery"}


def failed(slowdown: Slowdown, times: int, at: float = 0) -> None:
    for _ in range(times):
        slowdown.begin("ann", at)


def test_each_failure_beyond_the_free_ones_doubles_the_wait_up_to_the_longest() -> None:
    slowdown, waits, now = Slowdown(free=3, first=15, longest=300), [], 0.0
    for _ in range(10):
        waits.append(slowdown.wait("ann", now))
        now += waits[-1]
        slowdown.begin("ann", now)
    assert waits == [0, 0, 0, 15, 30, 60, 120, 240, 300, 300]
    assert slowdown.wait("ben", now) == 0


def test_failures_are_forgotten_after_a_while_and_a_wait_is_total() -> None:
    slowdown = Slowdown(free=3, first=15, longest=300)
    failed(slowdown, 100_000)
    assert slowdown.wait("ann", 0) == 300
    assert slowdown.wait("ann", 900) == 0
    failed(slowdown, 1, at=900)
    assert slowdown.wait("ann", 900) == 0


def test_guessing_cannot_fill_the_memory() -> None:
    slowdown = Slowdown(free=3, first=15, longest=300, remembered=3)
    for number in range(10):
        slowdown.begin(str(number), 0)
    assert len(slowdown._failures) == 3


def test_an_address_is_slowed_whichever_accounts_it_tries() -> None:
    limits = SignInLimits()
    for number in range(50):
        limits.begin(SignInAttempt(f"{number}@example.org", "10.0.0.1"))
    with pytest.raises(TooManyRequests) as refused:
        limits.begin(SignInAttempt("ann@example.org", "10.0.0.1"))
    assert 0 < refused.value.retry_after <= 5
    limits.begin(SignInAttempt("ann@example.org", "10.0.0.2"))
    limits.begin(SignInAttempt("ann@example.org", "10.0.0.1", known_as="session 1"))


def test_signing_in_does_not_free_an_address_from_what_failed_there() -> None:
    limits = SignInLimits()
    for number in range(49):
        limits.begin(SignInAttempt(f"{number}@example.org", "10.0.0.1"))
    for _ in range(3):
        limits.begin(SignInAttempt("eve@example.org", "10.0.0.1"))
        limits.succeed(SignInAttempt("eve@example.org", "10.0.0.1"))
    limits.begin(SignInAttempt("ann@example.org", "10.0.0.1"))
    with pytest.raises(TooManyRequests):
        limits.begin(SignInAttempt("eve@example.org", "10.0.0.1"))


def test_addresses_of_one_ipv6_network_are_one() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
    assert (network_of("10.0.0.1"), network_of(None), network_of("socket")) == ("10.0.0.1", "", "socket")


@pytest.fixture
async def attacker(base_url: str) -> AsyncIterator[AsyncClient]:
    """A client at another address."""
    transport = httpx.AsyncHTTPTransport(
        verify=False, local_address="127.0.0.2", limits=httpx.Limits(max_connections=100)
    )
    async with AsyncClient(base_url=base_url, transport=transport, timeout=110) as client:
        yield client


@pytest.fixture
async def ann(anonymous: AsyncClient, make: Factory) -> AsyncClient:
    """Ann's client, signed in."""
    await make.user("Ann", password=ANN["password"])
    assert (await anonymous.post(URL, json=ANN)).status_code == 200
    return anonymous


@pytest.mark.parametrize("email", ["ann@example.org", "nobody@example.org"])
async def test_guesses_slow_an_account_down_elsewhere_and_alike_for_nobodys(
    ann: AsyncClient, attacker: AsyncClient, email: str
) -> None:
    guesses = [attacker.post(URL, json={"email": email, "password": f"guess {number}"}) for number in range(10)]
    assert {answer.status_code for answer in await asyncio.gather(*guesses)} == {401}
    refused = await attacker.post(URL, json=ANN | {"email": email})
    assert refusal(refused, 429) == "too many failed sign-ins; try again later"
    assert 0 < int(refused.headers["retry-after"]) <= 15
    assert (await ann.post(URL, json=ANN)).status_code == 200
    ann.cookies.clear()
    assert (await ann.post(URL, json=ANN)).status_code == 200


@pytest.mark.usefixtures("costly_passwords")
async def test_sixty_clients_at_once_are_refused_quickly_and_hold_up_nobody_who_is_known(
    ann: AsyncClient, attacker: AsyncClient
) -> None:
    guesses = [
        asyncio.create_task(attacker.post(URL, json={"email": f"{number}@example.org", "password": "a guess"}))
        for number in range(60)
    ]
    await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
    assert (await ann.post(URL, json=ANN)).status_code == 200
    answers = await asyncio.gather(*guesses)
    assert {answer.status_code for answer in answers} == {401, 429}
    busy = [answer for answer in answers if answer.status_code == 429]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in busy)
    assert len(busy) >= 20
