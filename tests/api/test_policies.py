"""Escalation policies over HTTP."""

from typing import Any

from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, created, refusal, wrong
from tests.fixtures.engine import Engine, settled
from tests.fixtures.factories import Factory, rule, step

URL = "/api/v1/escalation-policies"


def target(kind: str, thing: Any) -> dict[str, str]:
    return {"type": kind, "id": str(thing.id)}


def on_call(user: Any, **because: Any) -> dict[str, Any]:
    """How a step shows somebody on call, by a target of the type and id given."""
    return {"user_id": str(user.id), "name": user.name, "because": [{"by": []} | because]}


async def test_a_policy_is_created_with_its_steps(api: AsyncClient, make: Factory) -> None:
    ann, room = await make.user("Ann"), await make.channel()
    steps = [
        {"delay_seconds": 300, "targets": [target("channel", room), target("user", ann)], "ack_by": "everyone"},
        {"delay_seconds": 0.5, "if_nobody": "wait"},
    ]
    policy = created(await api.post(URL, json={"name": "Day", "repeat": 2, "steps": steps}))
    assert (policy["description"], policy["repeat"], policy["team_id"]) == ("", 2, None)
    assert policy["catch_all_policy_id"] is None
    first, second = policy["steps"]  # type: ignore[misc]
    assert first == {
        "id": first["id"],
        "step_number": 0,
        "delay_seconds": 300,
        "targets": [target("channel", room), target("user", ann)],
        "if_nobody": "skip",
        "ack_by": "everyone",
        "on_call": [],
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


async def test_a_step_notifies_rotations_and_schedules_and_says_why(
    api: AsyncClient, make: Factory, engine: Engine
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    rotation = await make.rotation(ann)
    schedule = await make.schedule(rule(ben), rule(rotation))
    targets = [target("rotation", rotation), target("schedule", schedule), target("user", ben)]
    policy = created(await api.post(URL, json={"name": "Day", "steps": [{"delay_seconds": 60, "targets": targets}]}))
    await settled(make.pool)
    (shown,) = (await api.get(f"{URL}/{policy['id']}")).json()["steps"]
    assert shown["targets"] == targets
    of_ben, of_ann = (
        {"type": "rule", "id": str(one.id), "rotation_id": rotation_id}
        for one, rotation_id in zip(schedule.rules, (None, str(rotation.id)), strict=True)
    )
    by_schedule = target("schedule", schedule)
    assert sorted(shown["on_call"], key=lambda user: user["name"]) == [
        {
            "user_id": str(ann.id),
            "name": "Ann",
            "because": [target("rotation", rotation) | {"by": []}, by_schedule | {"by": [of_ann]}],
        },
        {
            "user_id": str(ben.id),
            "name": "Ben",
            "because": [by_schedule | {"by": [of_ben]}, target("user", ben) | {"by": []}],
        },
    ]
    reordered = [{"delay_seconds": 60, "targets": targets[::-1]}]
    assert (await api.patch(f"{URL}/{policy['id']}", json={"steps": reordered})).json()["steps"][0]["targets"] == (
        targets[::-1]
    )


async def test_a_catch_all_policy_is_another_one_that_exists(api: AsyncClient, make: Factory) -> None:
    last = await make.policy(name="Last resort")
    policy = created(await api.post(URL, json={"name": "Day", "catch_all_policy_id": str(last.id)}))
    assert policy["catch_all_policy_id"] == str(last.id)
    url = f"{URL}/{policy['id']}"
    assert wrong(await api.patch(url, json={"catch_all_policy_id": policy["id"]})) == ["catch_all_policy_id"]
    assert wrong(await api.patch(url, json={"catch_all_policy_id": UNKNOWN_ID})) == ["catch_all_policy_id"]
    assert (await api.patch(f"{URL}/{last.id}", json={"catch_all_policy_id": policy["id"]})).status_code == 200
    assert "the catch-all of Day" in refusal(await api.delete(f"{URL}/{last.id}"), 409)
    assert (await api.patch(url, json={"catch_all_policy_id": None})).json() == policy | {"catch_all_policy_id": None}
    assert (await api.delete(f"{URL}/{last.id}")).status_code == 204


async def test_on_call_shows_whom_each_step_would_page(api: AsyncClient, make: Factory, engine: Engine) -> None:
    ann, room = await make.user("Ann"), await make.channel()
    day = await make.policy(step(ann, room), step(room), name="Day")
    await make.policy(name="Night")
    await settled(make.pool)
    assert (await api.get("/api/v1/on-call", params={"q": "day"})).json()["items"] == [
        {
            "escalation_policy_id": str(day.id),
            "escalation_policy_name": "Day",
            "team_id": None,
            "steps": [
                {
                    "id": str(day.steps[0].id),
                    "step_number": 0,
                    "on_call": [on_call(ann, type="user", id=str(ann.id))],
                },
                {"id": str(day.steps[1].id), "step_number": 1, "on_call": []},
            ],
        }
    ]


async def test_a_step_waits_for_nine_thousand_minutes_at_most(api: AsyncClient) -> None:
    longest = {"name": "Slow", "steps": [{"delay_seconds": 60}, {"delay_seconds": 540_000}]}
    assert (await api.post(URL, json=longest)).status_code == 201
    for delay in (540_001, 1_000_000_000_000):
        longer = {"name": "Slower", "steps": [{"delay_seconds": 60}, {"delay_seconds": delay}]}
        refused = await api.post(URL, json=longer)
        message = f"must be at most 540000 seconds (9000 minutes) (it is {delay})"
        assert (refused.status_code, refused.json()["errors"]) == (
            422,
            [{"field": "steps.1.delay_seconds", "message": message}],
        )


async def test_a_longer_step_that_was_made_before_is_still_read(api: AsyncClient, make: Factory) -> None:
    policy = await make.policy(step(await make.user()))
    await make.pool.execute("alter table escalation_policy_steps drop constraint escalation_policy_steps_delay_bound")
    await make.pool.execute("update escalation_policy_steps set delay = '20000 minutes'")
    await make.pool.execute(
        "alter table escalation_policy_steps add constraint escalation_policy_steps_delay_bound"
        " check (delay <= interval '9000 minutes') not valid"
    )
    read = (await api.get(f"{URL}/{policy.id}")).json()
    assert read["steps"][0]["delay_seconds"] == 1_200_000
