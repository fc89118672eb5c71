"""Deleting a team, channel, rotation, schedule, policy or service that something uses: each use is named."""

import asyncio

import asyncpg
import pytest
from httpx import AsyncClient
from tests.api.calls import refusal, uses, waits_for_a_lock, wrong
from tests.fixtures.factories import Factory, rule, step


async def test_a_team_is_kept_while_anything_carries_it(api: AsyncClient, make: Factory) -> None:
    team, other = await make.team(), await make.team()
    policy = await make.policy(name="Payments", team_id=team.id)
    carriers = {
        "channels": await make.channel(name="Room", team_id=team.id),
        "escalation-policies": policy,
        "rotations": await make.rotation(name="Weekly", team_id=team.id),
        "schedules": await make.schedule(name="Nights", team_id=team.id),
        "services": await make.service(policy, name="Shop", team_id=team.id),
    }
    await make.service(policy, team_id=other.id)
    kinds = ("channel", "escalation policy", "rotation", "schedule", "service")
    expected = [f"{kind} '{one.name}' ({one.id})" for kind, one in zip(kinds, carriers.values(), strict=True)]
    for path, carrier in carriers.items():
        refused = await api.delete(f"/api/v1/teams/{team.id}")
        assert uses(refused) == expected
        assert "in use" in refused.json()["detail"]
        url = f"/api/v1/{path}/{carrier.id}"
        assert (await api.get(url)).json()["team_id"] == str(team.id)
        assert (await api.patch(url, json={"team_id": str(other.id)})).status_code == 200
        expected.pop(0)
    assert (await api.delete(f"/api/v1/teams/{team.id}")).status_code == 204


async def test_the_first_hundred_that_carry_a_team_are_named(api: AsyncClient, make: Factory) -> None:
    team = await make.team()
    await make.pool.execute(
        "insert into channels (name, type, address, team_id)"
        " select to_char(number, '000'), 'webhook', 'https://example.org', $1 from generate_series(1, 101) as number",
        team.id,
    )
    named = uses(await api.delete(f"/api/v1/teams/{team.id}"))
    assert len(named) == 100
    assert "100" in named[-1]


async def test_a_team_that_is_given_something_at_the_same_moment_is_kept(api: AsyncClient, make: Factory) -> None:
    team, channel = await make.team(), await make.channel(name="Room")
    async with make.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("update channels set team_id = $1 where id = $2", team.id, channel.id)
            deleting = asyncio.create_task(api.delete(f"/api/v1/teams/{team.id}"))
            await waits_for_a_lock(make)
        assert uses(await deleting) == [f"channel 'Room' ({channel.id})"]


async def test_a_team_that_is_deleted_at_the_same_moment_is_given_nothing(api: AsyncClient, make: Factory) -> None:
    team, channel = await make.team(), await make.channel()
    async with make.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("delete from teams where id = $1", team.id)
            body = {"team_id": str(team.id)}
            giving = asyncio.create_task(api.patch(f"/api/v1/channels/{channel.id}", json=body))
            await waits_for_a_lock(make)
        assert wrong(await giving) == ["team_id"]


@pytest.mark.parametrize("table", ["channels", "escalation_policies", "rotations", "schedules", "services"])
async def test_plain_sql_cannot_make_a_teams_object_everybodys(make: Factory, table: str) -> None:
    team = await make.team()
    policy = await make.policy(team_id=team.id if table == "escalation_policies" else None)
    match table:
        case "channels":
            await make.channel(team_id=team.id)
        case "rotations":
            await make.rotation(team_id=team.id)
        case "schedules":
            await make.schedule(team_id=team.id)
        case "services":
            await make.service(policy, team_id=team.id)
    with pytest.raises(asyncpg.ForeignKeyViolationError, match=f"{table}_team_id_fkey"):
        await make.pool.execute("delete from teams where id = $1", team.id)


async def test_what_uses_a_channel_rotation_or_schedule_is_named(api: AsyncClient, make: Factory) -> None:
    channel, rotation = await make.channel(), await make.rotation()
    schedule = await make.schedule(rule(rotation), name="Nights")
    policy = await make.policy(step(channel, rotation, schedule), name="Payments")
    by_policy = f"escalation policy 'Payments' ({policy.id})"
    for path, expected in (
        (f"channels/{channel.id}", [by_policy]),
        (f"rotations/{rotation.id}", [f"schedule 'Nights' ({schedule.id})", by_policy]),
        (f"schedules/{schedule.id}", [by_policy]),
    ):
        refused = await api.delete(f"/api/v1/{path}")
        assert sorted(uses(refused)) == sorted(expected)
        assert refused.json()["detail"].endswith("Payments: take it out there first")


async def test_what_uses_a_policy_is_named(api: AsyncClient, make: Factory) -> None:
    last = await make.policy(name="Last")
    service = await make.service(last, name="Shop")
    other = await make.policy(name="Day")
    body = {"catch_all_policy_id": str(last.id)}
    assert (await api.patch(f"/api/v1/escalation-policies/{other.id}", json=body)).status_code == 200
    url = f"/api/v1/escalation-policies/{last.id}"
    refused = await api.delete(url)
    assert uses(refused) == [f"service 'Shop' ({service.id})", f"escalation policy 'Day' ({other.id})"]
    assert refused.json()["detail"] == "used by Shop: give them another escalation policy first"
    body = {"escalation_policy_id": str(other.id)}
    assert (await api.patch(f"/api/v1/services/{service.id}", json=body)).status_code == 200
    assert refusal(await api.delete(url), 409) == "the catch-all of Day: give them another one first"


async def test_the_open_alerts_of_a_service_are_named(api: AsyncClient, make: Factory) -> None:
    service = await make.service()
    ids = [await make.alert(service, summary) for summary in ("Disk full", "Slow", "Over")]
    assert (await api.post(f"/api/v1/alerts/{ids.pop()}/close")).status_code == 200
    assert uses(await api.delete(f"/api/v1/services/{service.id}")) == [
        f"open alert 'Disk full' ({ids[0]})",
        f"open alert 'Slow' ({ids[1]})",
    ]
