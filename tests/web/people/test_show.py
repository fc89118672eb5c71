"""The pages about people, teams and channels, as plain HTML."""

from datetime import timedelta

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import PASSWORD

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.domain.on_call import Target
from tocsin.store.people.passwords import verify_password
from tocsin.store.policies.policy_steps import StepSpec


async def test_people_are_listed_as_they_stand(browser: AsyncClient, make: Factory) -> None:
    ben = await make.reachable_user("Ben <b>")
    await make.team("Payments", ben=(ben, "member"))
    page = (await browser.get("/people")).text
    assert "Ben &lt;b&gt;" in page
    assert "One person cannot be reached" in page
    assert "Payments" in page
    assert "/people/new" not in page
    assert "Nobody is found" in (await browser.get("/people?q=zzz")).text


async def test_people_come_page_by_page(browser: AsyncClient, make: Factory) -> None:
    for number in range(60):
        await make.user(f"Zoe {number:02}")
    first = (await browser.get("/people?q=zoe")).text
    assert (first.count('class="row-link"'), "Zoe 49" in first, "Zoe 50" in first) == (50, True, False)
    more = first.partition('">More')[0].rpartition('href="')[2].replace("&amp;", "&")
    second = (await browser.get(more)).text
    assert ("Zoe 49" in second, "Zoe 50" in second, "Zoe 59" in second) == (False, True, True)


