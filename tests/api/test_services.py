"""Services and their integration keys over HTTP."""

import hashlib

from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, created, refusal, wrong
from tests.fixtures.factories import Factory

from tocsin.store.services.integration_keys import allow_types

URL = "/api/v1/services"


async def test_a_service_is_created_changed_and_deleted(api: AsyncClient, make: Factory) -> None:
    policy = await make.policy()
    body = {"name": "Checkout", "escalation_policy_id": str(policy.id)}
    service = created(await api.post(URL, json=body))
    empty = {"description": "", "team_id": None, "maintenance_expires_at": None, "ack_timeout_seconds": None}
    empty |= {"maintenance_exceptions": [], "auto_close_seconds": None, "flap_count": None, "flap_within_seconds": 600}
    empty |= {"open_alert_limit": 500}
    assert service == body | empty | {"id": service["id"], "created_at": service["created_at"]}
    url = f"{URL}/{service['id']}"
    assert (await api.patch(url, json={"description": "Shop"})).json() == service | {"description": "Shop"}
    assert (await api.delete(url)).status_code == 204
    assert refusal(await api.get(url), 404) == "no such service"


async def test_maintenance_is_shown_in_utc_and_ends_by_null(api: AsyncClient, make: Factory) -> None:
    url = f"{URL}/{(await make.service()).id}"
    begun = await api.patch(url, json={"maintenance_expires_at": "2099-01-01T02:00:00+02:00"})
    assert begun.json()["maintenance_expires_at"] == "2099-01-01T00:00:00Z"
    assert (await api.patch(url, json={"maintenance_expires_at": None})).json()["maintenance_expires_at"] is None


async def test_exceptions_and_the_time_of_acknowledgements_are_set(api: AsyncClient, make: Factory) -> None:
    fields = {"maintenance_exceptions": ["*backup*", "db?/disk"], "ack_timeout_seconds": 1800}
    body = {"name": "Checkout", "escalation_policy_id": str((await make.policy()).id)} | fields
    service = created(await api.post(URL, json=body))
    assert {name: service[name] for name in fields} == fields
    url = f"{URL}/{service['id']}"
    changes = {"maintenance_exceptions": [], "ack_timeout_seconds": None}
    assert (await api.patch(url, json=changes)).json() == service | changes
    wrongs = {"maintenance_exceptions": ["", "x" * 1025], "ack_timeout_seconds": 0}
    assert wrong(await api.patch(url, json=wrongs)) == [
        "maintenance_exceptions.0",
        "maintenance_exceptions.1",
        "ack_timeout_seconds",
    ]
    assert wrong(await api.patch(url, json={"maintenance_exceptions": ["x"] * 101})) == ["maintenance_exceptions"]


async def test_everything_wrong_is_named_at_once(api: AsyncClient) -> None:
    body = {
        "name": "x",
        "escalation_policy_id": UNKNOWN_ID,
        "team_id": UNKNOWN_ID,
        "maintenance_expires_at": "2001-01-01T00:00:00Z",
    }
    assert sorted(wrong(await api.post(URL, json=body))) == [
        "escalation_policy_id",
        "maintenance_expires_at",
        "team_id",
    ]


async def test_times_without_an_offset_or_out_of_range_are_refused(api: AsyncClient, make: Factory) -> None:
    url = f"{URL}/{(await make.service()).id}"
    for time in ("2099-01-01T00:00:00", "2099-01-01", "2099-02-30T00:00:00Z", "0001-01-01T00:00:00Z", 4070908800, ""):
        assert wrong(await api.patch(url, json={"maintenance_expires_at": time})) == ["maintenance_expires_at"]


async def test_a_service_with_open_alerts_stays(api: AsyncClient, make: Factory) -> None:
    service = await make.service()
    alert_id = await make.alert(service)
    assert "1 open alert" in refusal(await api.delete(f"{URL}/{service.id}"), 409)
    await api.post(f"/api/v1/alerts/{alert_id}/close")
    assert (await api.delete(f"{URL}/{service.id}")).status_code == 204


async def test_a_name_belongs_to_one_service(api: AsyncClient, make: Factory) -> None:
    policy = await make.policy()
    await make.service(policy, name="Checkout")
    body = {"name": "CHECKOUT", "escalation_policy_id": str(policy.id)}
    assert wrong(await api.post(URL, json=body), 409) == ["name"]


