"""A step's first pages are written with the step: claimed, with a job for the end of the claims, each once."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.fixtures.engine import Story, settled
from tests.fixtures.factories import Factory, step

from tocsin.channels.webhook.receiver import Hang
from tocsin.db.pool import Pool
from tocsin.engine.jobs import alert, cycle
from tocsin.engine.jobs.claimed_pages import ClaimedPages
from tocsin.engine.jobs.page import CLAIM
from tocsin.engine.runner import Engine
from tocsin.store.policies.policies import Policy
from tocsin.testing.clock import Clock

FIVE_MINUTES = timedelta(minutes=5)
SENT = "select array(select done from unnest(pages_sent($1::jsonb)) as done)"


class Room(ClaimedPages):
    """Has room, and keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(Nobody(), uuid4(), 1)
        self.taken: list[str] = []

    def has_room(self) -> bool:
        return True

    def put_all(self, pages: Iterable[Mapping[str, str]]) -> None:
        self.taken.extend(page["id"] for page in pages)


class Nobody:
    """Nothing is sent here, so that nothing is given up."""

    async def send(self, page_id: UUID) -> None:
        raise AssertionError

    async def release(self, page_ids: Sequence[UUID]) -> None:
        raise AssertionError

    async def all_but(self, page_ids: Sequence[UUID]) -> Sequence[UUID]:
        raise AssertionError

    async def release_doubtful(self, page_ids: Sequence[UUID]) -> None:
        raise AssertionError


async def test_a_page_that_was_claimed_in_a_call_that_broke_goes_out_a_moment_later(
    story: Story, engine: Engine
) -> None:
    """The database did as it was asked, and nobody was told."""
    policy = await story.make.policy(step(await story.user("ann")))
    alert_id = await story.alert(await story.make.service(policy))
    assert story.paged() == ["ann"]
    lost = "update outgoing_messages set status = 'sending', claimed_by = $1, claimed_until = now() + interval '30 s'"
    async with story.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"{lost} where alert_id = $2 and user_id is not null", engine.id, alert_id)
    engine.claimed.doubt()
    await story.phone.wait_for(2)
    assert story.paged() == ["ann"]


async def test_a_sent_page_is_recorded_however_long_somebody_holds_its_row(story: Story, database: str) -> None:
    """Longer than the engine waits for a lock."""
    story.phone.script(Hang())
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    await story.make.alert(service)
    await story.phone.wait_for(1)
    holding = await asyncpg.connect(database)
    try:
        async with holding.transaction():
            await holding.execute("select from outgoing_messages for update")
            story.phone.release()
            await asyncio.sleep(2.5)
    finally:
        await holding.close()
    await settled(story.pool)
    assert await story.pool.fetchval("select status from outgoing_messages") == "sent"
    assert story.paged() == ["ann"]


@pytest.fixture
async def policy(make: Factory, clock: Clock) -> Policy:
    """Pages ann at once and after five minutes, and a channel."""
    ann = await make.user("ann")
    for delay in (timedelta(0), FIVE_MINUTES):
        await make.rule(await make.contact_method(ann, f"https://phone.test/{delay}"), delay)
    return await make.policy(step(ann, await make.channel(), delay=timedelta(hours=1)))


async def pages(pool: Pool) -> Sequence[asyncpg.Record]:
    return await pool.fetch("select * from outgoing_messages order by created_at, id")


async def jobs(pool: Pool) -> Sequence[tuple[str, timedelta]]:
    rows = await pool.fetch("select entrypoint, execute_after - now() as wait from pgqueuer where status = 'queued'")
    return sorted((row["entrypoint"], row["wait"] + timedelta(microseconds=1)) for row in rows)


async def enter(pool: Pool, make: Factory, policy: Policy, claimed: ClaimedPages | None = None) -> int:
    alert_id = await make.alert(await make.service(policy))
    await pool.execute("delete from pgqueuer")
    await alert.kind(pool, claimed).run(str(alert_id))
    return alert_id


