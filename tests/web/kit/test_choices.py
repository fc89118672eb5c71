"""Forms offer what the viewer may choose, and what is refused all the same stands beside its field, the input kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from httpx import AsyncClient
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory, step

from tocsin.store.actor import acting
from tocsin.store.policies import policies
from tocsin.store.policies.policies import Policy
from tocsin.web.kit.choices import usual_zones, zone_choices

SCHEDULE = {"name": "Kept", "time_zone": "UTC"}
ROTATION = SCHEDULE | {"type": "daily", "shift_length": "1", "start_at": "2030-01-07T08:00"}
CHANNEL = {"name": "Kept", "type": "webhook", "address": "https://example.org/x"}


@dataclass(frozen=True, slots=True)
class Choosable:
    """Policies of nobody, of Ann's team, and of a team that she is not in."""

    shared: Policy
    ours: Policy
    theirs: Policy


@pytest.fixture
async def choosable(browser: AsyncClient, make: Factory) -> Choosable:
    ours = await make.pool.fetchval("select id from teams where name = 'Operations'")
    theirs = (await make.team("Payments")).id
    return Choosable(
        await make.policy(name="Shared"),
        await make.policy(name="Ours", team_id=ours),
        await make.policy(name="Theirs", team_id=theirs),
    )


async def offered(browser: AsyncClient, path: str, field: str) -> Mapping[str, bool]:
    """What a page's select offers, by its text, and whether each is selected."""
    return offers((await browser.get(path)).text, field)


def offers(page: str, field: str) -> Mapping[str, bool]:
    [select] = re.findall(rf'<select[^>]* name="{field}".*?</select>', page, re.DOTALL)
    found = re.findall(r"<option value=\"[^\"]+\"( selected)?[^>]*>([^<]*)</option>", select)
    return {text: bool(selected) for selected, text in found}


async def test_policies_that_the_viewer_may_not_point_at_are_not_offered(
    browser: AsyncClient, make: Factory, choosable: Choosable
) -> None:
    may = {"Ours": False, "Shared": False}
    for path in ("/services/new", f"/services/new?policy={choosable.theirs.id}"):
        assert await offered(browser, path, "policy") == may
    wanted = await offered(browser, f"/services/new?policy={choosable.ours.id}", "policy")
    assert wanted == may | {"Ours": True}
    assert await offered(browser, "/policies/new", "catch_all") == may
    assert await offered(browser, f"/policies/{choosable.shared.id}/edit", "catch_all") == {"Ours": False}


async def test_what_is_chosen_now_stays_whosever_it_is(
    browser: AsyncClient, make: Factory, choosable: Choosable
) -> None:
    service = await make.service(choosable.theirs)
    path = f"/services/{service.id}/edit"
    assert await offered(browser, path, "policy") == {"Ours": False, "Shared": False, "Theirs": True}
    async with acting(make.pool, TESTER) as connection:
        shared = await policies.lock(connection, choosable.shared.id)
        await policies.update(connection, shared, replace(shared.spec, catch_all_policy_id=choosable.theirs.id))
    path = f"/policies/{shared.id}/edit"
    assert await offered(browser, path, "catch_all") == {"Ours": False, "Theirs": True}


async def test_a_policy_that_went_to_another_team_meanwhile_is_an_error_of_its_field(
    browser: AsyncClient, make: Factory, choosable: Choosable
) -> None:
    theirs = str(choosable.theirs.id)
    service = await make.service(choosable.shared)
    for path, field, form in (
        ("/services/new", "policy", {"name": "Kept"}),
        (f"/services/{service.id}/edit", "policy", {"name": "Kept"}),
        ("/policies/new", "catch_all", {"name": "Kept", "repeat": "1"}),
        (f"/policies/{choosable.shared.id}/edit", "catch_all", {"name": "Kept", "repeat": "1"}),
    ):
        answer = await browser.post(path, data={**form, field: theirs})
        assert answer.status_code == 403, path
        assert f'id="{field}-wrong">The policy belongs to another team' in answer.text, path
        assert 'value="Kept"' in answer.text
        assert offers(answer.text, field)["Theirs"] is True


async def test_teams_that_the_viewer_may_not_give_it_to_are_not_offered_and_are_an_error_of_the_field(
    browser: AsyncClient, make: Factory, choosable: Choosable
) -> None:
    team_id = str(choosable.ours.team_id)
    policy, schedule, rotation = choosable.shared, await make.schedule(), await make.rotation(await make.user())
    service, channel = await make.service(await make.policy(step(await make.user()))), await make.channel()
    edits: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
        f"/services/{service.id}/edit": ("team", "/services/new", {"name": "Kept", "policy": str(policy.id)}),
        f"/policies/{policy.id}/edit": ("team", "/policies/new", {"name": "Kept", "repeat": "1"}),
        f"/schedules/{schedule.id}/edit": ("team_id", "/schedules/new", SCHEDULE),
        f"/rotations/{rotation.id}/edit": ("team_id", "/rotations/new", ROTATION),
        f"/channels/{channel.id}": ("team", "/channels/new", CHANNEL),
    }
    for path, (field, new, form) in edits.items():
        assert "Operations" in await offered(browser, new, field), new
        assert "Payments" not in await offered(browser, new, field), new
        page = (await browser.get(path)).text
        assert "Operations" not in page, path
        answer = await browser.post(path, data={**form, field: team_id})
        assert answer.status_code == 403, path
        assert f'id="{field}-wrong">Only managers of a team' in answer.text, path
        assert ('value="Kept"' in answer.text, offers(answer.text, field)["Operations"]) == (True, True)
    await make.pool.execute("update team_members set role = 'manager'")
    for path, (field, _, _) in edits.items():
        assert "Operations" in await offered(browser, path, field), path


async def test_the_api_names_the_field_too(browser: AsyncClient, make: Factory, choosable: Choosable) -> None:
    service = await make.service(choosable.shared)
    for change, field in (
        ({"escalation_policy_id": str(choosable.theirs.id)}, "escalation_policy_id"),
        ({"team_id": str(choosable.ours.team_id)}, "team_id"),
    ):
        answer = await browser.patch(f"/api/v1/services/{service.id}", json=change)
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (403, [field])


def test_each_zone_is_offered_once_by_region() -> None:
    zones = usual_zones()
    assert {"Europe/Berlin", "Europe/Kyiv", "Asia/Kolkata", "America/New_York", "UTC"} <= set(zones)
    assert not {"Europe/Kiev", "Asia/Calcutta", "US/Eastern", "GB-Eire", "Asia/Saigon"} & set(zones)
    assert (zones[0], list(zones[1:]), len(set(zones))) == ("UTC", sorted(zones[1:]), len(zones))
    assert zone_choices("Asia/Calcutta")[0] == ("Asia/Calcutta", "Asia/Calcutta")
