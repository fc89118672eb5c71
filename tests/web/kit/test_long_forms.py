"""Forms of many fields: a page takes what the API takes, and says why it does not take more. And of many digits."""

import re

from httpx import AsyncClient
from tests.api.calls import refusal
from tests.fixtures.factories import Factory

from tocsin.web.kit.live_hub import Hub
from tocsin.web.kit.numbers import number_or_text, whole_number

BROWSER = {"Accept": "text/html"}


async def test_a_rotation_of_many_participants_is_saved(browser: AsyncClient, make: Factory) -> None:
    numbers = [str(number) for number in range(500)]
    form: dict[str, str | list[str]] = {
        "name": "Many",
        "time_zone": "Europe/Berlin",
        "type": "daily",
        "shift_length": "1",
        "start_at": "2026-11-02T09:00",
        "participants": numbers,
    }
    ann = str(await make.pool.fetchval("select id from users"))
    saved = await browser.post("/rotations/new", data=form | {f"participants.{one}.user_id": ann for one in numbers})
    assert saved.status_code == 303, saved.text
    assert await make.pool.fetchval("select count(*) from rotation_participants") == 500


async def test_signing_in_again_keeps_every_field(browser: AsyncClient) -> None:
    browser.cookies.clear()
    answer = await browser.post("/rotations/new", data={f"participants.{one}.user_id": "x" for one in range(3000)})
    assert answer.status_code == 401
    kept = re.findall(r'<input type="hidden" name="(participants[^"]+)" value="x">', answer.text)
    assert len(kept) == 3000
    wrong = {"sign_in_again": "yes", "sign_in_email": "ann@example.org", "sign_in_password": "wrong"}
    again = await browser.post("/sign-in", data=wrong | dict.fromkeys(kept, "x"))
    assert (again.status_code, again.text.count('name="participants.')) == (401, 3000)


async def test_too_many_fields_are_refused_and_named_as_the_reason(browser: AsyncClient) -> None:
    for path in ("/rotations/new", "/sign-in"):
        content = "a=&" * 20_001
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (
            refusal(await browser.post(path, content=content, headers=headers), 400) == "the form has too many fields"
        )
        page = await browser.post(path, content=content, headers=headers | BROWSER)
        assert (page.status_code, "The form has too many fields." in page.text) == (400, True)


async def test_a_number_of_thousands_of_digits_is_none(browser: AsyncClient, make: Factory) -> None:
    digits = "1" * 5000
    assert (whole_number("0012"), whole_number("-1"), whole_number("1234567890"), whole_number("1234567890", 18)) == (
        12,
        None,
        None,
        1234567890,
    )
    assert (number_or_text("7"), number_or_text("x"), number_or_text(digits)) == (7, "x", digits)
    rotation, service = await make.rotation(await make.user()), await make.service()
    for path, form, status in (
        ("/rotations/new", {"participants": "0", "action": f"remove:{digits}"}, 200),
        (f"/rotations/{rotation.id}/activate", {"position": digits}, 409),
        ("/policies/draft", {f"step-{digits}": "", "do": "add"}, 200),
        ("/policies/new", {"repeat": digits, "name": "x"}, 422),
        (f"/services/{service.id}/maintenance", {"for": digits}, 422),
    ):
        answer = await browser.post(path, data=form)
        assert answer.status_code == status, (path, answer.text)
    hub = Hub(make.pool)
    with hub.listen("a session", ["alerts"], f"{hub.mark.partition('.')[0]}.{digits}"):
        pass
