"""A policy's page, with its warnings."""

from datetime import timedelta

from httpx import AsyncClient
from tests.fixtures.factories import Factory, step


async def test_a_warning_names_whom_it_is_about(browser: AsyncClient, make: Factory) -> None:
    ben = await make.reachable_user("Ben")
    await make.rule(await make.contact_method(ben), timedelta(minutes=9))
    policy = await make.policy(step(ben, delay=timedelta(minutes=5)), step(await make.user("Cid")))
    page = (await browser.get(f"/policies/{policy.id}")).text
    assert "<strong>Ben:</strong> the rule for " in page
    assert "<strong>Cid</strong> is on call for " in page


async def test_warnings_come_anew_with_the_steps_that_they_are_about(browser: AsyncClient, make: Factory) -> None:
    policy = await make.policy(step(await make.user("Unreachable")))
    service = await make.service(policy)
    for path, target in ((f"/policies/{policy.id}", "policy-steps"), (f"/services/{service.id}", "service-steps")):
        part = (await browser.get(path, headers={"HX-Request": "true", "HX-Target": target})).text
        assert (part.lstrip().startswith(f'<div id="{target}"'), 'class="findings"' in part) == (True, True), path
        whole = (await browser.get(path)).text
        assert whole.count('class="findings"') == 1
