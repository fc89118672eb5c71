"""Favourite services, and alerts that are somebody's."""

from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, refusal
from tests.fixtures.factories import Factory, step

from tocsin.store.actor import Actor, acting
from tocsin.store.alerts.actions import acknowledge


async def test_favourites_are_each_persons_own(anonymous: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    service, other = await make.service(), await make.service()
    on_it = await make.alert(service)
    await make.alert(other)
    anns = {"Authorization": f"Bearer {await make.token(ann)}"}
    bens = {"Authorization": f"Bearer {await make.token(ben)}"}
    for _ in range(2):
        added = await anonymous.put(f"/api/v1/services/{service.id}/favourite", headers=anns)
        assert added.status_code == 204
    assert (await anonymous.get("/api/v1/favourites", headers=anns)).json() == {"service_ids": [str(service.id)]}
    assert (await anonymous.get("/api/v1/favourites", headers=bens)).json() == {"service_ids": []}
    listed = await anonymous.get("/api/v1/alerts", params={"favourites": True}, headers=anns)
    assert [alert["id"] for alert in listed.json()["items"]] == [on_it]
    assert (await anonymous.delete(f"/api/v1/services/{service.id}/favourite", headers=anns)).status_code == 204
    listed = await anonymous.get("/api/v1/alerts", params={"favourites": True}, headers=anns)
    assert listed.json()["items"] == []


async def test_what_cannot_be_a_favourite_is_refused(api: AsyncClient, anonymous: AsyncClient, make: Factory) -> None:
    anns = {"Authorization": f"Bearer {await make.token(await make.user('Ann'))}"}
    refusal(await anonymous.put(f"/api/v1/services/{UNKNOWN_ID}/favourite", headers=anns), 404)
    refusal(await api.get("/api/v1/favourites"), 409)


async def test_mine_are_those_that_page_me_and_that_i_took(anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    service = await make.service(await make.policy(step(ann)))
    paging, taken, _others, closed = [
        await make.alert(service, name) for name in ("paging", "taken", "other", "closed")
    ]
    for number in (paging, closed):
        await make.pool.execute(
            "insert into notification_policy_cycles (alert_id, user_id, escalation_count, step_number, loop_count)"
            " values ($1, $2, 1, 0, 0)",
            number,
            ann.id,
        )
    await make.pool.execute("update alerts set status = 'closed', closed_at = now() where id = $1", closed)
    actor = Actor(type="user", id=str(ann.id), name=ann.name, user_id=ann.id)
    async with acting(make.pool, actor) as connection:
        await acknowledge(connection, taken, actor)
    headers = {"Authorization": f"Bearer {await make.token(ann)}"}
    listed = await anonymous.get("/api/v1/alerts", params={"mine": True}, headers=headers)
    assert [alert["id"] for alert in listed.json()["items"]] == [taken, paging]
