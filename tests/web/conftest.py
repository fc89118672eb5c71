"""Links as pages carry them, made for the server under test, and people who are signed in."""

from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from tests.fixtures.factories import Factory, step

from tocsin.channels.page import Actions, Addressee
from tocsin.db.pool import Pool
from tocsin.store.people.contact_methods import ContactMethod
from tocsin.store.people.users import User
from tocsin.store.policies.channels import Channel
from tocsin.web.alerts.links import ActionLinks, signing_key

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes the links of pages."""

    pool: Pool
    base_url: str

    async def __call__(
        self,
        alert_id: int,
        user: User | None = None,
        *,
        name: str = "Operations room",
        escalation_count: int = 0,
        lifetime: timedelta = timedelta(days=3),
        sent_by: ContactMethod | Channel | None = None,
        is_guest: bool = False,
    ) -> Actions:
        links = ActionLinks(self.base_url, await signing_key(self.pool), lifetime)
        now = await self.pool.fetchval("select now()")
        sent_by_id = sent_by.id if sent_by else None
        to = Addressee(user.id if user else None, user.name if user else name, sent_by_id, is_guest)
        return links.urls(alert_id, to, escalation_count, now)


@pytest.fixture
def links(pool: Pool, base_url: str) -> LinkMaker:
    return LinkMaker(pool, base_url)


@pytest.fixture
async def browser(anonymous: httpx.AsyncClient, make: Factory) -> httpx.AsyncClient:
    """A client in which Ann, a member of a team, is signed in, and which says where it comes from, as browsers do."""
    await make.team("Operations", ann=(await make.user("Ann", password=PASSWORD), "member"))
    anonymous.headers["Origin"] = str(anonymous.base_url).rstrip("/")
    answer = await anonymous.post("/sign-in", data={"sign_in_email": "ann@example.org", "sign_in_password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return anonymous


async def an_alert(make: Factory, summary: str = "disk is full", **service: object) -> int:
    policy = await make.policy(step(await make.user()))
    return await make.alert(await make.service(policy, **service), summary)  # type: ignore[arg-type]
