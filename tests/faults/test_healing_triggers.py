"""Changes that no trigger saw take effect all the same, while the engine runs."""

from collections.abc import Awaitable, Callable

import pytest
from tests.faults.test_healing_rows import disabled, heals
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import rule, step


async def test_an_alert_inserted_without_triggers_pages(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("Ann"))))
    await disabled(
        story,
        "insert into alerts (service_id, summary, dedup_key)"
        f" values ('{service.id}', 'disk is full', 'without triggers')",
    )

    async def is_paged() -> bool:
        return story.paged() == ["Ann"]

    await heals(story, is_paged)


async def test_an_acknowledgement_without_triggers_stops_the_paging(story: Story) -> None:
    ann = await story.user("Ann", 0, 4)
    alert_id = await story.alert(await story.make.service(await story.make.policy(step(ann))))
    assert story.paged() == ["Ann"]
    await disabled(story, "update alerts set status = 'acknowledged', acknowledged_at = now()")

    async def is_stopped() -> bool:
        standing = await story.standing(alert_id)
        return standing is not None and standing["state"] == "acknowledged"

    await heals(story, is_stopped)
    await story.passes(20)
    assert story.paged() == []


async def test_a_close_without_triggers_ends_it(story: Story) -> None:
    ann = await story.user("Ann", 0, 4)
    alert_id = await story.alert(await story.make.service(await story.make.policy(step(ann), step(ann))))
    assert story.paged() == ["Ann"]
    await disabled(story, "update alerts set status = 'closed', closed_at = now()")

    async def is_over() -> bool:
        return await story.standing(alert_id) is None

    await heals(story, is_over)
    await story.passes(20)
    assert story.paged() == []


async def test_an_alert_triggered_again_without_triggers_escalates(story: Story) -> None:
    alert_id = await story.alert(await story.make.service(await story.make.policy(step(await story.user("Ann")))))
    await story.acknowledge(alert_id)
    assert story.paged() == ["Ann"]
    await disabled(story, "update alerts set status = 'triggered', acknowledged_at = null")

    async def is_paged() -> bool:
        return story.paged() == ["Ann"]

    await heals(story, is_paged)


async def test_a_service_given_another_policy_without_triggers_restarts_its_alerts(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("Ann"), delay=minutes(60))))
    other = await story.make.policy(step(await story.user("Ben")))
    await story.alert(service)
    assert story.paged() == ["Ann"]
    await disabled(story, f"update services set escalation_policy_id = '{other.id}'")

    async def is_paged() -> bool:
        return story.paged() == ["Ben"]

    await heals(story, is_paged)


Change = Callable[[Story], Awaitable[tuple[str, str, str]]]


async def participants(story: Story) -> tuple[str, str, str]:
    """A rotation in a schedule in a policy, and its only participant is exchanged."""
    ann, ben = await story.user("Ann"), await story.user("Ben")
    await story.make.policy(step(await story.make.schedule(rule(await story.make.rotation(ann)))))
    return "rotation_participants", f"update rotation_participants set user_id = '{ben.id}'", str(ben.id)


async def rules(story: Story) -> tuple[str, str, str]:
    """A schedule in a policy, and the user of its rule is exchanged."""
    ann, ben = await story.user("Ann"), await story.user("Ben")
    await story.make.policy(step(await story.make.schedule(rule(ann))))
    return "schedule_rules", f"update schedule_rules set user_id = '{ben.id}'", str(ben.id)


async def targets(story: Story) -> tuple[str, str, str]:
    """A policy whose target is exchanged."""
    ann, ben = await story.user("Ann"), await story.user("Ben")
    await story.make.policy(step(ann))
    return (
        "escalation_policy_step_targets",
        f"update escalation_policy_step_targets set user_id = '{ben.id}'",
        str(ben.id),
    )


@pytest.mark.parametrize("change", [participants, rules, targets])
async def test_a_table_without_its_triggers_is_followed_all_the_same(story: Story, change: Change) -> None:
    """As with a schema of a version that lacked the table's trigger: it is dropped, and put back after the change."""
    table, statement, ben = await change(story)
    await settled(story.pool)
    create = await story.pool.fetchval(
        "select pg_get_triggerdef(oid) from pg_trigger where tgrelid = $1::text::regclass and tgname = 'wakeup'", table
    )
    await story.pool.execute(f"drop trigger wakeup on {table}")
    await story.pool.execute(statement)
    await story.pool.execute(create)

    async def is_mirrored() -> bool:
        rows = await story.pool.fetch("select user_id from ep_step_on_call_users where end_time is null")
        return [str(row["user_id"]) for row in rows] == [ben]

    await heals(story, is_mirrored)
