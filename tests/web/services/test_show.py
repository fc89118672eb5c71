"""Services and escalation policies by plain forms: who may, and what becomes of forms that nobody would send."""

from datetime import timedelta
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


async def test_a_key_is_shown_once_and_to_who_made_it(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(name="Checkout")
    answer = await browser.post(f"/services/{service.id}/keys", data={"name": "Prometheus"})
    shown = answer.headers["location"]
    kept = browser.cookies["tocsin_once"]
    page = (await browser.get(shown)).text
    assert ("The key Prometheus is made" in page, "/api/v2/generic/incoming?token=" in page) == (True, True)
    assert (await browser.get(shown)).headers["location"] == f"/services/{service.id}#keys"
    browser.cookies.set("tocsin_once", kept[:-1] + "x", path=shown)
    assert (await browser.get(shown)).headers["location"] == f"/services/{service.id}#keys"


async def test_lists_go_on(browser: AsyncClient, make: Factory) -> None:
    policy = await make.policy()
    for number in range(42):
        await make.service(policy, name=f"Service {number:02}")
    first = (await browser.get("/services?q=service")).text
    assert ("Service 39" in first, "Service 40" in first) == (True, False)
    second = (await browser.get("/services?q=service&after=Service+39")).text
    assert ("Service 39" in second, "Service 41" in second) == (False, True)
    assert "No service meets the search" in (await browser.get("/services?q=nothing")).text
    for path in ("/services", "/policies"):
        assert (await browser.get(f"{path}?team=x&after=%00&state=x")).status_code in (200, 422)


async def test_errors_of_a_planned_maintenance_tell_times_in_the_zone_of_its_form(
    browser: AsyncClient, make: Factory
) -> None:
    service = await make.service()
    form = {"start": "2030-01-31T09:00", "end": "2030-01-31T08:00", "zone": "Europe/Berlin"}
    answer = await browser.post(f"/services/{service.id}/windows", data=form)
    assert "the start is Thu 31 Jan 2030, 09:00:00 CET" in answer.text


async def test_a_warning_names_whom_it_is_about(browser: AsyncClient, make: Factory) -> None:
    ben = await make.reachable_user("Ben")
    await make.rule(await make.contact_method(ben), timedelta(minutes=9))
    policy = await make.policy(step(ben, delay=timedelta(minutes=5)), step(await make.user("Cid")))
    page = (await browser.get(f"/policies/{policy.id}")).text
    assert "<strong>Ben:</strong> the rule for " in page
    assert "<strong>Cid</strong> is on call for " in page


async def test_planned_maintenance_is_shown_however_much_is_over(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    await make.pool.execute(
        "insert into maintenance_windows (service_id, start_at, end_at)"
        " select $1, '2020-01-01T10:00Z', '2020-01-01T11:00Z' from generate_series(1, 150)",
        service.id,
    )
    form = {"start": "2035-01-01T10:00", "end": "2035-01-01T11:00", "zone": "UTC"}
    assert (await browser.post(f"/services/{service.id}/windows", data=form)).status_code == 303
    assert (await browser.get(f"/services/{service.id}")).text.count('class="window-row"') == 1


async def test_a_planned_maintenance_that_no_engine_has_seen_begin_is_shown(
    browser: AsyncClient, make: Factory
) -> None:
    service = await make.service(name="Shop")
    await make.pool.execute(
        "insert into maintenance_windows (service_id, start_at, end_at) values ($1, '2020-01-01', '2099-01-01')",
        service.id,
    )
    assert "In maintenance until" in (await browser.get(f"/services/{service.id}")).text
    for path in ("/services", "/services?state=maintenance"):
        page = (await browser.get(path)).text
        assert ("Shop" in page, "</svg>until <time" in page) == (True, True), path


async def test_warnings_come_anew_with_the_steps_that_they_are_about(browser: AsyncClient, make: Factory) -> None:
    policy = await make.policy(step(await make.user("Unreachable")))
    service = await make.service(policy)
    for path, target in ((f"/policies/{policy.id}", "policy-steps"), (f"/services/{service.id}", "service-steps")):
        part = (await browser.get(path, headers={"HX-Request": "true", "HX-Target": target})).text
        assert (part.lstrip().startswith(f'<div id="{target}"'), 'class="findings"' in part) == (True, True), path
        whole = (await browser.get(path)).text
        assert whole.count('class="findings"') == 1
