"""The form of a new contact method, which the first run and channels share, and the test page that tries it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.contact_methods import ContactMethodCreate
from tocsin.api.notification_tests import NotificationTester
from tocsin.channels.channel_type import ChannelType
from tocsin.channels.notification_test import Delivery
from tocsin.channels.registry import channel_types, types_for_channels, types_for_people
from tocsin.db.pool import Pool
from tocsin.store.actor import Actor, acting
from tocsin.store.people import contact_methods, notification_rules, users
from tocsin.store.people.contact_methods import ContactMethod, ContactMethodSpec
from tocsin.store.people.destinations import NamedDestination
from tocsin.store.people.notification_rules import NotificationRuleSpec
from tocsin.web.kit.forms import Form
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.shown_once import see_once

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


async def type_choices(request: Request, types: Sequence[ChannelType]) -> Sequence[tuple[str, str]]:
    """The types of a new address. Mail comes last, with a remark, when there is no mail server."""
    if await can_mail(request):
        return [(kind.name, kind.caption) for kind in types]
    mail = [(kind.name, f"{kind.caption}: not sent yet, TOCSIN_SMTP_URL is not set") for kind in types if kind.by_mail]
    return [*((kind.name, kind.caption) for kind in types if not kind.by_mail), *mail]


def person_address_hint() -> str:
    """What may be entered as the address of a contact method."""
    return _hint([kind.person_address for kind in types_for_people() if kind.person_address])


def channel_address_hint() -> str:
    """What may be entered as the address of a channel."""
    return _hint([kind.channel_address for kind in types_for_channels() if kind.channel_address])


def _hint(addresses: Sequence[str]) -> str:
    *others, last = addresses
    listed = "; ".join([*others, f"or {last}"]) if others else last
    return listed[0].upper() + listed[1:] + ("" if listed.endswith("…") else ".")


async def add_contact_method(pool: Pool, viewer: Actor, user_id: UUID, form: Form) -> tuple[ContactMethod, str | None]:
    """Add the contact method of a form, with the rules of its preset; and a webhook's secret.

    Raises one of FORM_ERRORS.
    """
    values: dict[str, Any] = {name: form.value(name) for name in ("type", "address")}
    values["name"] = form.given("name") or _name_of_type(form.value("type"))
    body = form.body(ContactMethodCreate, values)
    _, delays = PRESETS.get(form.value("preset"), PRESETS["never"])
    async with acting(pool, viewer) as connection:
        await users.lock(connection, user_id)
        method, secret = await contact_methods.create(connection, user_id, ContactMethodSpec(**dict(body)))
        for minutes in delays:
            rule = NotificationRuleSpec(contact_method_id=method.id, delay=timedelta(minutes=minutes))
            await notification_rules.create(connection, user_id, rule)
    return method, secret


def see_secret(request: Request, path: str, type_name: str, secret: str) -> Response:
    """To the page at ``path``, which shows once what signs the messages to a new address of this type."""
    return see_once(request, path, secret=secret, signs=_name_of_type(type_name).lower())


def _name_of_type(name: str) -> str:
    kind = channel_types().get(name)
    return kind.caption.partition(":")[0] if kind else ""


async def send_test(tester: NotificationTester, recipient: NamedDestination, viewer: Actor) -> Delivery:
    """Send a test page and return its delivery, or the reason for not trying when there were too many."""
    try:
        return await tester.send(recipient, viewer)
    except HTTPException as error:
        return Delivery(False, error.detail)
