"""Escalation policies over HTTP."""

from typing import Any

from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, created, refusal, wrong
from tests.fixtures.factories import Factory, step

URL = "/api/v1/escalation-policies"


def target(kind: str, thing: Any) -> dict[str, str]:
    return {"type": kind, "id": str(thing.id)}


async def test_a_policy_is_created_with_its_steps_and_shows_who_is_on_call(api: AsyncClient, make: Factory) -> None:
    ann, room = await make.user("Ann"), await make.channel()
    steps = [
        {"delay_seconds": 300, "targets": [target("channel", room), target("user", ann)], "ack_by": "everyone"},
        {"delay_seconds": 0.5, "if_nobody": "wait"},
    ]
    policy = created(await api.post(URL, json={"name": "Day", "repeat": 2, "steps": steps}))
    assert (policy["description"], policy["repeat"], policy["team_id"]) == ("", 2, None)
    first, second = policy["steps"]  # type: ignore[misc]
    assert first == {
        "id": first["id"],
        "step_number": 0,
        "delay_seconds": 300,
        "targets": [target("channel", room), target("user", ann)],
        "if_nobody": "skip",
        "ack_by": "everyone",
        "on_call": [{"user_id": str(ann.id), "name": "Ann"}],
    }
    assert (second["step_number"], second["delay_seconds"], second["on_call"]) == (1, 0.5, [])
    assert (await api.get(f"{URL}/{policy['id']}")).json() == policy
    assert (await api.get(URL)).json()["items"] == [policy]


async def test_steps_that_are_named_by_id_stay_the_same_steps(api: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    policy = await make.policy(step(ann), step(ben))
    first, second = (str(one.id) for one in policy.steps)
    steps = [
        {"id": second, "delay_seconds": 60, "targets": [target("user", ann)]},
        {"delay_seconds": 60},
        {"id": first, "delay_seconds": 60, "targets": []},
    ]
    changed = (await api.patch(f"{URL}/{policy.id}", json={"steps": steps})).json()["steps"]
    assert [one["id"] for one in changed] == [second, changed[1]["id"], first]
    assert [one["step_number"] for one in changed] == [0, 1, 2]
    assert [one["targets"] for one in changed] == [[target("user", ann)], [], []]


async def test_a_patch_without_steps_keeps_them(api: AsyncClient, make: Factory) -> None:
    policy = await make.policy(step(await make.user()), repeat=1)
    before = (await api.get(f"{URL}/{policy.id}")).json()
    after = (await api.patch(f"{URL}/{policy.id}", json={"repeat": None, "name": "Night"})).json()
    assert after == before | {"repeat": None, "name": "Night"}
    assert (await api.patch(f"{URL}/{policy.id}", json={"steps": []})).json()["steps"] == []


async def test_every_id_that_names_nothing_is_reported_at_once(api: AsyncClient, make: Factory) -> None:
    policy = await make.policy(step(await make.user()))
    own = str(policy.steps[0].id)
    ghost = {"type": "user", "id": UNKNOWN_ID}
    steps = [
        {"id": UNKNOWN_ID, "delay_seconds": 1, "targets": [ghost]},
        {"id": own, "delay_seconds": 1, "targets": [{"type": "channel", "id": UNKNOWN_ID}]},
        {"id": own, "delay_seconds": 1, "targets": [ghost, ghost]},
    ]
    refused = await api.patch(f"{URL}/{policy.id}", json={"team_id": UNKNOWN_ID, "steps": steps})
    assert sorted(set(wrong(refused))) == [
        "steps.0.id",
        "steps.0.targets.0.id",
        "steps.1.targets.0.id",
        "steps.2.id",
        "steps.2.targets.0.id",
        "steps.2.targets.1.id",
        "team_id",
    ]
    assert (await api.get(f"{URL}/{policy.id}")).json()["steps"][0]["id"] == own


async def test_a_policy_that_a_service_uses_stays(api: AsyncClient, make: Factory) -> None:
    policy = await make.policy()
    service = await make.service(policy, name="Checkout")
    assert "Checkout" in refusal(await api.delete(f"{URL}/{policy.id}"), 409)
    await api.patch(f"/api/v1/services/{service.id}", json={"escalation_policy_id": str((await make.policy()).id)})
    assert (await api.delete(f"{URL}/{policy.id}")).status_code == 204


async def test_a_name_belongs_to_one_policy(api: AsyncClient, make: Factory) -> None:
    await make.policy(name="Day")
    assert wrong(await api.post(URL, json={"name": "DAY"}), 409) == ["name"]


async def test_on_call_shows_whom_each_step_would_page(api: AsyncClient, make: Factory) -> None:
    ann, room = await make.user("Ann"), await make.channel()
    day = await make.policy(step(ann, room), step(room), name="Day")
    await make.policy(name="Night")
    assert (await api.get("/api/v1/on-call", params={"q": "day"})).json()["items"] == [
        {
            "escalation_policy_id": str(day.id),
            "escalation_policy_name": "Day",
            "team_id": None,
            "steps": [
                {
                    "id": str(day.steps[0].id),
                    "step_number": 0,
                    "on_call": [{"user_id": str(ann.id), "name": "Ann"}],
                },
                {"id": str(day.steps[1].id), "step_number": 1, "on_call": []},
            ],
        }
    ]
