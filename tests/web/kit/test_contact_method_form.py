"""The form of a new contact method."""

from httpx import AsyncClient


async def test_mail_comes_last_with_a_word_where_nothing_sends_it(browser: AsyncClient) -> None:
    for path in (str((await browser.get("/people/me")).headers["location"]), "/setup", "/channels/new"):
        page = (await browser.get(path)).text
        kinds = page.partition('name="type"')[2].partition("</select>")[0]
        assert kinds.index("webhook") < kinds.index("email"), path
        assert "not sent yet, TOCSIN_SMTP_URL is not set" in kinds, path
