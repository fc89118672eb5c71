"""What the first run suggests goes together: whatever preset is taken, there is nothing that doctor warns of."""

import re

from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.store.policies import configuration_checks


async def test_every_preset_of_the_first_run_acts_within_its_policys_step(browser: AsyncClient, make: Factory) -> None:
    page = (await browser.get("/setup")).text
    select = page[page.index('name="preset"') : page.index("</select>", page.index('name="preset"'))]
    presets = re.findall(r'<option value="(\w+)"', select)
    assert presets[:2] == ["now", "again"]
    minutes = re.search(r'name="minutes"[^>]*value="(\d+)"', page) or re.search(
        r'value="(\d+)"[^>]*name="minutes"', page
    )
    assert minutes is not None
    for number, preset in enumerate(presets):
        form = {"type": "webhook", "address": f"http://127.0.0.1:9/{number}", "preset": preset}
        assert (await browser.post("/setup/reach", data=form)).status_code < 400
    ann = await make.pool.fetchval("select id from users where name = 'Ann'")
    policy = {"policy_name": "Day", "first": f"user:{ann}", "minutes": minutes[1], "repeat": "2"}
    assert (await browser.post("/setup/policy", data=policy)).status_code == 303
    assert await configuration_checks.everything(make.pool) == []


async def test_a_test_page_of_the_first_run_leaves_the_secret_where_it_is(browser: AsyncClient, make: Factory) -> None:
    form = {"type": "webhook", "address": "http://127.0.0.1:9/", "preset": "now"}
    made = await browser.post("/setup/reach", data=form, follow_redirects=True)
    assert made.text.index("The secret that signs") < made.text.index('id="reach-methods"')
    method = await make.pool.fetchval("select id from contact_methods")
    asked = {"HX-Request": "true", "HX-Target": "reach-methods"}
    tried = (await browser.post(f"/setup/reach/{method}/test", headers=asked)).text
    assert tried.startswith('<div id="reach-methods">')
    assert ("did not go out" in tried, "<html" in tried) == (True, False)
