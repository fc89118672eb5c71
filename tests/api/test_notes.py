"""Notes on alerts over HTTP."""

import pytest
from httpx import AsyncClient
from tests.api.calls import wrong
from tests.fixtures.factories import Factory

URL = "/api/v1/alerts"


async def test_a_note_is_answered_as_the_timeline_has_it(api: AsyncClient, make: Factory) -> None:
    alert_id = await make.alert(await make.service())
    answer = await api.post(f"{URL}/{alert_id}/notes", json={"text": " restarted\n  the pool \n"})
    assert answer.status_code == 201
    assert answer.json() == (await api.get(f"{URL}/{alert_id}/timeline")).json()["items"][-1]
    assert (answer.json()["event"], answer.json()["meta"]) == ("noted", {"text": "restarted\n  the pool"})


@pytest.mark.parametrize("text", ["", " \n", "x" * 10_001, "\0", 7, None])
async def test_what_is_no_note_is_refused(api: AsyncClient, make: Factory, text: object) -> None:
    alert_id = await make.alert(await make.service())
    assert wrong(await api.post(f"{URL}/{alert_id}/notes", json={"text": text})) == ["text"]


async def test_who_may_act_on_an_alert_may_note(anonymous: AsyncClient, make: Factory) -> None:
    member, stranger = await make.user(), await make.user()
    team = await make.team("Operations", one=(member, "member"))
    alert_id = await make.alert(await make.service(team_id=team.id))
    for user, status in ((member, 201), (stranger, 403)):
        headers = {"Authorization": f"Bearer {await make.token(user)}"}
        answer = await anonymous.post(f"{URL}/{alert_id}/notes", json={"text": "seen"}, headers=headers)
        assert answer.status_code == status
    assert (await anonymous.post(f"{URL}/{alert_id}/notes", json={"text": "seen"})).status_code == 401
