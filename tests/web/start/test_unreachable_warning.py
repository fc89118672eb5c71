"""Somebody who is on call, now or soon, and whom nothing can page is told so, with the button that changes it."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from httpx import AsyncClient
from tests.fixtures.engine import settled
from tests.fixtures.factories import Factory, rule, step
from tests.web.conftest import PASSWORD

from tocsin.domain.reachability import Lack, LackReason, MethodReach, lack
from tocsin.engine.runner import Engine
from tocsin.store.people.users import User
from tocsin.testing.clock import Clock

SAYS = re.compile(r"You are on call (.*) and nothing can page you")


def method(enabled: bool, has_rule: bool, can_send: bool = True) -> MethodReach:
    return MethodReach(UUID(int=8 * enabled + 4 * has_rule + 2 * can_send), "Phone", enabled, has_rule, can_send)


ON, OFF, BARE, BARE_OFF = method(True, True), method(False, True), method(True, False), method(False, False)
MAIL = method(True, True, can_send=False)


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ([], Lack(LackReason.NO_METHOD, "add_method")),
        ([ON], None),
        ([OFF, MAIL, ON], None),
        ([OFF], Lack(LackReason.ALL_OFF, "enable_method", OFF)),
        ([BARE_OFF, OFF], Lack(LackReason.ALL_OFF, "enable_method", OFF)),
        ([BARE, OFF], Lack(LackReason.ALL_OFF, "enable_method", OFF)),
        ([BARE], Lack(LackReason.NO_RULE, "add_rule", BARE)),
        ([BARE_OFF, BARE], Lack(LackReason.NO_RULE, "add_rule", BARE)),
        ([BARE_OFF], Lack(LackReason.ALL_OFF, "enable_method", BARE_OFF)),
        ([MAIL], Lack(LackReason.ONLY_MAIL, "add_method")),
        ([MAIL, BARE], Lack(LackReason.NO_RULE, "add_rule", BARE)),
    ],
)
def test_the_shortest_way_to_be_paged_is_offered(methods: list[MethodReach], expected: Lack | None) -> None:
    assert lack(methods) == expected


@pytest.fixture
async def ann(anonymous: AsyncClient, make: Factory) -> User:
    """Somebody without a contact method, signed in."""
    user = await make.user("Ann", password=PASSWORD)
    anonymous.headers["Origin"] = str(anonymous.base_url).rstrip("/")
    signed_in = await anonymous.post("/sign-in", data={"sign_in_email": user.email, "sign_in_password": PASSWORD})
    assert signed_in.status_code == 303
    return user


async def says(client: AsyncClient, headers: dict[str, str] | None = None) -> str | None:
    found = SAYS.search((await client.get("/", headers=headers)).text)
    return found[1] if found else None


async def press(client: AsyncClient, caption: str) -> str:
    """Send the form of the button, and come back to the page it leads to."""
    page = (await client.get("/")).text
    form = next(one for one in re.findall(r'<form method="post" action=".*?</form>', page) if caption in one)
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    answer = await client.post(action[1], data=dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return (await client.get("/")).text


async def test_who_is_on_call_now_is_told_until_something_pages_them(
    anonymous: AsyncClient, make: Factory, ann: User, engine: Engine
) -> None:
    await make.service(await make.policy(step(ann)))
    await settled(make.pool)
    assert await says(anonymous) == "now"
    assert await says(anonymous, {"HX-Request": "true", "HX-Target": "own-on-call"}) == "now"
    assert f'href="/people/{ann.id}#add-method"' in (await anonymous.get("/")).text
    phone = await make.contact_method(ann, enabled=False)
    await press(anonymous, f"Turn on {phone.name}")
    assert "nothing can page you" not in await press(anonymous, f"Page at once by {phone.name}")


async def test_who_comes_on_call_within_a_week_is_told_the_day(
    anonymous: AsyncClient, make: Factory, ann: User, engine: Engine, clock: Clock
) -> None:
    await clock.move_to(datetime(2026, 5, 4, 9, tzinfo=UTC))  # a Monday
    ben = await make.reachable_user("Ben")
    schedule = await make.schedule(rule(ben), name="Primary")
    await make.service(await make.policy(step(schedule)))
    start = datetime(2026, 5, 4, 20, tzinfo=UTC)
    shift = await make.override(schedule, start, start + timedelta(hours=4), add=ann)
    assert await says(anonymous) == "tonight (20:00 to Tue 5 May 00:00, Primary)"
    for days, expected in ((1, "tomorrow"), (4, "on Friday"), (8, None)):
        await make.pool.execute(
            "update schedule_overrides set start_at = $2, end_at = $3 where id = $1",
            shift.id,
            start + timedelta(days=days),
            start + timedelta(days=days, hours=4),
        )
        found = await says(anonymous)
        assert (found or "").startswith(expected or "") if expected else found is None


async def test_whether_mail_reaches_is_what_the_engines_at_work_say(
    anonymous: AsyncClient, make: Factory, ann: User
) -> None:
    await make.rule(await make.contact_method(ann))
    await make.pool.execute("update contact_methods set type = 'email', address = 'ann@example.org'")
    schedule = await make.schedule()
    policy = await make.policy(step(schedule, ann))
    service = await make.service(policy)
    start = datetime.now(UTC) + timedelta(hours=1)
    await make.override(schedule, start, start + timedelta(hours=1), add=ann)

    async def complaints() -> set[str]:
        said = {"/": "nothing can page you", f"/people/{ann.id}": "there is no mail server"}
        said |= dict.fromkeys((f"/policies/{policy.id}", f"/services/{service.id}"), "there is no mail server")
        said |= {"/channels/new": "Email: not sent yet"}
        return {path for path, text in said.items() if text in (await anonymous.get(path)).text}

    everywhere = {"/", f"/people/{ann.id}", f"/policies/{policy.id}", f"/services/{service.id}", "/channels/new"}
    assert await complaints() == everywhere, "without an engine this process's settings count"
    row = "insert into engine_instances (id, host, pid, version, mails) values (gen_random_uuid(), 'h', 1, '0', $1)"
    await make.pool.execute(row, True)
    assert await complaints() == set()
    await make.pool.execute(row, False)
    assert await complaints() == everywhere, "any of the engines may get the page"


async def test_a_turn_of_a_rotation_that_a_policy_pages_counts(
    anonymous: AsyncClient, make: Factory, ann: User, engine: Engine, clock: Clock
) -> None:
    await clock.move_to(datetime(2026, 5, 4, 9, tzinfo=UTC))
    rotation = await make.rotation(await make.reachable_user("Ben"), ann, name="Days")
    await make.service(await make.policy(step(rotation)))
    await settled(make.pool)
    assert await says(anonymous) == "tomorrow (Tue 5 May 08:00 to Wed 6 May 08:00, Days)"


async def test_who_can_be_paged_or_is_not_on_call_sees_nothing_of_it(
    anonymous: AsyncClient, make: Factory, ann: User, engine: Engine
) -> None:
    assert await says(anonymous) is None
    await make.rule(await make.contact_method(ann))
    await make.service(await make.policy(step(ann)))
    await settled(make.pool)
    assert await says(anonymous) is None
    await make.pool.execute("update contact_methods set type = 'email', address = 'ann@example.org'")
    assert "has no mail server" in (await anonymous.get("/")).text
