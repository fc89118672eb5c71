"""The list of people."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory


async def test_people_are_listed_as_they_stand(browser: AsyncClient, make: Factory) -> None:
    ben = await make.reachable_user("Ben <b>")
    await make.team("Payments", ben=(ben, "member"))
    page = (await browser.get("/people")).text
    assert "Ben &lt;b&gt;" in page
    assert "One person cannot be reached" in page
    assert "Payments" in page
    assert "/people/new" not in page
    assert "Nobody is found" in (await browser.get("/people?q=zzz")).text


async def test_people_come_page_by_page(browser: AsyncClient, make: Factory) -> None:
    for number in range(60):
        await make.user(f"Zoe {number:02}")
    first = (await browser.get("/people?q=zoe")).text
    assert (first.count('class="row-link"'), "Zoe 49" in first, "Zoe 50" in first) == (50, True, False)
    more = first.partition('">More')[0].rpartition('href="')[2].replace("&amp;", "&")
    second = (await browser.get(more)).text
    assert ("Zoe 49" in second, "Zoe 50" in second, "Zoe 59" in second) == (False, True, True)
