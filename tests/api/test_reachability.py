"""Contact methods and notification rules over HTTP: how a user is reached."""

import pytest
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, bearer, created, refusal, wrong
from tests.fixtures.factories import Factory

PHONE = {"name": "Phone", "type": "webhook", "address": "https://push.example.org/ann"}


async def test_a_contact_method_is_added_changed_and_removed(api: AsyncClient, make: Factory) -> None:
    url = f"/api/v1/users/{(await make.user()).id}/contact-methods"
    method = created(await api.post(url, json=PHONE))
    assert len(str(method.pop("secret"))) > 30
    assert method["enabled"] is True
    one = f"{url}/{method['id']}"
    assert (await api.get(one)).json() == method
    assert (await api.patch(one, json={"enabled": False})).json() == method | {"enabled": False}
    assert (await api.delete(one)).status_code == 204
    assert refusal(await api.get(one), 404) == "no such contact method"
    refusal(await api.delete(one), 404)


@pytest.mark.parametrize(
    "change", [{"enabled": 1}, {"enabled": "yes"}, {"type": "pigeon"}, {"address": "x"}, {"address": None}]
)
async def test_a_wrong_field_is_named(api: AsyncClient, make: Factory, change: dict[str, object]) -> None:
    url = f"/api/v1/users/{(await make.user()).id}/contact-methods"
    assert wrong(await api.post(url, json=PHONE | change)) == list(change)


async def test_an_address_is_a_users_only_once(api: AsyncClient, make: Factory) -> None:
    url = f"/api/v1/users/{(await make.user()).id}/contact-methods"
    await api.post(url, json=PHONE)
    assert wrong(await api.post(url, json=PHONE | {"name": "Again"}), 409) == ["address"]


async def test_addresses_are_shown_to_their_user_and_administrators_only(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    method = await make.contact_method(ann, "https://push.example.org/ann")
    url = f"/api/v1/users/{ann.id}/contact-methods/{method.id}"
    assert (await api.get(url)).json()["address"] == method.address
    assert (await anonymous.get(url, headers=bearer(await make.token(ann)))).json()["address"] == method.address
    assert (await anonymous.get(url, headers=bearer(await make.token(ben)))).json()["address"] == "***"


async def test_only_the_user_and_administrators_change_how_they_are_reached(
    anonymous: AsyncClient, make: Factory
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    method = await make.contact_method(ann)
    url, stranger = f"/api/v1/users/{ann.id}", bearer(await make.token(ben))
    refusal(await anonymous.post(f"{url}/contact-methods", json=PHONE, headers=stranger), 403)
    one = f"{url}/contact-methods/{method.id}"
    refusal(await anonymous.patch(one, json={"enabled": False}, headers=stranger), 403)
    refusal(await anonymous.delete(one, headers=stranger), 403)
    rule = {"contact_method_id": str(method.id), "delay_seconds": 0}
    refusal(await anonymous.post(f"{url}/notification-rules", json=rule, headers=stranger), 403)
    own = bearer(await make.token(ann))
    assert (await anonymous.post(f"{url}/notification-rules", json=rule, headers=own)).status_code == 201


async def test_a_rule_is_added_changed_and_removed(api: AsyncClient, make: Factory) -> None:
    user = await make.user()
    method = await make.contact_method(user)
    url = f"/api/v1/users/{user.id}/notification-rules"
    body = {"contact_method_id": str(method.id), "delay_seconds": 90.5}
    rule = created(await api.post(url, json=body))
    assert rule == body | {"id": rule["id"], "user_id": str(user.id), "created_at": rule["created_at"]}
    one = f"{url}/{rule['id']}"
    assert (await api.patch(one, json={"delay_seconds": 0})).json() == rule | {"delay_seconds": 0}
    assert (await api.delete(one)).status_code == 204
    assert refusal(await api.get(one), 404) == "no such notification rule"


@pytest.mark.parametrize("delay", [-1, 315_360_001, "60", True, None])
async def test_a_delay_is_a_number_of_seconds_up_to_ten_years(api: AsyncClient, make: Factory, delay: object) -> None:
    user = await make.user()
    method = await make.contact_method(user)
    body = {"contact_method_id": str(method.id), "delay_seconds": delay}
    assert wrong(await api.post(f"/api/v1/users/{user.id}/notification-rules", json=body)) == ["delay_seconds"]


async def test_a_contact_method_has_one_rule_for_a_delay(api: AsyncClient, make: Factory) -> None:
    user = await make.user()
    rule = await make.rule(await make.contact_method(user))
    body = {"contact_method_id": str(rule.contact_method_id), "delay_seconds": 0}
    assert wrong(await api.post(f"/api/v1/users/{user.id}/notification-rules", json=body), 409) == ["delay_seconds"]


async def test_a_rule_uses_only_the_users_own_contact_methods(api: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    url = f"/api/v1/users/{ann.id}/notification-rules"
    for method_id in (str((await make.contact_method(ben)).id), UNKNOWN_ID):
        refused = await api.post(url, json={"contact_method_id": method_id, "delay_seconds": 0})
        assert wrong(refused) == ["contact_method_id"]
        assert refused.json()["errors"][0]["message"] == "is no contact method of this user"


async def test_another_users_things_are_not_found_under_ones_own_address(api: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    rule = await make.rule(await make.contact_method(ann))
    refusal(await api.get(f"/api/v1/users/{ben.id}/contact-methods/{rule.contact_method_id}"), 404)
    refusal(await api.delete(f"/api/v1/users/{ben.id}/notification-rules/{rule.id}"), 404)


async def test_the_rules_of_a_removed_contact_method_go_with_it(api: AsyncClient, make: Factory) -> None:
    user = await make.user()
    rule = await make.rule(await make.contact_method(user))
    await api.delete(f"/api/v1/users/{user.id}/contact-methods/{rule.contact_method_id}")
    assert (await api.get(f"/api/v1/users/{user.id}/notification-rules")).json()["items"] == []
