"""Contact methods and notification rules, by plain forms."""

from datetime import timedelta

from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.channels.webhook.receiver import WebhookReceiver


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
