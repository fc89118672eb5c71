"""Old payloads are removed in batches; what is in quarantine stays."""

from datetime import timedelta

import pytest
from tests.fixtures.factories import Factory

from tocsin.store.payloads import received

LIFETIME = timedelta(days=14)


async def add(make: Factory, days: int, outcome: str = "accepted", count: int = 1) -> None:
    await make.pool.execute(
        "insert into received_payloads (integration_key_id, received_at, path, query, content_type, body, outcome)"
        " select gen_random_uuid(), now() - make_interval(days => $1), '/p', '', '', '', $2"
        " from generate_series(1, $3)",
        days,
        outcome,
        count,
    )


async def left(make: Factory) -> list[str]:
    return [row["outcome"] for row in await make.pool.fetch("select outcome from received_payloads order by id")]


async def test_what_is_old_is_removed_but_for_what_is_in_quarantine(make: Factory) -> None:
    for outcome in ("quarantined", "accepted", "replayed", "discarded"):
        await add(make, 15, outcome)
    await add(make, 13, "replayed")
    assert await received.remove_old(make.pool, LIFETIME) == 3
    assert await left(make) == ["quarantined", "replayed"]


async def test_they_are_removed_in_batches(make: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received, "_REMOVED_AT_ONCE", 10)
    await add(make, 20, count=25)
    await add(make, 1, "accepted", count=2)
    assert await received.remove_old(make.pool, LIFETIME) == 25
    assert len(await left(make)) == 2


async def test_what_another_removes_is_not_waited_for(make: Factory) -> None:
    await add(make, 20, count=3)
    async with make.pool.acquire() as other, other.transaction():
        await other.execute("select from received_payloads order by id limit 1 for update")
        assert await received.remove_old(make.pool, LIFETIME) == 2
