"""An engine is held for dead when it is, or when it gives no sign; what it held is free then, and not before."""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.fixtures.engine import running_engine
from tests.fixtures.factories import Factory

from tocsin.channels.page import Actions, Destination, Page, Receipt
from tocsin.db.pool import Pool
from tocsin.engine.jobs import page
from tocsin.engine.jobs.page import PageDeps
from tocsin.engine.jobs.page_delivery import Outbox
from tocsin.engine.life import SIGN_EVERY, SILENCE, Life
from tocsin.engine.process import Process, this_process
from tocsin.testing.clock import Clock

ENGINE = "insert into engine_instances (id, host, pid, version) values ($1, $2, $3, '0')"
CLAIMED = """
insert into outgoing_messages (
    idempotency_key, alert_id, channel_id, target_name, destination_type, status, next_attempt,
    claimed_until, claimed_by
)
select $1::uuid::text, $2, channels.id, channels.name, channels.type, 'sending', null, now() + interval '30 s', $1::uuid
from channels
"""
PICKED = """
insert into pgqueuer (priority, entrypoint, payload, status, queue_manager_id) values (0, 'page', 'x', 'picked', $1)
"""
IS_FREE = """
select claimed_until <= now() and (
    select status = 'queued' and queue_manager_id is null from pgqueuer where payload = 'x'
)
from outgoing_messages
"""
SECOND = timedelta(seconds=1)


async def start(pool: Pool, process: Process | None = None) -> Life:
    """An engine that has signed, with one manager."""
    life = Life(managers={uuid4()}, process=process or this_process())
    await pool.execute(ENGINE, life.id, life.process.host, life.process.pid)
    await life.sign(pool)
    return life


async def hold(pool: Pool, make: Factory, life: Life) -> None:
    """Let the engine have one page and its job in hand."""
    await make.channel()
    await pool.execute(CLAIMED, life.id, await make.alert(await make.service(await make.policy())))
    await pool.execute("delete from pgqueuer")
    await pool.execute(PICKED, *life.managers)


def elsewhere() -> Process:
    return replace(this_process(), machine="another")


async def test_what_a_silent_engine_held_is_free_within_six_seconds(pool: Pool, make: Factory, clock: Clock) -> None:
    silent, other = await start(pool, elsewhere()), await start(pool)
    await hold(pool, make, silent)
    await clock.advance(SILENCE - SECOND)
    assert not await other.sign(pool)
    assert not await pool.fetchval(IS_FREE)
    await clock.advance(SECOND)
    assert await other.sign(pool)
    assert await pool.fetchval(IS_FREE)
    assert not await other.sign(pool), "it is taken back once"
    assert timedelta(seconds=6) > SILENCE + SIGN_EVERY


async def test_what_an_engine_has_touched_since_the_clock_jumped_is_its_own(
    pool: Pool, make: Factory, clock: Clock
) -> None:
    alive, other = await start(pool, elsewhere()), await start(pool)
    await clock.advance(timedelta(minutes=15))
    await hold(pool, make, alive)
    assert not await other.sign(pool)
    assert not await pool.fetchval(IS_FREE)
    await alive.sign(pool)
    await clock.advance(SILENCE)
    assert await other.sign(pool), "its next sign has named its managers again"


async def ended_process() -> Process:
    """A process of this machine that has come and gone."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await child.wait()
    return replace(this_process(), pid=child.pid)


async def test_what_an_ended_process_of_the_same_machine_held_is_free_at_once(
    pool: Pool, make: Factory, clock: Clock
) -> None:
    other, ended = await start(pool), await start(pool, await ended_process())
    await hold(pool, make, ended)
    assert await other.sign(pool)
    assert await pool.fetchval(IS_FREE)


async def test_a_process_is_held_for_ended_only_when_that_is_certain() -> None:
    here, ended = this_process(), await ended_process()
    assert here.machine is not None
    assert ended.has_ended(here)
    assert replace(here, started="1").has_ended(here), "another process has its pid"
    assert not here.has_ended(here)
    assert not replace(here, pid=os.getppid(), started=None).has_ended(here)
    for other in (replace(ended, host="other"), replace(ended, machine="other"), replace(ended, machine=None)):
        assert not other.has_ended(here)
    assert not replace(ended, machine=None).has_ended(replace(here, machine=None))


def test_a_process_that_waits_for_its_parent_has_ended() -> None:
    here, pid = this_process(), os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert replace(here, pid=pid).has_ended(here)
    os.waitpid(pid, 0)


class Silent:
    """Counts what it is to send."""

    sends = 0

    async def send(self, destination: Destination, page: Page) -> Receipt:
        self.sends += 1
        return Receipt(None)


@pytest.fixture
async def page_id(pool: Pool, make: Factory, clock: Clock) -> str:
    """A page that is due."""
    await make.channel()
    waiting: str = await pool.fetchval(
        "insert into outgoing_messages (idempotency_key, alert_id, channel_id, target_name, destination_type)"
        " select 'page', $1, id, name, type from channels returning id::text",
        await make.alert(await make.service(await make.policy())),
    )
    await pool.execute("update escalation_policy_state set next_escalation = null")  # or the alert moves first
    return waiting


@pytest.mark.parametrize(
    ("meanwhile", "outcome", "sends"),
    [
        ("select 1", "sent", 1),
        ("update outgoing_messages set claimed_until = now()", "moved_on", 0),
        ("update outgoing_messages set attempts = attempts + 1", "moved_on", 0),
        ("update alerts set status = 'acknowledged'", "cancelled_acknowledged", 0),
    ],
)
async def test_an_engine_that_may_be_held_for_dead_looks_again_before_it_sends(
    pool: Pool, page_id: str, meanwhile: str, outcome: str, sends: int
) -> None:
    life, sender = Life(), Silent()
    await pool.execute(ENGINE, life.id, life.process.host, life.process.pid)
    kind = page.kind(PageDeps(pool, Outbox({"webhook": sender}, lambda *_: Actions("", "", ""), ""), life))
    signed = life.sign

    async def stand_still_and_sign(pool: Pool) -> bool:
        await pool.execute(meanwhile)
        return await signed(pool)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Life, "sign", lambda _, pool: stand_still_and_sign(pool))
        assert (await kind.run(page_id)).reason == outcome
    assert sender.sends == sends
    assert await pool.fetchval("select claimed_by from outgoing_messages") == life.id
    assert life.is_sure()


async def test_engines_name_themselves_and_their_managers(pool: Pool, database: str) -> None:
    async def managers() -> set[UUID]:
        return set(await pool.fetchval("select managers from engine_instances where id = $1", engine.id))

    async with running_engine(database, pool) as engine:
        assert await managers() == engine.life.managers
        assert len(engine.life.managers) == 2
