"""Signed links: one purpose each, asked on GET, done on POST."""

from datetime import timedelta

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory, step
from tests.web.conftest import LinkMaker

from tocsin.testing.clock import Clock

ACTIONS = pytest.mark.parametrize(
    ("action", "status"), [("acknowledge", "acknowledged"), ("close", "closed"), ("escalate", "triggered")]
)


async def status(make: Factory, alert_id: int) -> str:
    found: str = await make.pool.fetchval("select status from alerts where id = $1", alert_id)
    return found


async def events(make: Factory, alert_id: int) -> list[str]:
    rows = await make.pool.fetch("select event from alert_logs where alert_id = $1 order by id", alert_id)
    return [row["event"] for row in rows]


async def an_alert(make: Factory) -> int:
    return await make.alert(await make.service(await make.policy(step(await make.user()))))


@ACTIONS
async def test_a_get_asks_and_changes_nothing(
    anonymous: AsyncClient, make: Factory, links: LinkMaker, action: str, status: str
) -> None:
    alert_id = await an_alert(make)
    url = getattr(await links(alert_id), action)
    before = await make.pool.fetch("select * from alerts, escalation_policy_state")
    for method in ("GET", "HEAD", "GET"):
        page = await anonymous.request(method, url)
        assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert "disk is full" in page.text
    assert await make.pool.fetch("select * from alerts, escalation_policy_state") == before
    assert await events(make, alert_id) == []


@ACTIONS
async def test_a_post_does_one_thing_and_a_second_says_so(
    anonymous: AsyncClient, make: Factory, links: LinkMaker, action: str, status: str
) -> None:
    alert_id = await an_alert(make)
    url = getattr(await links(alert_id), action)
    first = await anonymous.post(url)
    assert first.status_code == 200
    assert await make.pool.fetchval("select status from alerts") == status
    done = await events(make, alert_id)
    second = await anonymous.post(url)
    assert (second.status_code, "already" in second.text) == (200, True)
    assert await events(make, alert_id) == done
    assert len(done) == 1


