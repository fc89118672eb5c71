"""Rotations over HTTP: what is set, and who is active by what the engine stores."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, created, refusal, wrong
from tests.fixtures.engine import Engine, settled
from tests.fixtures.factories import Factory, rule, step

from tocsin.testing.clock import Clock

URL = "/api/v1/rotations"
BODY = {"name": "Weekly", "time_zone": "Europe/Berlin", "type": "weekly", "start_at": "2030-01-07T09:00:00+01:00"}
NOBODY = {"active_user_id": None, "position": None, "shift_started_at": None, "next_handoff_at": None}


async def test_a_rotation_is_created_changed_and_deleted(api: AsyncClient, make: Factory) -> None:
    ann, ben = str((await make.user()).id), str((await make.user()).id)
    rotation = created(await api.post(URL, json=BODY | {"participants": [ann, ben, ann], "shift_length": 2}))
    assert {name: rotation[name] for name in NOBODY} == NOBODY
    assert rotation["start_at"] == "2030-01-07T08:00:00Z"
    assert rotation["participants"] == [ann, ben, ann]
    assert (rotation["shift_length"], rotation["description"], rotation["team_id"]) == (2, "", None)
    url = f"{URL}/{rotation['id']}"
    assert (await api.get(url)).json() == rotation
    changes = {"type": "daily", "description": "by day", "participants": [ben], "time_zone": "UTC"}
    assert (await api.patch(url, json=changes)).json() == rotation | changes
    assert (await api.get(URL, params={"q": "EEK"})).json()["items"] == [rotation | changes]
    assert (await api.delete(url)).status_code == 204
    assert refusal(await api.get(url), 404) == "no such rotation"


async def test_everything_wrong_is_named_at_once(api: AsyncClient, make: Factory) -> None:
    body = {"name": "", "time_zone": "Mars/Olympus", "type": "yearly", "start_at": "tomorrow", "shift_length": 0}
    refused = await api.post(URL, json=body)
    assert wrong(refused) == ["name", "time_zone", "type", "shift_length", "start_at"]
    assert "'Mars/Olympus'" in refused.json()["errors"][1]["message"]
    ann = str((await make.user()).id)
    refused = await api.post(URL, json=BODY | {"participants": [ann, UNKNOWN_ID], "team_id": UNKNOWN_ID})
    assert sorted(wrong(refused)) == ["participants.1", "team_id"]


@pytest.mark.parametrize("zone", ["europe/berlin", "../etc/passwd", "Factory", "localtime", "+01:00", ""])
async def test_only_iana_zones_are_taken(api: AsyncClient, zone: str) -> None:
    assert wrong(await api.post(URL, json=BODY | {"time_zone": zone})) == ["time_zone"]


@pytest.mark.parametrize("length", [0, 1001, 1.5, "2", True])
async def test_a_shift_has_1_to_1000_units(api: AsyncClient, length: object) -> None:
    assert wrong(await api.post(URL, json=BODY | {"shift_length": length})) == ["shift_length"]


async def test_a_name_belongs_to_one_rotation(api: AsyncClient, make: Factory) -> None:
    await make.rotation(name="Weekly")
    assert wrong(await api.post(URL, json=BODY | {"name": "WEEKLY"}), 409) == ["name"]


async def active(api: AsyncClient, make: Factory, url: str) -> Any:
    """The active user of a rotation, once the engine has looked."""
    await settled(make.pool)
    return (await api.get(url)).json()["active_user_id"]


async def test_who_is_active_follows_the_handoffs(
    api: AsyncClient, make: Factory, clock: Clock, engine: Engine
) -> None:
    await clock.move_to(datetime(2030, 3, 4, 12, tzinfo=UTC))
    ann, ben = await make.user("Ann"), await make.user("Ben")
    url = f"{URL}/{(await make.rotation(ann, ben)).id}"
    assert await active(api, make, url) == str(ann.id)
    first = (await api.get(url)).json()
    assert (first["position"], first["shift_started_at"], first["next_handoff_at"]) == (
        0,
        "2030-03-04T08:00:00Z",
        "2030-03-05T08:00:00Z",
    )
    await clock.advance(timedelta(hours=20))
    assert await active(api, make, url) == str(ben.id)
    assert (await api.get(URL)).json()["items"][0]["position"] == 1


async def test_r3_whoever_is_active_stays_so_when_the_order_changes(
    api: AsyncClient, make: Factory, engine: Engine
) -> None:
    ann, ben, cid = [str((await make.user()).id) for _ in range(3)]
    url = f"{URL}/{created(await api.post(URL, json=BODY | {'participants': [ann, ben, cid, ben]}))['id']}"
    await active(api, make, url)
    assert (await api.patch(url, json={"active_position": 3})).json()["active_user_id"] == ben
    await api.patch(url, json={"participants": [ben, cid, ann]})
    assert await active(api, make, url) == ben
    assert (await api.get(url)).json()["position"] == 0
    await api.patch(url, json={"participants": [cid, ben]})
    assert await active(api, make, url) == ben
    await api.patch(url, json={"participants": [cid, ann]})
    assert await active(api, make, url) == ann
    await api.patch(url, json={"participants": []})
    assert await active(api, make, url) is None


async def test_a_participant_is_made_active_by_hand(api: AsyncClient, make: Factory, engine: Engine) -> None:
    ann, ben = await make.user(), await make.user()
    url = f"{URL}/{(await make.rotation(ann, ben)).id}"
    await settled(make.pool)
    before = (await api.get(url)).json()
    changed = (await api.patch(url, json={"active_position": 1})).json()
    assert changed == before | {"active_user_id": str(ben.id), "position": 1}
    assert await active(api, make, url) == str(ben.id)
    assert wrong(await api.patch(url, json={"active_position": 2})) == ["active_position"]
    assert wrong(await api.patch(url, json={"active_position": -1})) == ["active_position"]


async def test_a_rotation_that_is_used_stays(api: AsyncClient, make: Factory) -> None:
    rotation = await make.rotation(await make.user())
    schedule = await make.schedule(rule(rotation), name="Office hours")
    policy = await make.policy(step(rotation), name="Payments")
    assert "Office hours, Payments" in refusal(await api.delete(f"{URL}/{rotation.id}"), 409)
    await api.patch(f"/api/v1/schedules/{schedule.id}", json={"rules": []})
    assert "Payments" in refusal(await api.delete(f"{URL}/{rotation.id}"), 409)
    await api.patch(f"/api/v1/escalation-policies/{policy.id}", json={"steps": []})
    assert (await api.delete(f"{URL}/{rotation.id}")).status_code == 204
