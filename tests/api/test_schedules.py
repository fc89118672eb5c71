"""Schedules over HTTP: rules, overrides, temporary schedules."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, created, refusal, wrong
from tests.fixtures.factories import Factory, rule, step

from tocsin.store.on_call.schedules import Schedule
from tocsin.store.people.users import User

URL = "/api/v1/schedules"
WORK = {"weekdays": ["mon", "fri"], "start": "08:00", "end": "18:30"}
DAY = {"start_at": "2099-01-31T08:00:00Z", "end_at": "2099-01-31T18:00:00Z"}
NEXT_DAY = {"start_at": "2099-01-31T18:00:00Z", "end_at": "2099-02-01T18:00:00Z"}


def on(kind: str, thing: Any) -> dict[str, Any]:
    return WORK | {"target": {"type": kind, "id": str(thing.id)}}


def adds(user: User, **times: str) -> dict[str, str]:
    return (times or DAY) | {"add_user_id": str(user.id)}


async def test_a_schedule_is_created_with_its_rules_changed_and_deleted(api: AsyncClient, make: Factory) -> None:
    ann, rotation = await make.user(), await make.rotation()
    rules = [on("rotation", rotation), on("user", ann) | {"end": "08:00"}]
    body = {"name": "Office", "time_zone": "Asia/Kathmandu", "rules": rules}
    schedule: dict[str, Any] = created(await api.post(URL, json=body))
    ids = [one["id"] for one in schedule["rules"]]
    assert schedule["rules"] == [one | {"id": one_id} for one, one_id in zip(rules, ids, strict=True)]
    assert (schedule["time_zone"], schedule["description"], schedule["team_id"]) == ("Asia/Kathmandu", "", None)
    url = f"{URL}/{schedule['id']}"
    assert (await api.get(url)).json() == schedule
    assert (await api.get(URL, params={"q": "off"})).json()["items"] == [schedule]
    assert (await api.patch(url, json={"time_zone": "UTC"})).json() == schedule | {"time_zone": "UTC"}
    assert (await api.delete(url)).status_code == 204
    assert refusal(await api.get(url), 404) == "no such schedule"


async def test_rules_that_are_named_by_id_stay_the_same_rules(api: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user(), await make.user()
    schedule = await make.schedule(rule(ann), rule(ben))
    first, second = (str(one.id) for one in schedule.rules)
    rules = [on("user", ann) | {"id": second}, on("user", ben), on("user", ben) | {"id": first}]
    changed = (await api.patch(f"{URL}/{schedule.id}", json={"rules": rules})).json()["rules"]
    assert [one["id"] for one in changed] == [second, changed[1]["id"], first]
    assert [one["target"]["id"] for one in changed] == [str(ann.id), str(ben.id), str(ben.id)]
    assert (await api.patch(f"{URL}/{schedule.id}", json={"rules": changed[:1]})).json()["rules"] == changed[:1]


async def test_every_wrong_rule_is_named(api: AsyncClient, make: Factory) -> None:
    schedule = await make.schedule()
    ann = await make.user()
    ok = on("user", ann)
    rules = [
        ok | {"weekdays": []},
        ok | {"weekdays": ["mon", "mon"]},
        ok | {"weekdays": ["monday"]},
        ok | {"start": "24:00"},
        ok | {"end": "8:00"},
        ok | {"end": "08:00:00"},
        ok | {"start": 8},
        ok | {"target": {"type": "channel", "id": str(ann.id)}},
    ]
    assert wrong(await api.patch(f"{URL}/{schedule.id}", json={"rules": rules})) == [
        "rules.0.weekdays",
        "rules.1.weekdays",
        "rules.2.weekdays.0",
        "rules.3.start",
        "rules.4.end",
        "rules.5.end",
        "rules.6.start",
        "rules.7.target.type",
    ]
    ghost = {"target": {"type": "rotation", "id": UNKNOWN_ID}}
    refused = await api.patch(f"{URL}/{schedule.id}", json={"rules": [ok | ghost, ok | {"id": UNKNOWN_ID}]})
    assert sorted(wrong(refused)) == ["rules.0.target.id", "rules.1.id"]
    assert wrong(await api.patch(f"{URL}/{schedule.id}", json={"time_zone": "Berlin"})) == ["time_zone"]


async def test_a_name_belongs_to_one_schedule(api: AsyncClient, make: Factory) -> None:
    await make.schedule(name="Office")
    assert wrong(await api.post(URL, json={"name": "OFFICE", "time_zone": "UTC"}), 409) == ["name"]


async def test_a_schedule_that_a_policy_uses_stays(api: AsyncClient, make: Factory) -> None:
    schedule = await make.schedule()
    policy = await make.policy(step(schedule), name="Payments")
    assert "Payments" in refusal(await api.delete(f"{URL}/{schedule.id}"), 409)
    assert (await api.delete(f"/api/v1/escalation-policies/{policy.id}")).status_code == 204
    assert (await api.delete(f"{URL}/{schedule.id}")).status_code == 204


@pytest.fixture
async def schedule(make: Factory) -> Schedule:
    return await make.schedule()


@pytest.fixture
def overrides(schedule: Schedule) -> str:
    """The path of a schedule's overrides."""
    return f"{URL}/{schedule.id}/overrides"