async def test_a_search_finds_part_of_the_name(api: AsyncClient, make: Factory) -> None:
    for name in ("Checkout", "Search"):
        await make.service(name=name)
    found = (await api.get(URL, params={"q": "CHECK"})).json()["items"]
    assert [service["name"] for service in found] == ["Checkout"]


async def test_a_keys_token_is_shown_once_and_kept_as_a_hash(api: AsyncClient, make: Factory) -> None:
    service = await make.service()
    url = f"{URL}/{service.id}/integration-keys"
    key = created(await api.post(url, json={"name": "Monitoring"}))
    token = str(key.pop("token"))
    assert key.pop("url") == f"http://127.0.0.1:8080/api/v2/generic/incoming?token={token}"
    assert key["type"] == "generic"
    assert (await api.get(f"{url}/{key['id']}")).json() == key
    assert (await api.get(url)).json()["items"] == [key]
    stored = await make.pool.fetchval("select token_hash from integration_keys")
    assert stored == hashlib.sha256(token.encode()).digest()


async def test_a_key_is_renamed_and_revoked(api: AsyncClient, make: Factory) -> None:
    service = await make.service()
    url = f"{URL}/{service.id}/integration-keys"
    key = (await api.post(url, json={"name": "Monitoring"})).json()
    assert (await api.patch(f"{url}/{key['id']}", json={"name": "Old"})).json()["name"] == "Old"
    assert (await api.delete(f"{url}/{key['id']}")).status_code == 204
    assert refusal(await api.get(f"{url}/{key['id']}"), 404) == "no such integration key"
    refusal(await api.delete(f"{url}/{key['id']}"), 404)
    assert (await api.get(url)).json()["items"] == []


async def test_a_key_is_not_found_under_another_service(api: AsyncClient, make: Factory) -> None:
    service, other = await make.service(), await make.service()
    key = (await api.post(f"{URL}/{service.id}/integration-keys", json={"name": "a"})).json()
    for method in ("GET", "DELETE"):
        refusal(await api.request(method, f"{URL}/{other.id}/integration-keys/{key['id']}"), 404)


async def test_a_key_of_an_unknown_type_is_refused(api: AsyncClient, make: Factory) -> None:
    url = f"{URL}/{(await make.service()).id}/integration-keys"
    assert wrong(await api.post(url, json={"name": "a", "type": "carrier pigeon"})) == ["type"]


async def test_when_alerts_close_by_themselves_is_a_setting(api: AsyncClient, make: Factory) -> None:
    policy = await make.policy()
    service = created(await api.post(URL, json={"name": "Shop", "escalation_policy_id": str(policy.id)}))
    names = ("auto_close_seconds", "flap_count", "flap_within_seconds")
    assert [service[name] for name in names] == [None, None, 600]
    changed = await api.patch(f"{URL}/{service['id']}", json={"auto_close_seconds": 86400, "flap_count": 3})
    assert [changed.json()[name] for name in names] == [86400, 3, 600]
    for wrong_value in ({"auto_close_seconds": 0}, {"flap_count": 1}, {"flap_within_seconds": None}):
        assert wrong(await api.patch(f"{URL}/{service['id']}", json=wrong_value)) == list(wrong_value)


async def test_options_of_a_key_are_those_of_its_format(api: AsyncClient, make: Factory) -> None:
    url = f"{URL}/{(await make.service()).id}/integration-keys"
    await allow_types(make.pool, ["grafana"])
    key = created(await api.post(url, json={"name": "a", "type": "grafana"}))
    assert key["options"] == {"grouping": "alert"}
    changed = await api.patch(f"{url}/{key['id']}", json={"options": {"grouping": "group"}})
    assert changed.json()["options"] == {"grouping": "group"}
    assert (await api.patch(f"{url}/{key['id']}", json={"name": "b"})).json()["options"] == {"grouping": "group"}
    assert created(await api.post(url, json={"name": "a"}))["options"] == {}
    for body in ({"name": "a", "options": {"grouping": "group"}}, {"name": "a", "type": "grafana"}):
        options = {"options": {"grouping": "both", "colour": "red"}}
        assert wrong(await api.post(url, json=options | body))[0].startswith("options.")
