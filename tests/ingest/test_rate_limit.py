"""How much a key may send: a burst, and so many messages a second in the long run."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from tests.api.calls import refusal
from tests.fixtures.factories import Factory
from tests.ingest.conftest import PATH

from tocsin.ingest.rate_limit import RateLimit
from tocsin.settings import Settings

KEY, OTHER = b"k", b"o"


def test_a_burst_is_let_through_and_then_so_many_a_second() -> None:
    limit = RateLimit(rate=2, burst=10)
    assert [limit.take(KEY, 1, 0) for _ in range(10)] == [0] * 10
    assert limit.take(KEY, 1, 0) == pytest.approx(0.5)
    assert limit.take(OTHER, 1, 0) == 0
    assert limit.take(KEY, 1, 0.25) == pytest.approx(0.25)
    assert limit.take(KEY, 1, 0.5) == 0
    assert limit.take(KEY, 1, 0.5) > 0


def test_a_group_of_more_than_the_burst_is_let_through_and_waited_for_afterwards() -> None:
    limit = RateLimit(rate=10, burst=10)
    assert limit.take(KEY, 110, 0) == 0
    assert limit.take(KEY, 1, 0) == pytest.approx(10.1)
    assert limit.take(KEY, 1, 10.2) == 0


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 20)), max_size=60))
def test_no_more_passes_than_a_burst_one_request_and_the_rate(sent: list[tuple[float, int]]) -> None:
    limit, now, passed = RateLimit(rate=3, burst=20), 0.0, 0
    for pause, count in sent:
        now += pause
        if limit.take(KEY, count, now) == 0:
            passed += count
    assert passed <= 20 + 20 + 3 * now


def test_keys_that_nobody_has_cannot_fill_the_memory() -> None:
    limit = RateLimit(rate=1, burst=1, remembered=3)
    for number in range(10):
        limit.take(bytes([number]), 1, 0)
    assert len(limit._buckets) == 3


@pytest.fixture
def settings() -> Settings:
    return Settings(ingest_rate=1, ingest_burst=2)


@pytest.fixture
async def urls(anonymous: httpx.AsyncClient, make: Factory) -> list[str]:
    """The addresses of two keys."""
    return [f"{PATH}?token={await make.integration_key(await make.service())}&summary=s" for _ in range(2)]


async def test_who_sends_too_much_is_told_when_to_send_again(anonymous: httpx.AsyncClient, urls: list[str]) -> None:
    first, second = urls
    answers = [await anonymous.post(first) for _ in range(4)]
    refused = answers[-1]
    assert [answer.status_code for answer in answers[:2]] == [204, 204]
    assert "more than 1 messages a second" in refusal(refused, 429)
    assert refused.headers["retry-after"] in {"1", "2"}
    assert (await anonymous.post(second)).status_code == 204
    labels = {"type": "generic", "outcome": "rate_limited"}
    assert (REGISTRY.get_sample_value("tocsin_received_total", labels) or 0) >= 1
