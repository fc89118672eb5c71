"""One person, to others and to themselves."""

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory


async def test_somebody_else_reads_a_person_without_their_addresses(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben")
    await make.contact_method(ben, "http://127.0.0.1:9/secret")
    page = await browser.get(f"/people/{ben.id}")
    assert page.status_code == 200
    assert "address hidden" in page.text
    assert "secret" not in page.text
    assert "<form method=" not in page.text.partition("<main")[2]


async def test_a_rule_is_shown_whose_contact_method_comes_late(
    browser: AsyncClient, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.web.people.show.MOST_METHODS", 1)
    ben = await make.user("Ben")
    await make.contact_method(ben)
    late = await make.contact_method(ben)
    await make.rule(late)
    page = await browser.get(f"/people/{ben.id}")
    assert (page.status_code, page.text.count(f'<div class="more">{late.name}</div>')) == (200, 1)
