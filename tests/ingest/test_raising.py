"""Requests that come at one time are written together, and each has the outcome that it would have by itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import asyncpg
import pytest
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool, open_pool
from tocsin.errors import PermissionDenied, Unauthenticated
from tocsin.ingest.raising import AlertRaiser
from tocsin.store.alerts.new_alert import NewAlert, RaisedAlert, Route
from tocsin.store.alerts.raise_together import SentAlert
from tocsin.store.payloads.received import NewPayload
from tocsin.store.services.integration_keys import SenderCredential
from tocsin.store.services.services import Service

COUNT = 12
PAYLOAD = NewPayload("/api/v2/generic/incoming", b"", "application/json", b"{}")


@pytest.fixture
async def raiser(database: str) -> AsyncIterator[AlertRaiser]:
    async with open_pool(database, size=4, application_name="test") as pool:
        yield AlertRaiser(pool)


@pytest.fixture
async def service(make: Factory) -> Service:
    return await make.service(await make.policy(step(await make.user("ann"))))


@pytest.fixture
async def credential(make: Factory, service: Service) -> SenderCredential:
    return SenderCredential(await make.integration_key(service), "generic", "192.0.2.1")


def sent(credential: SenderCredential, *names: str) -> Sequence[SentAlert]:
    return [SentAlert(credential, NewAlert(summary=name, dedup_key=name), PAYLOAD) for name in names]


async def outcomes(raiser: AlertRaiser, alerts: Sequence[SentAlert]) -> Sequence[RaisedAlert | BaseException | None]:
    async with asyncio.timeout(10):
        return await asyncio.gather(*map(raiser.raise_alert, alerts), return_exceptions=True)


async def transactions(pool: Pool) -> int:
    """How many transactions wrote the payloads that are kept."""
    count: int = await pool.fetchval("select count(distinct xmin::text) from received_payloads")
    return count


async def test_they_share_a_transaction_and_each_has_its_alert(
    pool: Pool, raiser: AlertRaiser, credential: SenderCredential, service: Service
) -> None:
    names = [f"disk {number}" for number in range(COUNT)]
    raised = await outcomes(raiser, sent(credential, *names))
    rows = await pool.fetch(
        "select alerts.id, alerts.summary, alerts.count, logs.payload_id, logs.event"
        " from alerts join alert_logs as logs on logs.alert_id = alerts.id"
    )
    assert {row["id"]: row["summary"] for row in rows} == {
        one.alert_id: name for one, name in zip(raised, names, strict=True) if isinstance(one, RaisedAlert)
    }
    assert {(row["id"], row["payload_id"]) for row in rows} == {
        (one.alert_id, one.payload_id) for one in raised if isinstance(one, RaisedAlert)
    }
    assert {(row["count"], row["event"]) for row in rows} == {(1, "created")}
    assert all(isinstance(one, RaisedAlert) and one.is_new and one.service_id == service.id for one in raised)
    assert await transactions(pool) < COUNT / 2
    assert await pool.fetchval("select last_used_at is not null from integration_keys")


async def test_those_about_one_alert_are_counted_into_it(
    pool: Pool, raiser: AlertRaiser, credential: SenderCredential
) -> None:
    raised = await outcomes(raiser, sent(credential, *["disk"] * COUNT))
    assert sum(isinstance(one, RaisedAlert) and one.is_new for one in raised) == 1
    assert await pool.fetchval("select count from alerts") == COUNT
    assert await pool.fetchval("select count(*) from alert_logs where event = 'duplicate_suppressed'") == COUNT - 1


async def test_two_keys_of_one_service_may_be_about_one_alert(
    pool: Pool, make: Factory, raiser: AlertRaiser, credential: SenderCredential, service: Service
) -> None:
    other = SenderCredential(await make.integration_key(service), "generic")
    await outcomes(raiser, [one for key in (credential, other) for one in sent(key, "first", "second", "disk")])
    assert await pool.fetchval("select array_agg(count) from alerts") == [2, 2, 2]


async def test_what_is_refused_is_refused_alone(pool: Pool, raiser: AlertRaiser, credential: SenderCredential) -> None:
    unknown = SenderCredential("unknown", "generic")
    other_type = SenderCredential(credential.secret, "grafana")
    healthy = sent(credential, *(f"disk {number}" for number in range(COUNT)))
    refused = [*sent(unknown, "of nobody"), *sent(other_type, "of another type")]
    raised = await outcomes(raiser, [*healthy[:6], *refused, *healthy[6:]])
    assert [type(one) for one in raised[6:8]] == [Unauthenticated, PermissionDenied]
    assert await pool.fetchval("select count(*) from alerts") == COUNT
    assert await pool.fetchval("select count(*) from received_payloads") == COUNT


async def test_rules_are_followed_beside_keys_that_have_none(
    pool: Pool, make: Factory, raiser: AlertRaiser, credential: SenderCredential, service: Service
) -> None:
    ruled = SenderCredential(await make.integration_key(service), "generic")
    await pool.execute("update integration_keys set routing_version = 2 where token_hash = $1", ruled.digest)
    other = await make.service(name="other")
    route = Route(version=2, service_id=other.id, sent_key="sent", delay=timedelta(minutes=3), said={"rule": "all"})
    routed = NewAlert(summary="routed", dedup_key="to other", route=route)
    outdated = NewAlert(summary="outdated", dedup_key="outdated", route=Route(version=1))
    plain = sent(credential, *(f"disk {number}" for number in range(COUNT)))
    by_rules = [SentAlert(ruled, one, PAYLOAD) for one in (routed, outdated)]
    raised = await outcomes(raiser, [*plain[:6], *by_rules, *sent(ruled, "without rules"), *plain[6:]])
    (found,) = [one for one in raised[6:9] if one is not None]
    assert isinstance(found, RaisedAlert)
    assert (found.service_id, found.is_new, raised[7:9]) == (other.id, True, [None, None])
    assert await pool.fetchval("select delayed_until > now() from alerts where summary = 'routed'")
    assert await pool.fetchval("select meta -> 'routed' from alert_logs where alert_id = $1", found.alert_id) == {
        "rule": "all"
    }
    kept = await pool.fetchrow("select sent_key, service_id, dedup_key from routed_keys")
    assert tuple(kept) == ("sent", other.id, "to other")
    assert await pool.fetchval("select count(*) from alerts") == COUNT + 1
    assert await pool.fetchval("select count(*) from received_payloads") == COUNT + 1


async def test_what_cannot_be_stored_fails_alone(pool: Pool, raiser: AlertRaiser, credential: SenderCredential) -> None:
    await pool.execute("alter table alerts add constraint poisoned check (summary <> 'poison')")
    raised = await outcomes(raiser, sent(credential, "a", "b", "c", "poison", "nul \0", "d"))
    assert [type(one) for one in raised[3:5]] == [
        asyncpg.CheckViolationError,
        asyncpg.CharacterNotInRepertoireError,
    ]
    assert await pool.fetchval("select string_agg(summary, '' order by summary) from alerts") == "abcd"


async def test_rows_that_somebody_holds_are_waited_for_by_their_own_requests_only(
    pool: Pool, raiser: AlertRaiser, credential: SenderCredential
) -> None:
    await outcomes(raiser, sent(credential, "held 1", "held 2", "held 3"))
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("update alerts set details = 'held'")
        held = sent(credential, "held 1", "held 2", "held 3")
        waiting = [asyncio.create_task(raiser.raise_alert(one)) for one in held]
        raised = await outcomes(raiser, sent(credential, *(f"disk {number}" for number in range(COUNT))))
        assert all(isinstance(one, RaisedAlert) and one.is_new for one in raised)
        assert not any(task.done() for task in waiting)
    assert [one.is_new for one in await asyncio.gather(*waiting) if one] == [False] * 3


async def test_whoever_locks_alerts_in_another_order_goes_on(
    pool: Pool, raiser: AlertRaiser, credential: SenderCredential
) -> None:
    names = [f"disk {number}" for number in range(COUNT)]
    await outcomes(raiser, sent(credential, *names))
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("update alerts set details = 'held' where summary = 'disk 9'")
        raising = asyncio.create_task(outcomes(raiser, sent(credential, *names)))
        for name in ("disk 5", "disk 4", "disk 3"):
            await connection.execute("update alerts set details = 'held' where summary = $1", name)
    assert all(isinstance(one, RaisedAlert) and not one.is_new for one in await raising)
    assert await pool.fetchval("select array_agg(distinct count) from alerts") == [2]


async def test_above_the_limit_of_open_alerts_they_roll_up(
    pool: Pool, raiser: AlertRaiser, credential: SenderCredential
) -> None:
    await pool.execute("update services set open_alert_limit = 2")
    await outcomes(raiser, sent(credential, "first", "second"))
    await outcomes(raiser, sent(credential, "first", *(f"disk {number}" for number in range(COUNT))))
    assert await pool.fetchval("select count(*) from rolled_up_alerts") == COUNT
    assert await pool.fetchval("select count(*) from alerts") == 3
    assert await pool.fetchval("select count from alerts where summary = 'first'") == 2
    assert await pool.fetchval("select count(*) from alert_logs where event = 'rolled_up'") == COUNT - 1


async def test_requests_that_were_given_up_neither_take_an_answer_nor_one_from_others(
    pool: Pool, raiser: AlertRaiser, credential: SenderCredential
) -> None:
    under_way, waiting, others = [
        [asyncio.create_task(raiser.raise_alert(one)) for one in sent(credential, *names)]
        for names in (("under way", "a"), ("waits",), ("b", "c", "d"))
    ]
    await asyncio.sleep(0)  # one is under way by now, and the others wait
    under_way[0].cancel()
    waiting[0].cancel()
    done = await asyncio.gather(under_way[1], *others)
    assert all(one and one.is_new for one in done)
    assert await pool.fetchval("select string_agg(summary, '' order by summary) from alerts where summary < 'u'") == (
        "abcd"
    )
    assert not await pool.fetchval("select exists (select from alerts where summary = 'waits')")


async def test_a_member_that_leaves_its_group_breaks_nobody_elses_answer(
    pool: Pool, raiser: AlertRaiser, credential: SenderCredential
) -> None:
    first = [asyncio.create_task(raiser.raise_alert(one)) for one in sent(credential, "a", "b")]
    group = [asyncio.create_task(raiser.raise_alert(one)) for one in sent(credential, "c", "d", "e")]
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    group[1].cancel()  # it is sent by now
    raised = await asyncio.gather(*first, group[0], group[2])
    assert all(one and one.is_new for one in raised)
    await raiser.finish()
    assert set("abce") <= set(await pool.fetchval("select array_agg(summary) from alerts"))


async def test_a_key_that_sends_much_keeps_no_other_waiting(
    pool: Pool, make: Factory, raiser: AlertRaiser, credential: SenderCredential, service: Service
) -> None:
    quiet = SenderCredential(await make.integration_key(service), "generic")
    noisy = sent(credential, *(f"disk {number}" for number in range(200)))
    raised = await outcomes(raiser, [*noisy, *sent(quiet, "quiet")])
    payloads = [one.payload_id for one in raised if isinstance(one, RaisedAlert) and one.payload_id]
    assert sorted(payloads).index(payloads[-1]) <= 2 * 32  # it goes with the next, though it came last
    assert len(payloads) == len(raised)
