"""The list of alerts."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory, step


async def test_the_list_narrows_by_a_name_that_many_others_hold(browser: AsyncClient, make: Factory) -> None:
    for number in range(21):
        policy = await make.policy(name=f"Mail {number}")
        await make.service(policy, name=f"Mail {number}")
    mail = await make.policy(step(await make.user()), name="Mail")
    await make.alert(await make.service(mail, name="MAIL"), "queue is long")
    for query in ("service=mail", "policy=mail", "service=MAIL&policy=Mail"):
        assert "queue is long" in (await browser.get(f"/alerts?{query}")).text, query
    for query, why in (("service=ail", "Several are named so."), ("policy=post", "No policy has this name.")):
        assert why in (await browser.get(f"/alerts?{query}")).text, query
    assert "No alert meets the filter" in (await browser.get("/alerts?policy=ail+20")).text
