"""The routing rules of a key on its page: edited, moved, tried on what came last, and saved."""

from uuid import UUID

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.store.services.services import Service

DEV = 'labels["env"] == "dev"'


@pytest.fixture
async def service(make: Factory) -> Service:
    return await make.service(name="own")


@pytest.fixture
async def token(make: Factory, service: Service) -> str:
    return await make.integration_key(service)


async def page_of(make: Factory, service: Service) -> str:
    key_id: UUID = await make.pool.fetchval("select id from integration_keys")
    return f"/services/{service.id}/keys/{key_id}/routing"


def rules(*given: dict[str, str]) -> dict[str, object]:
    """The fields of a form with these rules."""
    fields: dict[str, object] = {"rules": [str(number) for number in range(len(given))]}
    return fields | {f"rules.{n}.{name}": value for n, rule in enumerate(given) for name, value in rule.items()}


async def seen(browser: AsyncClient, path: str) -> dict[str, str]:
    text = (await browser.get(path)).text
    return {"seen": text.split('name="seen" value="', 1)[1].split('"', 1)[0]}


async def test_rules_are_saved_and_stand_on_the_services_page(
    browser: AsyncClient, make: Factory, service: Service, token: str
) -> None:
    other, path = await make.service(name="other"), await page_of(make, service)
    assert "Route what comes with it" in (await browser.get(f"/services/{service.id}")).text
    assert "No rules" in (await browser.get(path)).text
    quiet = {"name": "Dev <b>", "condition": DEV, "suppress": "yes"}
    moved = {"name": "Rest", "condition": "true", "service_id": str(other.id), "delay": "3", "delay_unit": "60"}
    answer = await browser.post(path, data=await seen(browser, path) | rules(quiet, moved))
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    text = (await browser.get(path)).text
    assert ("Dev &lt;b&gt;" in text, "Dev <b>" in text, f'value="{other.id}" selected' in text) == (True, False, True)
    assert "Routing: 2 rules" in (await browser.get(f"/services/{service.id}")).text
    rows = await make.pool.fetch("select action, object_type from audit_log where object_type = 'routing_rules'")
    assert [row["action"] for row in rows] == ["create", "create"]
    late = await browser.post(path, data={"seen": "x"} | rules(quiet))
    assert (late.status_code, "Somebody else has saved these rules" in late.text) == (409, True)


async def test_rows_are_added_moved_and_removed(
    browser: AsyncClient, make: Factory, service: Service, token: str
) -> None:
    path = await page_of(make, service)
    two = rules({"name": "first", "condition": "true"}, {"name": "second", "condition": "true"})
    for action, names in (("down:0", ["second", "first"]), ("remove:0", ["second"]), ("add", ["first", "second", ""])):
        text = (await browser.post(path, data={"action": action} | two)).text
        assert [
            text.split(f'name="rules.{n}.name"')[1].split('value="')[1].split('"')[0] for n in range(len(names))
        ] == names
    assert await make.pool.fetchval("select count(*) from routing_rules") == 0


WRONG = [
    ("condition", {"condition": "labels ="}, "Is no CEL expression"),
    ("condition", {"condition": ""}, "at least 1 character"),
    ("suppress", {"suppress": "yes", "severity": "info"}, "sets nothing else"),
    ("delay", {"delay": "soon"}, "number of seconds"),
    ("service_id", {"service_id": "00000000-0000-4000-8000-000000000000"}, "same team"),
]


async def test_what_is_wrong_stands_beside_its_field(
    browser: AsyncClient, make: Factory, service: Service, token: str
) -> None:
    path = await page_of(make, service)
    for field, values, error in WRONG:
        answer = await browser.post(
            path, data=await seen(browser, path) | rules({"name": "r", "condition": "true"} | values)
        )
        assert answer.status_code == 422
        assert error in answer.text.split(f'id="rules.0.{field}-wrong"', 1)[1].split("</span>", 1)[0]


async def test_a_draft_is_tried_on_what_came_last(
    browser: AsyncClient, make: Factory, service: Service, token: str
) -> None:
    path = await page_of(make, service)
    for summary, env in (("one", "dev"), ("two", "prod")):
        body = {"summary": summary, "severity": "warning", "meta": {"env": env}}
        assert (await browser.post(f"/api/v2/generic/incoming?token={token}", json=body)).status_code == 204
    draft = rules(
        {"name": "Dev", "condition": DEV, "severity": "info"}, {"name": "Bad", "condition": "labels.nope == 1"}
    )
    text = (await browser.post(path, data={"action": "try"} | draft)).text
    assert "Of the last 2 payloads, 1 would become something else" in text
    shown = text[text.index('id="effects"') :]
    assert ("Severity warning" in shown, ">one<" in shown, ">two<" in shown) == (True, True, False)
    assert "cannot be evaluated for 1: Matches when: " in shown
    wrong = (await browser.post(path, data={"action": "try"} | rules({"name": "", "condition": "("}))).text
    assert "Rule 1, Matches when: is no CEL expression" in wrong[wrong.index('id="effects"') :]
    begun = (await browser.post(path, data={"action": "try"} | rules({"name": "", "condition": ""}))).text
    effects = begun[begun.index('id="effects"') :]
    assert ("A rule is tried once it says what it matches" in effects, "text-bad" in effects) == (True, False)
    assert await make.pool.fetchval("select count(*) from routing_rules") == 0


async def test_what_is_suppressed_stands_on_the_services_page(
    browser: AsyncClient, make: Factory, service: Service, token: str
) -> None:
    path = await page_of(make, service)
    await browser.post(
        path, data=await seen(browser, path) | rules({"name": "Quiet", "condition": "true", "suppress": "yes"})
    )
    for _ in range(2):
        await browser.post(f"/api/v2/generic/incoming?token={token}", json={"summary": "a <b> c", "dedup": "d"})
    text = (await browser.get(f"/services/{service.id}")).text
    assert ("2 messages" in text, "2 times by Quiet" in text, "a &lt;b&gt; c" in text) == (True, True, True)
    here = f"/services/{service.id}/suppressed/{await make.pool.fetchval('select id from suppressed_alerts')}"
    shown = (await browser.get(here)).text
    assert ("What was sent last" in shown, "&#34;dedup&#34;" in shown, token in shown) == (True, True, False)
    assert (await browser.get(f"/services/{service.id}/suppressed/{2**70}")).status_code == 404


async def test_others_see_the_rules_and_change_none(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(team_id=(await make.team("Others")).id)
    await make.integration_key(service)
    path = await page_of(make, service)
    text = (await browser.get(path)).text
    assert ("<fieldset disabled>" in text, 'value="save"' in text) == (True, False)
    assert (await browser.post(path, data=await seen(browser, path) | rules())).status_code == 403