@pytest.fixture
def temporary(schedule: Schedule) -> str:
    """The path of a schedule's temporary schedules."""
    return f"{URL}/{schedule.id}/temporary-schedules"


async def test_an_override_is_created_changed_and_deleted(
    api: AsyncClient, make: Factory, schedule: Schedule, overrides: str
) -> None:
    ann, ben = await make.user(), await make.user()
    override = created(await api.post(overrides, json=adds(ann)))
    assert override == adds(ann) | {
        "id": override["id"],
        "schedule_id": str(schedule.id),
        "remove_user_id": None,
        "created_at": override["created_at"],
    }
    url = f"{overrides}/{override['id']}"
    change = {"remove_user_id": str(ben.id), "end_at": NEXT_DAY["end_at"]}
    assert (await api.patch(url, json=change)).json() == override | change
    assert (await api.get(url)).json() == override | change
    assert (await api.get(overrides)).json()["items"] == [override | change]
    assert (await api.delete(url)).status_code == 204
    for answer in (await api.get(url), await api.delete(url), await api.patch(url, json={})):
        assert refusal(answer, 404) == "no such override"


async def test_every_wrong_field_of_an_override_is_named(api: AsyncClient, make: Factory, overrides: str) -> None:
    ann = str((await make.user()).id)
    backwards = {"start_at": DAY["end_at"], "end_at": DAY["start_at"]}
    assert wrong(await api.post(overrides, json=backwards | {"add_user_id": UNKNOWN_ID})) == ["end_at", "add_user_id"]
    empty = DAY | {"end_at": DAY["start_at"]}
    assert wrong(await api.post(overrides, json=empty | {"add_user_id": ann})) == ["end_at"]
    assert wrong(await api.post(overrides, json=DAY)) == ["add_user_id"]
    assert wrong(await api.post(overrides, json=DAY | {"add_user_id": ann, "remove_user_id": ann})) == [
        "remove_user_id"
    ]
    past = {"start_at": "2001-01-01T00:00:00Z", "end_at": "2001-01-02T00:00:00Z"}
    assert wrong(await api.post(overrides, json=past | {"add_user_id": ann})) == ["end_at"]
    assert wrong(await api.post(overrides, json={})) == ["start_at", "end_at"]


async def test_s2_overrides_of_one_user_do_not_overlap(api: AsyncClient, make: Factory, overrides: str) -> None:
    ann, ben = await make.user(), await make.user()
    first = (await api.post(overrides, json=adds(ann))).json()
    refused = await api.post(overrides, json=DAY | {"remove_user_id": str(ann.id)})
    assert (first["id"] in refusal(refused, 409), wrong(refused, 409)) == (True, ["remove_user_id"])
    touching = created(await api.post(overrides, json=adds(ann, **NEXT_DAY)))
    assert (await api.post(overrides, json=adds(ben))).status_code == 201
    longer = {"end_at": NEXT_DAY["end_at"]}
    assert str(touching["id"]) in refusal(await api.patch(f"{overrides}/{first['id']}", json=longer), 409)
    assert (await api.patch(f"{overrides}/{first['id']}", json={"end_at": "2099-01-31T09:00:00Z"})).status_code == 200


