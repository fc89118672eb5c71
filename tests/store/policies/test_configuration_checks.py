"""The checks of the configuration: what each finds, and that it is silent when there is nothing to find."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from uuid import UUID

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import minutes
from tests.fixtures.factories import Factory, rule, step

from tocsin.db.pool import Pool
from tocsin.domain.checks import Check, Finding
from tocsin.store.actor import acting
from tocsin.store.policies import configuration_checks, policies
from tocsin.store.policies.policies import Policy
from tocsin.testing.clock import Clock

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


async def found(pool: Pool, check: Check) -> Sequence[Finding]:
    return [finding for finding in await configuration_checks.everything(pool) if finding.check is check]


async def about(pool: Pool, check: Check) -> Sequence[UUID]:
    """What the check has findings about."""
    return [finding.id for finding in await found(pool, check)]


async def caught_by(pool: Pool, policy: Policy, other: Policy) -> None:
    async with acting(pool, TESTER) as connection:
        locked = await policies.lock(connection, policy.id)
        await policies.update(connection, locked, replace(locked.spec, catch_all_policy_id=other.id))


async def test_a_whole_configuration_has_no_findings(pool: Pool, make: Factory) -> None:
    ann, ben = await make.reachable_user("Ann"), await make.reachable_user("Ben")
    rotation = await make.rotation(ann, ben)
    schedule = await make.schedule(rule(rotation))
    policy = await make.policy(step(schedule), step(rotation), step(ann, await make.channel()))
    await make.service(policy)
    assert await configuration_checks.everything(pool) == []


async def test_a_policy_whose_users_cannot_be_reached_reaches_nobody(pool: Pool, make: Factory) -> None:
    policy = await make.policy(step(await make.user("Ann")), step(), name="Web")
    await make.policy(step(await make.user("Ben"), await make.channel()))
    [finding] = await found(pool, Check.POLICY_REACHES_NOBODY)
    assert (finding.kind, finding.id, finding.name) == ("policy", policy.id, "Web")
    assert finding.message.endswith("page nobody: nobody whom its steps put on call can be reached")


async def test_a_policy_whose_schedule_has_nobody_now_reaches_nobody(pool: Pool, make: Factory, clock: Clock) -> None:
    office = await make.schedule(rule(await make.reachable_user(), time(9), time(17)))
    policy = await make.policy(step(office))
    await clock.move_to(MONDAY)
    [finding] = await found(pool, Check.POLICY_REACHES_NOBODY)
    assert finding.message.endswith("page nobody: no step has anybody on call")
    await clock.advance(minutes(60))
    assert await about(pool, Check.POLICY_REACHES_NOBODY) == []
    assert policy.id == finding.id


@pytest.mark.parametrize(("repeat", "is_found"), [(0, False), (3, False), (None, True)])
async def test_a_catch_all_that_takes_over_is_enough(
    pool: Pool, make: Factory, repeat: int | None, is_found: bool
) -> None:
    policy = await make.policy(step(), repeat=repeat)
    await caught_by(pool, policy, await make.policy(step(await make.reachable_user())))
    assert await about(pool, Check.POLICY_REACHES_NOBODY) == ([policy.id] if is_found else [])
    assert bool(await configuration_checks.of_policies(pool, [policy.id])) == is_found


async def test_what_somebody_on_call_lacks_is_named(pool: Pool, make: Factory) -> None:
    nothing, disabled, without_rule = await make.user("Ann"), await make.user("Ben"), await make.user("Cid")
    await make.rule(await make.contact_method(disabled, enabled=False))
    await make.contact_method(without_rule)
    await make.policy(step(nothing, disabled, without_rule), step(nothing), name="Web")
    said = {finding.name: finding.message for finding in await found(pool, Check.USER_UNREACHABLE)}
    assert said == {
        "Ann": "is on call for step 1 of “Web” and step 2 of “Web”, and cannot be paged: there is no contact method",
        "Ben": "is on call for step 1 of “Web”, and cannot be paged: every contact method is disabled",
        "Cid": "is on call for step 1 of “Web”, and cannot be paged:"
        " no notification rule uses an enabled contact method",
    }


@pytest.mark.parametrize("mails", [True, False])
async def test_who_is_reached_by_mail_alone_needs_a_mail_server(pool: Pool, make: Factory, mails: bool) -> None:
    ann = await make.user("Ann")
    await make.rule(await make.contact_method(ann, "ann@example.org", kind="email"))
    await make.policy(step(ann), name="Web")
    said = {finding.name: finding.message for finding in await configuration_checks.everything(pool, mails=mails)}
    assert said == (
        {}
        if mails
        else {
            "Ann": "is on call for step 1 of “Web”, and cannot be paged: every notification rule mails, and there is no"
            " mail server",
            "Web": "an alert that came in now would page nobody: nobody whom its steps put on call can be reached",
        }
    )


async def test_who_comes_on_call_later_is_looked_at_too(pool: Pool, make: Factory, clock: Clock) -> None:
    await clock.move_to(MONDAY)
    ann, ben, cid = await make.reachable_user("Ann"), await make.user("Ben"), await make.user("Cid")
    schedule = await make.schedule(rule(await make.rotation(ann, ben)))
    await make.override(schedule, MONDAY + minutes(600), MONDAY + minutes(660), add=cid)
    await make.policy(step(schedule), name="Web")
    messages = {finding.name: finding.message for finding in await found(pool, Check.USER_UNREACHABLE)}
    assert set(messages) == {"Ben", "Cid"}
    assert messages["Cid"].startswith("is not on call now, but can come on call for step 1 of “Web”")


async def test_a_user_of_no_policy_may_be_unreachable(pool: Pool, make: Factory) -> None:
    await make.schedule(rule(await make.user("Ann")))
    assert await about(pool, Check.USER_UNREACHABLE) == []


async def test_a_rule_that_comes_after_every_step_of_its_user_is_too_late(pool: Pool, make: Factory) -> None:
    ann = await make.reachable_user("Ann")
    method = await make.contact_method(ann)
    for delay in (minutes(9.9), minutes(10), minutes(75)):
        await make.rule(method, delay)
    short = await make.policy(step(ann, delay=minutes(5)), name="Short")
    await make.policy(step(), step(ann, delay=minutes(10)), name="Long")
    late = await found(pool, Check.RULE_TOO_LATE)
    assert [finding.message for finding in late] == [
        f"the rule for {method.name} after {delay} fires after the alert has already climbed:"
        " the longest step that pages Ann, step 2 of “Long”, is over after 10 min"
        for delay in ("10 min", "1 h 15 min")
    ]
    of_one = await configuration_checks.of_policies(pool, [short.id])
    assert [finding.check for finding in of_one] == [Check.RULE_TOO_LATE] * 3


async def test_gaps_of_a_schedule_are_counted_and_the_first_is_named(pool: Pool, make: Factory, clock: Clock) -> None:
    await clock.move_to(MONDAY)
    ann = await make.reachable_user()
    office = await make.schedule(rule(ann, time(9), time(17), range(5)), name="Office")
    always = await make.schedule(rule(ann, time(9), time(21)), rule(ann, time(21), time(9)))
    empty = await make.schedule(name="Empty")
    by_name = {finding.name: finding for finding in await found(pool, Check.SCHEDULE_HAS_GAPS)}
    assert set(by_name) == {"Office", "Empty"}
    assert by_name["Empty"].message == "nobody is on call at any time of the next 30 days"
    assert by_name["Office"].message == (
        "nobody is on call 23 times, first from 2026-03-02 08:00Z to 2026-03-02 09:00Z;"
        " 22 d 16 h of the next 30 days in all"
    )
    assert [one.id for one in await configuration_checks.schedules_with_gaps(pool, [empty.id, always.id])] == [empty.id]
    assert office.id == by_name["Office"].id


async def test_one_gap_of_a_rotation_that_ends_in_nothing_is_told(pool: Pool, make: Factory, clock: Clock) -> None:
    await clock.move_to(MONDAY)
    ann, ben = await make.reachable_user(), await make.reachable_user()
    schedule = await make.schedule(rule(await make.rotation(ann, ben)))
    start = MONDAY + minutes(120)
    for user in (ann, ben):
        await make.override(schedule, start, start + minutes(30), add=None, remove=user)
    [finding] = await found(pool, Check.SCHEDULE_HAS_GAPS)
    assert finding.message == (
        "nobody is on call once, from 2026-03-02 10:00Z to 2026-03-02 10:30Z; 30 min of the next 30 days in all"
    )


async def test_a_service_whose_policy_has_no_step_is_found(pool: Pool, make: Factory) -> None:
    empty = await make.policy(name="Nothing")
    service = await make.service(empty, name="Shop")
    other = await make.policy(step(await make.reachable_user()))
    await make.service(other)
    [finding] = await configuration_checks.everything(pool)
    assert (finding.check, finding.kind, finding.id) == (Check.POLICY_EMPTY, "service", service.id)
    assert finding.message == "its policy “Nothing” has no step: its alerts page nobody and wait for one"
    assert await configuration_checks.services_without_steps(pool, [other.id]) == []
