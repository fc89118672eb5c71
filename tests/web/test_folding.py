"""Searches find a name without its accents and in another case, wherever names or texts are searched."""

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.fixtures.plans import generic_plan

from tocsin.db.pool import Pool
from tocsin.store import search
from tocsin.store.alerts import alert_list
from tocsin.store.alerts.alert_list import AlertFilter
from tocsin.store.policies import policy_steps

PAIRS = [
    ("Zürich", "zurich"),
    ("Straße 5", "STRASSE"),
    ("GROẞE HALLE", "grosse"),
    ("École normale", "ecole"),
    ("e\u0301cole", "ÉCOLE"),  # the accent as a character of its own
    ("Ångström, Øresund", "angstrom, oresund"),
    ("Łódź", "lodz"),
    ("İstanbul ışık", "ISTANBUL ISIK"),
    ("œuvre Ærø", "OEUVRE aero"),
    ("Þingvellir", "thing"),
    ("МОСКВА", "москва"),
    ("ΑΘΗΝΑ, Πειραιάς", "αθηνα, πειραιασ"),
    ("Ｆｕｌｌｗｉｄｔｈ", "fullwidth"),
    ("サーバー障害", "サーバー"),
    ("데이터베이스", "데이터"),
    ("100 %_\\", "%_\\"),
    ("plain ASCII", "Ascii"),
]


@pytest.mark.parametrize(("text", "typed"), PAIRS)
async def test_a_text_is_found_by_what_people_type(pool: Pool, text: str, typed: str) -> None:
    assert await pool.fetchval("select strpos(folded($1), folded($2)) > 0", text, typed)


async def test_other_texts_are_not_found_and_none_is_none(pool: Pool) -> None:
    for text, typed in (("Zurich", "zuerich"), ("100 x", "%"), ("ab", "a_"), ("Москва", "минск")):
        assert not await pool.fetchval("select strpos(folded($1), folded($2)) > 0", text, typed)
    assert await pool.fetchval("select folded(null)") is None


async def test_folding_is_planned_into_the_statement(pool: Pool) -> None:
    """A call of the function for each row would cost ten times as much."""
    async with pool.acquire() as connection:
        plan = str(await generic_plan(connection, "select id from alerts where strpos(folded(summary), 'x') > 0"))
    assert "octet_length" in plan


@pytest.fixture
async def zurich(make: Factory) -> int:
    """The number of an alert, where everything is called Zürich."""
    user = await make.user("Zürich person")
    policy = await make.policy(name="Zürich policy")
    await make.schedule(name="Zürich schedule")
    await make.rotation(user, name="Zürich rotation")
    await make.channel("Zürich room")
    await make.team("Zürich team")
    return await make.alert(await make.service(policy, name="Zürich service"), "Zürich: Platte voll")


async def test_the_search_finds_every_kind(pool: Pool, zurich: int) -> None:
    found = await search.search(pool, "zurich", 5)
    assert [alert.id for alert in found.alerts] == [zurich]
    assert set(found.named) == {"service", "policy", "schedule", "rotation", "person", "team", "channel"}


async def test_every_list_of_the_api_does(api: AsyncClient, zurich: int) -> None:
    for name in ("users", "teams", "rotations", "schedules", "channels", "escalation-policies", "services", "alerts"):
        answer = await api.get(f"/api/v1/{name}", params={"q": "ZURICH"})
        assert (answer.status_code, len(answer.json()["items"])) == (200, 1), (name, answer.text)
        assert (await api.get(f"/api/v1/{name}", params={"q": "zuerich"})).json()["items"] == []


async def test_the_lists_and_the_choices_of_the_pages_do(browser: AsyncClient, pool: Pool, zurich: int) -> None:
    assert {one.type for one in await policy_steps.find_targets(pool, "zurich", 5)} == {
        "user",
        "rotation",
        "schedule",
        "channel",
    }
    for path in ("people", "services", "policies", "schedules", "rotations"):
        page = (await browser.get(f"/{path}", params={"q": "zurich"})).text
        assert "Zürich" in page, path


async def test_details_are_searched_too(pool: Pool, zurich: int) -> None:
    await pool.execute("update alerts set details = 'Rechenzentrum Süd, Gebäude 4'")
    for text, count in (("gebaude", 1), ("SUD", 1), ("gebaeude", 0)):
        assert len((await alert_list.page(pool, AlertFilter(q=text), None, 5)).items) == count