async def test_s2_of_overrides_made_at_the_same_moment_one_stands(
    api: AsyncClient, make: Factory, overrides: str
) -> None:
    ann = await make.user()
    answers = await asyncio.gather(*(api.post(overrides, json=adds(ann)) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len((await api.get(overrides)).json()["items"]) == 1


async def test_an_override_is_not_found_under_another_schedule(api: AsyncClient, make: Factory, overrides: str) -> None:
    override = (await api.post(overrides, json=adds(await make.user()))).json()
    other = f"{URL}/{(await make.schedule()).id}/overrides/{override['id']}"
    for method in ("GET", "DELETE"):
        refusal(await api.request(method, other), 404)
    refusal(await api.post(f"{URL}/{UNKNOWN_ID}/overrides", json=DAY), 404)
    refusal(await api.get(f"{URL}/{UNKNOWN_ID}/overrides"), 404)


async def test_a_temporary_schedule_is_created_changed_and_deleted(
    api: AsyncClient, make: Factory, schedule: Schedule, temporary: str
) -> None:
    shift = DAY | {"user_id": str((await make.user()).id)}
    made = created(await api.post(temporary, json=DAY | {"shifts": [shift]}))
    fixed = {"id": made["id"], "schedule_id": str(schedule.id), "created_at": made["created_at"]}
    assert made == DAY | {"shifts": [shift]} | fixed
    url = f"{temporary}/{made['id']}"
    shorter = shift | {"start_at": "2099-01-31T10:00:00Z"}
    assert (await api.patch(url, json={"shifts": [shift, shorter]})).json()["shifts"] == [shift, shorter]
    assert wrong(await api.patch(url, json={"start_at": "2099-01-31T09:00:00Z"})) == ["shifts.0.start_at"]
    assert (await api.patch(url, json={"shifts": []})).json() == made | {"shifts": []}
    assert (await api.get(temporary)).json()["items"] == [made | {"shifts": []}]
    assert (await api.delete(url)).status_code == 204
    for answer in (await api.get(url), await api.delete(url), await api.patch(url, json={})):
        assert refusal(answer, 404) == "no such temporary schedule"


async def test_every_wrong_shift_is_named(api: AsyncClient, make: Factory, temporary: str) -> None:
    ann = str((await make.user()).id)
    shifts = [
        DAY | {"user_id": UNKNOWN_ID},
        NEXT_DAY | {"user_id": ann},
        DAY | {"user_id": ann, "start_at": "2099-01-30T00:00:00Z"},
        {"user_id": ann, "start_at": DAY["end_at"], "end_at": DAY["start_at"]},
    ]
    assert wrong(await api.post(temporary, json=DAY | {"shifts": shifts})) == [
        "shifts.1.end_at",
        "shifts.2.start_at",
        "shifts.3.end_at",
        "shifts.0.user_id",
    ]
    assert wrong(await api.post(temporary, json={"start_at": DAY["end_at"], "end_at": DAY["start_at"]})) == ["end_at"]
    assert wrong(await api.post(temporary, json=DAY | {"shifts": [{}]}))[0] == "shifts.0.user_id"


async def test_temporary_schedules_do_not_overlap(api: AsyncClient, temporary: str) -> None:
    first = (await api.post(temporary, json=DAY)).json()
    assert (await api.post(temporary, json=NEXT_DAY)).status_code == 201
    refused = await api.post(temporary, json=DAY)
    assert (first["id"] in refusal(refused, 409), wrong(refused, 409)) == (True, ["start_at"])
    refusal(await api.patch(f"{temporary}/{first['id']}", json={"end_at": NEXT_DAY["end_at"]}), 409)
    answers = await asyncio.gather(
        *(api.post(temporary, json={"start_at": "2098-01-01T00:00:00Z", "end_at": DAY["start_at"]}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