async def test_who_acted_is_the_person_the_link_was_sent_to(
    anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    ann = await make.user("Ann")
    alert_id = await an_alert(make)
    await anonymous.post((await links(alert_id, ann)).acknowledge)
    actor = await make.pool.fetchval("select actor from alert_logs where event = 'acknowledged'")
    assert actor == {"type": "link", "id": str(ann.id), "name": "Ann", "ip": "127.0.0.1"}


async def test_a_second_person_is_noted_beside_the_first(
    anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    alert_id = await an_alert(make)
    for name in ("Ann", "Ben"):
        answer = await anonymous.post((await links(alert_id, await make.user(name))).acknowledge)
    assert "Somebody had it already" in answer.text
    assert await events(make, alert_id) == ["acknowledged", "acknowledged"]


async def test_an_expired_link_says_so_and_tells_nothing(
    anonymous: AsyncClient, make: Factory, links: LinkMaker, clock: Clock
) -> None:
    alert_id = await an_alert(make)
    url = (await links(alert_id, lifetime=timedelta(hours=1))).acknowledge
    await clock.advance(timedelta(minutes=59, seconds=58))
    assert (await anonymous.get(url)).status_code == 200
    await clock.advance(timedelta(seconds=2))
    for method in ("GET", "POST"):
        page = await anonymous.request(method, url)
        assert page.status_code == 410
        assert "It has expired" in page.text
        assert "disk is full" not in page.text
    assert await status(make, alert_id) == "triggered"


async def test_a_link_that_was_changed_is_none(anonymous: AsyncClient, make: Factory, links: LinkMaker) -> None:
    alert_id = await an_alert(make)
    actions = await links(alert_id)
    prefix, _, token = actions.acknowledge.rpartition("/")
    other_payload = actions.close.rpartition("/")[2].split(".")[0]
    signature = token.rpartition(".")[2]
    for wrong in (token[:-1], token + "A", token[1:], f"{other_payload}.{signature}", "x", "a.b", ".", "%00", "é"):
        for method in ("GET", "POST"):
            page = await anonymous.request(method, f"{prefix}/{wrong}")
            assert page.status_code == 404, wrong
            assert "disk is full" not in page.text
    assert await status(make, alert_id) == "triggered"


async def test_a_link_of_another_installation_is_none(anonymous: AsyncClient, make: Factory, links: LinkMaker) -> None:
    url = (await links(await an_alert(make))).acknowledge
    await make.pool.execute("update installation set signing_key = uuid_send(gen_random_uuid())")
    assert (await anonymous.post(url)).status_code == 404


async def test_the_link_of_a_deleted_user_is_dead(anonymous: AsyncClient, make: Factory, links: LinkMaker) -> None:
    ann = await make.user("Ann")
    alert_id = await an_alert(make)
    url = (await links(alert_id, ann)).acknowledge
    await make.pool.execute("delete from users where id = $1", ann.id)
    for method in ("GET", "POST"):
        page = await anonymous.request(method, url)
        assert page.status_code == 410
        assert "The person it was sent to is no longer here" in page.text
        assert "expired" not in page.text
    assert await status(make, alert_id) == "triggered"


REMOVALS = {
    "disabled": "update contact_methods set enabled = false",
    "deleted": "delete from contact_methods",
}


@pytest.mark.parametrize("removal", REMOVALS)
async def test_a_link_ends_with_the_contact_method_that_it_was_sent_to(
    anonymous: AsyncClient, make: Factory, links: LinkMaker, removal: str
) -> None:
    ann, alert_id = await make.user("Ann"), await an_alert(make)
    url = (await links(alert_id, ann, sent_by=await make.contact_method(ann))).acknowledge
    assert (await anonymous.get(url)).status_code == 200
    await make.pool.execute(REMOVALS[removal])
    await is_dead(anonymous, make, url, alert_id, "has been removed or switched off")


async def test_a_link_ends_with_the_channel_that_it_was_sent_to(
    anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    alert_id = await an_alert(make)
    url = (await links(alert_id, sent_by=await make.channel())).close
    assert (await anonymous.get(url)).status_code == 200
    await make.pool.execute("delete from channels")
    await is_dead(anonymous, make, url, alert_id, "has been removed or switched off")


LOSSES = {
    "leaves the team": "delete from team_members",
    "is no longer an administrator": "delete from team_members; update users set role = 'user'",
    "service goes to another team": "insert into teams (name) values ('Other');"
    "update services set team_id = (select id from teams where name = 'Other')",
}


@pytest.mark.parametrize("loss", LOSSES)
async def test_a_link_ends_with_the_persons_right_to_act(
    anonymous: AsyncClient, make: Factory, links: LinkMaker, loss: str
) -> None:
    ann = await make.user("Ann", role="admin" if "administrator" in loss else "user")
    team = await make.team("Payments", ann=(ann, "member"))
    alert_id = await make.alert(await make.service(team_id=team.id))
    url = (await links(alert_id, ann, sent_by=await make.contact_method(ann))).acknowledge
    guests = (await links(alert_id, ann, sent_by=await make.contact_method(ann), is_guest=True)).acknowledge
    assert (await anonymous.get(url)).status_code == 200
    await make.pool.execute(LOSSES[loss])
    await is_dead(anonymous, make, url, alert_id, "may no longer act on this alert")
    assert (await anonymous.get(guests)).status_code == 200


async def is_dead(client: AsyncClient, make: Factory, url: str, alert_id: int, why: str) -> None:
    """Check that the link does nothing, says why, tells nothing of the alert, and leads to it behind a sign-in."""
    for method in ("GET", "POST"):
        page = await client.request(method, url)
        assert page.status_code == 410, page.text
        assert why in page.text
        assert f'href="/alerts/{alert_id}"' in page.text
        assert "disk is full" not in page.text
    assert await status(make, alert_id) == "triggered"


async def test_the_link_of_a_deleted_alert_leads_nowhere(
    anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    alert_id = await an_alert(make)
    url = (await links(alert_id)).close
    await make.pool.execute("delete from alerts")
    for method in ("GET", "POST"):
        assert (await anonymous.request(method, url)).status_code == 404


async def test_a_closed_alert_offers_nothing_and_refuses(
    anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    alert_id = await an_alert(make)
    actions = await links(alert_id)
    await anonymous.post(actions.close)
    for url in (actions.acknowledge, actions.escalate):
        page = await anonymous.get(url)
        assert (page.status_code, "<form" in page.text) == (200, False)
        refused = await anonymous.post(url)
        assert (refused.status_code, "The alert is closed." in refused.text) == (409, True)


async def test_escalating_is_refused_when_the_alert_has_moved_on(
    anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    alert_id = await an_alert(make)
    url = (await links(alert_id, escalation_count=0)).escalate
    await make.pool.execute("update escalation_policy_state set escalation_count = 1, step_number = 0")
    refused = await anonymous.post(url)
    assert (refused.status_code, "moved on: it is at step 1 now" in refused.text) == (409, True)


async def test_pages_escape_what_senders_write(anonymous: AsyncClient, make: Factory, links: LinkMaker) -> None:
    alert_id = await make.alert(await make.service(name="<b>service"), "<script>alert(1)</script>")
    page = await anonymous.get((await links(alert_id)).acknowledge)
    assert "<script>" not in page.text
    assert "<b>service" not in page.text
    assert "&lt;script&gt;" in page.text