async def test_somebody_else_reads_a_person_without_their_addresses(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben")
    await make.contact_method(ben, "http://127.0.0.1:9/secret")
    page = await browser.get(f"/people/{ben.id}")
    assert page.status_code == 200
    assert "address hidden" in page.text
    assert "secret" not in page.text
    assert "<form method=" not in page.text.partition("<main")[2]


async def test_mail_comes_last_with_a_word_where_nothing_sends_it(browser: AsyncClient) -> None:
    for path in (str((await browser.get("/people/me")).headers["location"]), "/setup", "/channels/new"):
        page = (await browser.get(path)).text
        kinds = page.partition('name="type"')[2].partition("</select>")[0]
        assert kinds.index("webhook") < kinds.index("email"), path
        assert "not sent yet, TOCSIN_SMTP_URL is not set" in kinds, path


async def test_teams_and_channels_are_read(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben")
    team = await make.team("Payments", ben=(ben, "manager"))
    room = await make.channel("Night room", team_id=team.id)
    assert "1 member, 1 manager" in (await browser.get("/teams")).text
    assert "Ben" in (await browser.get(f"/teams/{team.id}")).text
    assert "Night room" in (await browser.get("/channels")).text
    page = (await browser.get(f"/channels/{room.id}")).text
    assert ("hidden: its team sees it" in page, "9/room" in page) == (True, False)


async def test_somebody_adds_tries_switches_and_deletes_a_contact_method(browser: AsyncClient, make: Factory) -> None:
    mine = str((await browser.get("/people/me")).headers["location"])
    async with WebhookReceiver() as receiver:
        form = {"type": "webhook", "address": receiver.url, "preset": "again"}
        made = await browser.post(f"{mine}/contact-methods", data=form, follow_redirects=True)
        assert (made.status_code, "The secret that signs" in made.text, "After 2 min" in made.text) == (200, True, True)
        assert made.text.index("The secret that signs") < made.text.index('id="reach"')  # which a test page makes anew
        method = await make.pool.fetchval("select id from contact_methods")
        tried = await browser.post(f"{mine}/contact-methods/{method}/test")
        assert "The test page was accepted" in tried.text
        [request] = receiver.requests
        assert (request.json["type"], request.json["actions"]) == ("test", None)
    again = await browser.post(f"{mine}/contact-methods", data=form)
    assert (again.status_code, "Is already one of this user&#39;s" in again.text) == (409, True)
    assert "did not go out" in (await browser.post(f"{mine}/contact-methods/{method}/test")).text
    assert (await browser.post(f"{mine}/contact-methods/{method}/disable")).status_code == 303
    assert "Nothing pages you yet" in (await browser.get(mine)).text
    await browser.post(f"{mine}/contact-methods/{method}/delete")
    assert await make.pool.fetchval("select count(*) from notification_rules") == 0


async def test_a_contact_method_gets_another_name(browser: AsyncClient, make: Factory) -> None:
    mine = str((await browser.get("/people/me")).headers["location"])
    await browser.post(f"{mine}/contact-methods", data={"type": "email", "address": "a@example.org", "preset": "now"})
    method = await make.pool.fetchval("select id from contact_methods")
    assert 'value="Email"' in (await browser.get(mine)).text
    answer = await browser.post(f"{mine}/contact-methods/{method}/rename", data={"name": " Night <phone> "})
    assert (answer.status_code, "Night &lt;phone&gt;" in (await browser.get(mine)).text) == (303, True)
    wrong = await browser.post(f"{mine}/contact-methods/{method}/rename", data={"name": "n" * 256})
    assert (wrong.status_code, "n" * 256 in wrong.text, 'id="name-wrong"' in wrong.text) == (422, True, True)
    bens = await make.contact_method(await make.user("Ben"))
    for person in (mine, f"/people/{bens.user_id}"):
        refused = await browser.post(f"{person}/contact-methods/{bens.id}/rename", data={"name": "Mine"})
        assert refused.status_code in (403, 404)
    assert await make.pool.fetch("select name, enabled, address from contact_methods order by created_at") == [
        ("Night <phone>", True, "a@example.org"),
        (bens.name, True, bens.address),
    ]


async def test_wrong_addresses_and_delays_stand_beside_their_fields(browser: AsyncClient, make: Factory) -> None:
    mine = str((await browser.get("/people/me")).headers["location"])
    answer = await browser.post(f"{mine}/contact-methods", data={"type": "email", "address": "nobody", "preset": "now"})
    assert (answer.status_code, 'value="nobody"' in answer.text, "address-wrong" in answer.text) == (422, True, True)
    await browser.post(f"{mine}/contact-methods", data={"type": "email", "address": "a@example.org", "preset": "never"})
    method = await make.pool.fetchval("select id from contact_methods")
    for delay, status in (("2.5", 303), ("-1", 422), ("soon", 422), ("inf", 422)):
        answer = await browser.post(f"{mine}/notification-rules", data={"method": str(method), "delay": delay})
        assert answer.status_code == status, delay
    assert await make.pool.fetchval("select delay from notification_rules") == timedelta(minutes=2.5)


async def test_test_pages_are_few(api: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    method = await make.contact_method(ann)
    path = f"/api/v1/users/{ann.id}/contact-methods/{method.id}/test-page"
    answers = [await api.post(path) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert answers[0].json()["status"] == "failed"
    assert "no connection" in answers[0].json()["reason"]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_channel_is_made_tried_and_kept_while_used(browser: AsyncClient, make: Factory) -> None:
    async with WebhookReceiver() as receiver:
        form = {"name": "Room", "type": "webhook", "address": receiver.url, "team": ""}
        made = await browser.post("/channels/new", data=form, follow_redirects=True)
        assert "The secret that signs" in made.text
        assert "The secret that signs" not in (await browser.get(made.url)).text
        room = await make.pool.fetchval("select id from channels")
        assert "was accepted" in (await browser.post(f"/channels/{room}/test")).text
    saved = await browser.post(f"/channels/{room}", data={**form, "name": "Night room"})
    assert saved.status_code == 303
    await make.policy(StepSpec(delay=timedelta(minutes=5), targets=(Target("channel", room),)), name="Payments")
    refused = await browser.post(f"/channels/{room}/delete")
    assert (refused.status_code, "Is used by escalation policy &#39;Payments&#39;." in refused.text) == (409, True)


async def test_administrators_add_and_delete_people(browser: AsyncClient, make: Factory) -> None:
    form = {"name": "Ben", "email": "ben@example.org", "role": "user"}
    assert (await browser.post("/people/new", data=form)).status_code == 403
    await make.pool.execute("update users set role = 'admin'")
    made = (await browser.post("/people/new", data=form, follow_redirects=True)).text
    password = made.partition('<pre id="new-password" tabindex="0">')[2].partition("<")[0]
    assert await verify_password(
        await make.pool.fetchval("select password_hash from users where name = 'Ben'"), password
    )
    assert (await browser.post("/people/new", data=form)).status_code == 409
    assert "Ben" not in (await browser.get("/people/new")).text
    ben = await make.pool.fetchval("select id from users where name = 'Ben'")
    again = (await browser.post(f"/people/{ben}/password", follow_redirects=True)).text
    assert "Ben signs in as ben@example.org with this password." in again
    await make.policy(StepSpec(delay=timedelta(minutes=5), targets=(Target("user", ben),)), name="Payments")
    refused = await browser.post(f"/people/{ben}/delete")
    assert (refused.status_code, "Is used by escalation policy &#39;Payments&#39;." in refused.text) == (409, True)
    await make.pool.execute("delete from escalation_policies")
    assert (await browser.post(f"/people/{ben}/delete")).status_code == 303


async def test_managers_change_who_is_in_their_team(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben")
    team = await make.team("Payments")
    add = {"user": str(ben.id), "role": "member"}
    assert (await browser.post(f"/teams/{team.id}/members", data=add)).status_code == 403
    await make.pool.execute("insert into team_members select $1, id, 'manager' from users where name = 'Ann'", team.id)
    assert (await browser.post(f"/teams/{team.id}/members", data=add)).status_code == 303
    assert "Ben" in (await browser.get(f"/teams/{team.id}")).text
    await browser.post(f"/teams/{team.id}/members/{ben.id}/remove")
    left = "select count(*) from team_members where team_id = $1"
    assert await make.pool.fetchval(left, team.id) == 1


async def test_ones_own_password_is_changed_with_the_present_one_only(browser: AsyncClient, make: Factory) -> None:
    await make.pool.execute("update users set role = 'admin'")
    [(ann, before)] = await make.pool.fetch("select id, password_hash from users where name = 'Ann'")
    answer = await browser.post(f"/people/{ann}/password")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert await make.pool.fetchval("select password_hash from users where id = $1", ann) == before


async def test_a_rule_is_shown_whose_contact_method_comes_late(
    browser: AsyncClient, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.web.people.show.MOST_METHODS", 1)
    ben = await make.user("Ben")
    await make.contact_method(ben)
    late = await make.contact_method(ben)
    await make.rule(late)
    page = await browser.get(f"/people/{ben.id}")
    assert (page.status_code, page.text.count(f'<div class="more">{late.name}</div>')) == (200, 1)


async def test_a_test_page_of_the_first_run_leaves_the_secret_where_it_is(browser: AsyncClient, make: Factory) -> None:
    form = {"type": "webhook", "address": "http://127.0.0.1:9/", "preset": "now"}
    made = await browser.post("/setup/reach", data=form, follow_redirects=True)
    assert made.text.index("The secret that signs") < made.text.index('id="reach-methods"')
    method = await make.pool.fetchval("select id from contact_methods")
    asked = {"HX-Request": "true", "HX-Target": "reach-methods"}
    tried = (await browser.post(f"/setup/reach/{method}/test", headers=asked)).text
    assert tried.startswith('<div id="reach-methods">')
    assert ("did not go out" in tried, "<html" in tried) == (True, False)


async def test_another_email_of_ones_own_takes_the_present_password(browser: AsyncClient, make: Factory) -> None:
    ann = await make.pool.fetchval("select id from users where name = 'Ann'")
    form = {"name": "Ann", "email": "other@example.org"}
    refused = await browser.post(f"/people/{ann}/edit", data=form)
    assert refused.status_code == 422
    assert "Is not your password." in refused.text
    assert (await browser.post(f"/people/{ann}/edit", data=form | {"current_password": PASSWORD})).status_code == 303
    assert await make.pool.fetchval("select email from users where id = $1", ann) == "other@example.org"
