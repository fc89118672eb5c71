"""The mapping of a key on its page: tried on what came and on what is pasted, and saved."""

import json
from collections.abc import Mapping

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.ingest.mapped.payloads import HOME_MADE, HOME_MADE_OPTIONS

from tocsin.store.services.integration_keys import allow_types


def form(options: Mapping[str, str]) -> dict[str, str]:
    return {f"options.{name}": source for name, source in options.items()}


async def test_a_mapping_is_tried_and_saved(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(name="Checkout")
    await allow_types(make.pool, ["mapped"])
    made = await browser.post(f"/services/{service.id}/keys", data={"name": "Script", "type": "mapped"})
    shown = (await browser.get(made.headers["location"])).text
    sent_to = "/api/v2/mapped/incoming?token=" + shown.split("/api/v2/mapped/incoming?token=", 1)[1].split("<", 1)[0]
    assert "No mapping yet" in (await browser.get(f"/services/{service.id}")).text
    path = f"/services/{service.id}/keys/{await make.pool.fetchval('select id from integration_keys')}/mapping"
    page = (await browser.get(path)).text
    seen = page.split('name="seen" value="', 1)[1].split('"', 1)[0]

    async def tried(pasted: str = "", **options: str) -> str:
        return (await browser.post(path, data={"action": "try", "pasted": pasted, **form(options)})).text

    assert "Nothing has come with this key yet" in await tried(**HOME_MADE_OPTIONS)
    assert (await browser.post(sent_to.strip(), json={**HOME_MADE, "site": "<b>"})).status_code == 202
    text = await tried(**HOME_MADE_OPTIONS)
    assert ("disk on db1 is bad" in text, "Closes, critical, about web1/http" in text) == (True, True)
    assert ("<b>" in text, "site: &lt;b&gt;" in text) == (False, True)
    assert "Goes to quarantine" in await tried(summary="payload.title")
    wrong_name = await tried(summary="title")
    assert "Summary: is no CEL expression: there is nothing called" in wrong_name
    assert "disk on db1" not in wrong_name
    assert "Of what was pasted" in await tried(summary="payload.a", pasted=json.dumps({"a": "It burns"}))
    wrong = await browser.post(path, data={"seen": seen} | form({"summary": "payload +"}))
    assert (wrong.status_code, 'id="options.summary-wrong"' in wrong.text) == (422, True)
    saved = await browser.post(path, data={"seen": seen} | form(HOME_MADE_OPTIONS))
    assert (saved.status_code, saved.headers["location"]) == (303, path)
    options = await make.pool.fetchval("select options from integration_keys")
    assert {name: source for name, source in options.items() if source} == HOME_MADE_OPTIONS
    assert ">Mapping<" in (await browser.get(f"/services/{service.id}")).text
    assert (await browser.post(path, data={"seen": seen})).status_code == 409


async def test_a_key_of_another_format_has_no_mapping(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(name="Checkout")
    await make.integration_key(service)
    key_id = await make.pool.fetchval("select id from integration_keys")
    assert (await browser.get(f"/services/{service.id}/keys/{key_id}/mapping")).status_code == 404
