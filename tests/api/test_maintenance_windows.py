"""Planned maintenance of services over HTTP."""

from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, bearer, created, refusal, wrong
from tests.fixtures.factories import Factory

NIGHT = {"start_at": "2099-01-04T02:00:00Z", "end_at": "2099-01-04T04:00:00Z"}
PAST = {"start_at": "2001-01-07T02:00:00Z", "end_at": "2001-01-07T04:00:00Z"}


async def windows(make: Factory) -> str:
    """The path of a service's windows."""
    return f"/api/v1/services/{(await make.service()).id}/maintenance-windows"


async def test_a_window_is_planned_changed_and_deleted(api: AsyncClient, make: Factory) -> None:
    path = await windows(make)
    window = created(await api.post(path, json=NIGHT))
    rest = {"id": window["id"], "service_id": path.split("/")[4], "created_at": window["created_at"]}
    assert window == NIGHT | rest | {"weekly": False, "time_zone": "UTC"}
    url = f"{path}/{window['id']}"
    changes = {"weekly": True, "time_zone": "America/Santiago"}
    assert (await api.patch(url, json=changes)).json() == window | changes
    assert (await api.get(url)).json() == window | changes
    assert (await api.get(path)).json()["items"] == [window | changes]
    assert (await api.delete(url)).status_code == 204
    for answer in (await api.get(url), await api.delete(url), await api.patch(url, json={})):
        assert refusal(answer, 404) == "no such maintenance window"


async def test_every_wrong_field_is_named(api: AsyncClient, make: Factory) -> None:
    path = await windows(make)
    backwards = {"start_at": NIGHT["end_at"], "end_at": NIGHT["start_at"]}
    assert wrong(await api.post(path, json=backwards)) == ["end_at"]
    assert wrong(await api.post(path, json=PAST)) == ["end_at"]
    assert wrong(await api.post(path, json={"weekly": "yes", "time_zone": "Mars"})) == [
        "start_at",
        "end_at",
        "weekly",
        "time_zone",
    ]


async def test_a_weekly_window_may_have_begun_and_lasts_at_most_a_week(api: AsyncClient, make: Factory) -> None:
    path = await windows(make)
    weekly = created(await api.post(path, json=PAST | {"weekly": True}))
    week = {"start_at": "2099-01-04T02:00:00Z", "end_at": "2099-01-11T02:00:00Z", "weekly": True}
    assert (await api.post(path, json=week)).status_code == 201
    assert wrong(await api.post(path, json=week | {"end_at": "2099-01-11T02:00:01Z"})) == ["end_at"]
    assert wrong(await api.patch(f"{path}/{weekly['id']}", json={"weekly": False})) == ["end_at"]


async def test_only_members_plan_for_their_teams_services(anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    team = await make.team(ann=(ann, "member"))
    path = f"/api/v1/services/{(await make.service(team_id=team.id)).id}/maintenance-windows"
    member, stranger = bearer(await make.token(ann)), bearer(await make.token(await make.user("Ben")))
    refusal(await anonymous.post(path, json=NIGHT, headers=stranger), 403)
    one = f"{path}/{(await anonymous.post(path, json=NIGHT, headers=member)).json()['id']}"
    refusal(await anonymous.patch(one, json={}, headers=stranger), 403)
    refusal(await anonymous.delete(one, headers=stranger), 403)
    assert (await anonymous.get(one, headers=stranger)).status_code == 200


async def test_a_window_is_not_found_under_another_service(api: AsyncClient, make: Factory) -> None:
    window = (await api.post(await windows(make), json=NIGHT)).json()
    for method in ("GET", "DELETE"):
        refusal(await api.request(method, f"{await windows(make)}/{window['id']}"), 404)
    refusal(await api.post(f"/api/v1/services/{UNKNOWN_ID}/maintenance-windows", json=NIGHT), 404)
    refusal(await api.get(f"/api/v1/services/{UNKNOWN_ID}/maintenance-windows"), 404)