async def test_they_are_claimed_for_the_engine_that_writes_them(pool: Pool, make: Factory, policy: Policy) -> None:
    room = Room()
    await enter(pool, make, policy, room)
    written = await pages(pool)
    assert [(page["status"], page["attempts"], page["claimed_by"]) for page in written] == [
        ("sending", 1, room.claimer)
    ] * 2
    assert sorted(room.taken) == sorted(str(page["id"]) for page in written)
    [begun] = await pool.fetch(
        "select last_tick = now() as ticked, next_tick - now() as wait from notification_policy_cycles"
    )
    assert (begun["ticked"], begun["wait"]) == (True, FIVE_MINUTES)
    assert await jobs(pool) == [
        ("alert", timedelta(hours=1)),
        ("claims", CLAIM),
        ("cycle", FIVE_MINUTES),
    ]


async def test_without_room_they_wait_for_their_jobs(pool: Pool, make: Factory, policy: Policy) -> None:
    await enter(pool, make, policy)
    assert [(page["status"], page["attempts"], page["claimed_by"]) for page in await pages(pool)] == [
        ("pending", 0, None)
    ] * 2
    assert [wait for kind, wait in await jobs(pool) if kind == "page"] == [timedelta(0)] * 2


async def test_they_are_recorded_as_sent_once(pool: Pool, make: Factory, policy: Policy) -> None:
    await enter(pool, make, policy, Room())
    sent = [{"page_id": str(page["id"]), "attempts": 1} for page in await pages(pool)]
    late = sent[0] | {"attempts": 2}
    assert await pool.fetchval(SENT, [late, *sent]) == [None, True, True]
    assert await pool.fetchval(SENT, sent) == [None, None]
    assert {page["status"] for page in await pages(pool)} == {"sent"}


async def test_a_claim_that_ends_early_gives_the_page_a_job(pool: Pool, make: Factory, policy: Policy) -> None:
    await enter(pool, make, policy, Room())
    await pool.execute("update outgoing_messages set claimed_until = now()")
    assert [wait for kind, wait in await jobs(pool) if kind == "page"] == [timedelta(0)] * 2


async def test_rules_that_change_while_a_step_is_entered_are_heeded(
    pool: Pool, make: Factory, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules are read, changed, and then the step is entered by what was read."""
    entry = alert.entry

    def entry_by_former_rules(*arguments: object) -> object:
        work = entry(*arguments)  # type: ignore[arg-type]
        for user in work["users"]:  # type: ignore[attr-defined]
            user["rules"] = user["rules"][:1]
        return work

    monkeypatch.setattr(alert, "entry", entry_by_former_rules)
    await enter(pool, make, policy)
    [begun] = await pool.fetch("select id, last_tick, next_tick <= now() as is_due from notification_policy_cycles")
    assert (begun["last_tick"], begun["is_due"]) == (None, True)
    assert [page["contact_method_id"] for page in await pages(pool)] == [None], "the channel's"
    await cycle.kind(pool).run(str(begun["id"]))
    assert len(await pages(pool)) == 2


async def test_who_changes_rules_waits_for_a_step_that_is_being_entered_and_wakes_its_cycle(
    pool: Pool, make: Factory, policy: Policy, database: str
) -> None:
    ann = await pool.fetchval("select id from users where name = 'ann'")
    alert_id = await make.alert(await make.service(policy))
    entering = await asyncpg.connect(database)
    try:
        async with entering.transaction():
            await entering.execute("select hold_paging_rules($1)", ann)
            await entering.execute(
                "insert into notification_policy_cycles"
                " (alert_id, user_id, escalation_count, step_number, loop_count, last_tick, next_tick)"
                " values ($1, $2, 1, 0, 0, now(), null)",
                alert_id,
                ann,
            )
            changing = asyncio.create_task(
                pool.execute("update notification_rules set delay = delay + interval '1 s' where user_id = $1", ann)
            )
            await asyncio.sleep(0.2)
            assert not changing.done()
        await changing
    finally:
        await entering.close()
    assert ("cycle", timedelta(0)) in await jobs(pool)
