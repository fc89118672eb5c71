"""The API of heartbeat monitors: made, changed, paused, muted, armed and deleted, by those who may edit the service."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.fixtures.database import CLIENT
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.store.services.services import Service

EVERY_MINUTE = {"name": "Cron", "timeout_seconds": 60}


@pytest.fixture
async def service(make: Factory) -> Service:
    return await make.service()


def path(service: Service, *rest: object) -> str:
    return "/".join(map(str, (f"/api/v1/services/{service.id}/heartbeat-monitors", *rest)))


async def create(api: httpx.AsyncClient, service: Service, **body: object) -> dict[str, Any]:
    answer = await api.post(path(service), json={**EVERY_MINUTE, **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == path(service, made["id"])
    return made


async def test_a_monitor_is_made_with_its_address_which_is_shown_once(
    api: httpx.AsyncClient, service: Service, pool: Pool
) -> None:
    made = await create(api, service)
    assert made["url"].rpartition("/")[0].endswith("/api/v2/heartbeat")
    read = (await api.get(path(service, made["id"]))).json()
    assert read == {name: value for name, value in made.items() if name != "url"}
    assert (read["status"], read["deadline_at"], read["pings"], read["grace_seconds"]) == ("inactive", None, 0, 0)
    audited = str(await pool.fetch("select before, after from audit_log where object_type = 'heartbeat_monitors'"))
    assert "Cron" in audited
    assert "hash" not in audited
    assert made["url"].rpartition("/")[2] not in audited


async def test_a_ping_shows_in_the_list(api: httpx.AsyncClient, service: Service) -> None:
    made = await create(api, service, armed=True)
    await api.post(httpx.URL(made["url"]).path + "/start", content="begins")
    [listed] = (await api.get(path(service))).json()["items"]
    assert (listed["id"], listed["pings"]) == (made["id"], 1)
    assert listed["last_ping_at"] == listed["running_since"] is not None
    [ping] = (await api.get(path(service, made["id"], "pings"))).json()["items"]
    assert (ping["kind"], ping["body"], ping["body_bytes"]) == ("start", "begins", 6)


async def test_it_is_changed_muted_and_paused_and_resumed(api: httpx.AsyncClient, service: Service) -> None:
    made = await create(api, service, run_limit_seconds=30)
    for body in (
        {"name": "Backup", "severity": "warning"},
        {"muted": True},
        {"paused": True},
        {"paused": False},
        {"timeout_seconds": None, "cron": "0 3 * * *", "time_zone": "Europe/Berlin"},
        {"run_limit_seconds": None},
    ):
        answer = await api.patch(path(service, made["id"]), json=body)
        assert answer.status_code == 200, answer.text
        assert body.items() <= answer.json().items()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"timeout_seconds": None}, "timeout_seconds"),
        ({"cron": "0 3 * * *"}, "timeout_seconds"),
        ({"timeout_seconds": 0.5}, "timeout_seconds"),
        ({"timeout_seconds": None, "cron": "every night"}, "cron"),
        ({"timeout_seconds": None, "cron": "0 3 30 2 *"}, "cron"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"grace_seconds": -1}, "grace_seconds"),
        ({"severity": "loud"}, "severity"),
        ({"name": ""}, "name"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    api: httpx.AsyncClient, service: Service, body: dict[str, object], field: str
) -> None:
    answer = await api.post(path(service), json=EVERY_MINUTE | body)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


async def test_arming_and_deleting(api: httpx.AsyncClient, service: Service) -> None:
    made = await create(api, service)
    armed = (await api.post(path(service, made["id"], "arm"))).json()
    assert armed["deadline_at"] is not None
    assert (await api.delete(path(service, made["id"]))).status_code == 204
    assert (await api.get(path(service, made["id"]))).status_code == 404
    assert (await api.post(httpx.URL(made["url"]).path)).status_code == 404
    for rest in ("arm", "renew-url"):
        assert (await api.post(path(service, made["id"], rest))).status_code == 404


async def test_one_of_another_service_is_not_found(api: httpx.AsyncClient, service: Service, make: Factory) -> None:
    made = await create(api, await make.service())
    for rest in ((), ("pings",), ("history",)):
        assert (await api.get(path(service, made["id"], *rest))).status_code == 404


async def test_its_history_is_told(api: httpx.AsyncClient, service: Service, pool: Pool) -> None:
    made = await create(api, service)
    await pool.execute(
        "insert into heartbeat_history (monitor_id, status, reason, started_at, ended_at, alert_id)"
        " values ($1, 'up', 'beats', now() - interval '2 days', now() - interval '1 day', null),"
        " ($1, 'down', 'missed', now() - interval '1 day', null, 7),"
        " ($1, 'down', 'missed', now() - interval '9 years', now() - interval '8 years', 3)",
        made["id"],
    )
    items = (await api.get(path(service, made["id"], "history"))).json()["items"]
    assert [(item["status"], item["alert_id"]) for item in items] == [("down", 7), ("up", None)]


async def test_those_outside_the_services_team_may_read_and_not_write(base_url: str, make: Factory, pool: Pool) -> None:
    team = await make.team()
    service = await make.service(team_id=team.id)
    made, _ = await make.heartbeat_monitor(service, timeout=timedelta(minutes=1))
    token = await make.token(await make.user())
    async with httpx.AsyncClient(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, **CLIENT) as other:
        assert (await other.get(path(service, made.id))).status_code == 200
        refused = [
            await other.post(path(service), json=EVERY_MINUTE),
            await other.patch(path(service, made.id), json={"muted": True}),
            await other.post(path(service, made.id, "arm")),
            await other.post(path(service, made.id, "renew-url")),
            await other.delete(path(service, made.id)),
        ]
    assert {answer.status_code for answer in refused} == {403}
