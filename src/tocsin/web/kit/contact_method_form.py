"""The form of a new contact method, which the first run and channels share, and the test page that tries it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import HTTPException
from starlette.requests import Request

from tocsin.api.contact_methods import ContactMethodCreate
from tocsin.api.notification_tests import NotificationTester
from tocsin.channels.test_page import Fate
from tocsin.db.pool import Pool
from tocsin.store.actor import Actor, acting
from tocsin.store.people import contact_methods, notification_rules, users
from tocsin.store.people.contact_methods import ContactMethod, ContactMethodSpec
from tocsin.store.people.destinations import Recipient
from tocsin.store.people.notification_rules import RuleSpec
from tocsin.web.kit.forms import Form
from tocsin.web.kit.mailing import can_mail

TYPES: Sequence[tuple[str, str]] = (
    ("email", "Email"),
    ("webhook", "Webhook"),
    ("apprise", "Apprise: chat, push, SMS"),
)
PRESETS: Mapping[str, tuple[str, Sequence[int]]] = {
    "now": ("At once", (0,)),
    "again": ("At once, and again after 2 minutes", (0, 2)),
    "five": ("After 5 minutes, if nobody has acknowledged", (5,)),
    "fifteen": ("After 15 minutes, if nobody has acknowledged", (15,)),
    "never": ("Not yet: I add rules later", ()),
}
"""When a new contact method shall be used: a caption, and the delays of its rules in minutes.

The first run offers those that act before the step that it suggests is over.
"""


async def type_choices(request: Request) -> Sequence[tuple[str, str]]:
    """What to choose from for a new address; mail comes last, with a word, when nothing would send it."""
    if await can_mail(request):
        return TYPES
    return [*TYPES[1:], ("email", "Email: not sent yet, TOCSIN_SMTP_URL is not set")]


async def add_contact_method(pool: Pool, viewer: Actor, user_id: UUID, form: Form) -> tuple[ContactMethod, str | None]:
    """Add the contact method of a form, with the rules of its preset; and a webhook's secret.

    Raises one of FORM_ERRORS.
    """
    values: dict[str, Any] = {name: form.value(name) for name in ("type", "address")}
    values["name"] = form.given("name") or dict(TYPES).get(form.value("type"), "").partition(":")[0]
    body = form.body(ContactMethodCreate, values)
    _, delays = PRESETS.get(form.value("preset"), PRESETS["never"])
    async with acting(pool, viewer) as connection:
        await users.lock(connection, user_id)
        method, secret = await contact_methods.create(connection, user_id, ContactMethodSpec(**dict(body)))
        for minutes in delays:
            rule = RuleSpec(contact_method_id=method.id, delay=timedelta(minutes=minutes))
            await notification_rules.create(connection, user_id, rule)
    return method, secret


async def send_test(tester: NotificationTester, recipient: Recipient, viewer: Actor) -> Fate:
    """What became of a test page; why it was not even tried when there were too many."""
    try:
        return await tester.send(recipient, viewer)
    except HTTPException as error:
        return Fate(False, error.detail)
