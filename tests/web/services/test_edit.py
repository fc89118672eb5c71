"""Services and policies by plain forms: who may, and what becomes of forms that nobody would send."""

from uuid import uuid4

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory, step

_STEP = {"name": "Night", "repeat": "1", "step-0": "", "delay-0": "5", "unit-0": "60"}


async def test_everybody_reads_and_only_the_team_edits(browser: AsyncClient, make: Factory) -> None:
    team = (await make.team()).id
    policy = await make.policy(step(await make.user()), team_id=team)
    service = await make.service(policy, team_id=team)
    for path in (f"/services/{service.id}", f"/policies/{policy.id}"):
        page = await browser.get(path)
        assert (page.status_code, f"{path}/edit" in page.text, f"{path}/delete" in page.text) == (200, False, False)
        assert (await browser.get(f"{path}/edit")).status_code == 403
        assert (await browser.post(f"{path}/delete")).status_code == 403
    acts = {
        f"/services/{service.id}/edit": {"name": "x", "policy": str(policy.id)},
        f"/services/{service.id}/maintenance": {"for": "60"},
        f"/services/{service.id}/windows": {"start": "2030-01-01T10:00", "end": "2030-01-01T11:00", "zone": "UTC"},
        f"/services/{service.id}/keys": {"name": "x"},
        f"/services/{service.id}/test": {},
        f"/policies/{policy.id}/edit": _STEP,
        "/policies/new": {**_STEP, "team": str(team)},
        "/services/new": {"name": "x", "policy": str(policy.id), "team": str(team)},
    }
    for path, form in acts.items():
        assert (await browser.post(path, data=form)).status_code == 403, path
    assert await make.pool.fetchval("select count(*) from alerts") == 0


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("maintenance", {"for": "0"}),
        ("maintenance", {"for": "9" * 400}),
        ("maintenance", {"for": "²"}),
        ("maintenance", {"until": "soon"}),
        ("maintenance", {"until": "2020-01-01T10:00"}),
        ("windows", {"start": "2030-01-01T10:00", "end": "2030-01-01T09:00", "zone": "UTC"}),
        ("windows", {"start": "2030-01-01T10:00", "end": "9999-12-31T23:59", "zone": "UTC"}),
        ("windows", {"start": "", "end": "", "zone": "UTC"}),
        ("windows", {"start": "2030-01-01T10:00", "end": "2030-01-01T11:00", "zone": "Mars/Base"}),
        ("keys", {"name": " "}),
        ("edit", {"name": "x", "policy": "x"}),
        ("edit", {"name": "x", "policy": str(uuid4()), "ack_timeout": "0"}),
    ],
)
async def test_wrong_forms_about_a_service_are_shown_again(
    browser: AsyncClient, make: Factory, path: str, form: dict[str, str]
) -> None:
    service = await make.service()
    assert (await browser.post(f"/services/{service.id}/{path}", data=form)).status_code == 422


async def test_when_alerts_close_by_themselves_is_edited(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    path = f"/services/{service.id}/edit"
    form = {"name": "Shop", "policy": str(service.escalation_policy_id), "auto_close": "7", "close_unit": "86400"}
    form |= {"flap_count": "3", "flap_within": "15"}
    seen = (await browser.get(path)).text.split('name="seen" value="')[1].split('"')[0]
    assert (await browser.post(path, data={**form, "seen": seen})).status_code == 303
    row = await make.pool.fetchrow("select auto_close_after, flap_count, flap_within from services")
    assert [str(value) for value in row] == ["7 days, 0:00:00", "3", "0:15:00"]
    page = (await browser.get(f"/services/{service.id}")).text
    assert "close after 7 d" in page
    assert "closed 3 times within 15 min" in page
    again = await browser.get(path)
    for value in ('name="auto_close" type="number" min="0" step="any" inputmode="decimal" value="7"', 'value="15"'):
        assert value in again.text
    wrong = await browser.post(path, data={**form, "flap_count": "1", "auto_close": "-1"})
    assert (wrong.status_code, wrong.text.count('class="wrong"')) == (422, 2)
