"""The editor of a policy: its preview, and what becomes of forms that nobody would send."""

from uuid import uuid4

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory

_STEP = {"name": "Night", "repeat": "1", "step-0": "", "delay-0": "5", "unit-0": "60"}


async def test_a_preview_saves_nothing(browser: AsyncClient, make: Factory) -> None:
    ann = await make.reachable_user("Ann Archer")
    policy = await make.policy(name="Day")
    form = {**_STEP, "target-0": f"user:{ann.id}"}
    page = await browser.post(f"/policies/{policy.id}/draft", data=form)
    assert "Ann Archer is paged by webhook" in page.text
    assert await make.pool.fetchval("select name from escalation_policies") == "Day"
    assert await make.pool.fetchval("select count(*) from escalation_policy_steps") == 0


async def test_what_was_deleted_meanwhile_is_kept_in_the_form(browser: AsyncClient, make: Factory) -> None:
    answer = await browser.post(f"/policies/{uuid4()}/edit", data={**_STEP, "step-0": str(uuid4())})
    assert answer.status_code == 409
    for text in ("Somebody else has deleted it meanwhile.", 'value="Night"', 'action="/policies/new"'):
        assert text in answer.text
    gone = await browser.post("/policies/new", data={**_STEP, "target-0": f"user:{uuid4()}"})
    assert (gone.status_code, "No user has the id" in gone.text) == (422, True)


@pytest.mark.parametrize(
    "broken",
    [
        {"delay-0": "soon"},
        {"delay-0": "nan"},
        {"delay-0": "1e400"},
        {"delay-0": "-1"},
        {"delay-0": "9" * 5000},
        {"name": ""},
        {"name": "a\0b"},
        {"repeat": "often"},
        {"repeat": "9" * 5000},
        {"catch_all": "x"},
        {"step-0": "x"},
        {"if_nobody-0": "explode"},
        {f"step-{number}": "" for number in range(200)},
    ],
)
async def test_wrong_policies_are_shown_again(browser: AsyncClient, broken: dict[str, str]) -> None:
    form = {**_STEP, **broken}
    assert (await browser.post("/policies/new", data=form)).status_code == 422
    assert (await browser.post("/policies/draft", data={**form, "do": "up:0"})).status_code == 200
