"""Contact methods and notification rules of a person: add, test, switch and delete them."""

import math
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.contact_methods import ContactMethodPatch
from tocsin.api.notification_rules import NotificationRuleCreate
from tocsin.api.notification_tests import Tester
from tocsin.db.pool import Pool
from tocsin.http.access import require_edit_user
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.people import contact_methods, destinations, notification_rules, users
from tocsin.store.people.notification_rules import NotificationRuleSpec
from tocsin.web.kit.contact_method_form import add_contact_method, see_secret, send_test
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.navigation import our_path
from tocsin.web.kit.viewer import Viewer
from tocsin.web.people.show import person_page

router = APIRouter(include_in_schema=False, prefix="/people/{user_id:uuid}")

_RULE_FIELDS = {"contact_method_id": "method", "delay_seconds": "delay"}


@router.post("/contact-methods")
async def add_method(request: Request, user_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Add a contact method with the rules of a preset; a webhook's secret is shown once."""
    require_edit_user(viewer, user_id)
    try:
        _, secret = await add_contact_method(pool, viewer, user_id, form)
    except FORM_ERRORS as error:
        return await person_page(request, viewer, user_id, status_of(error), method_form=form.wrong(error))
    if secret is None:
        return see_other(f"/people/{user_id}", "Added. Send it a test page.")
    return see_secret(request, f"/people/{user_id}", form.value("type"), secret)


@router.post("/contact-methods/{method_id:uuid}/test")
async def test(request: Request, user_id: UUID, method_id: UUID, viewer: Viewer, tester: Tester) -> Response:
    """Send a test page and show whether it was delivered."""
    require_edit_user(viewer, user_id)
    recipient = await destinations.of_contact_method(request.app.state.pool, user_id, method_id)
    return await person_page(
        request, viewer, user_id, deliveries={method_id: await send_test(tester, recipient, viewer)}
    )


@router.post("/contact-methods/{method_id:uuid}/enable")
async def enable(user_id: UUID, method_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Enable the contact method."""
    await _change(pool, viewer, user_id, method_id, enabled=True)
    return see_other(_back(form, user_id), "On again.")


@router.post("/contact-methods/{method_id:uuid}/disable")
async def disable(user_id: UUID, method_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Disable the contact method."""
    await _change(pool, viewer, user_id, method_id, enabled=False)
    return see_other(f"/people/{user_id}", "Off: nothing is sent to it.")


@router.post("/contact-methods/{method_id:uuid}/rename")
async def rename(request: Request, user_id: UUID, method_id: UUID, viewer: Viewer, form: Sent) -> Response:
    """Rename the contact method."""
    try:
        body = form.body(ContactMethodPatch, {"name": form.value("name")})
        await _change(request.app.state.pool, viewer, user_id, method_id, **body.given())
    except FORM_ERRORS as error:
        forms = {method_id: form.wrong(error)}
        return await person_page(request, viewer, user_id, status_of(error), name_forms=forms)
    return see_other(f"/people/{user_id}", "Saved.")


@router.post("/contact-methods/{method_id:uuid}/delete")
async def delete_method(user_id: UUID, method_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Delete the contact method and its rules."""
    require_edit_user(viewer, user_id)
    async with acting(pool, viewer) as connection:
        await contact_methods.delete(connection, user_id, method_id)
    return see_other(f"/people/{user_id}", "Deleted.")


@router.post("/notification-rules")
async def add_rule(request: Request, user_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Add a notification rule."""
    require_edit_user(viewer, user_id)
    try:
        values = {"contact_method_id": form.value("method"), "delay_seconds": _seconds(form.value("delay"))}
        body = form.body(NotificationRuleCreate, values)
        async with acting(pool, viewer) as connection:
            await users.lock(connection, user_id)
            spec = NotificationRuleSpec(contact_method_id=body.contact_method_id, delay=body.delay_seconds)
            await notification_rules.create(connection, user_id, spec)
    except FORM_ERRORS as error:
        wrong = form.wrong(error, _RULE_FIELDS)
        return await person_page(request, viewer, user_id, status_of(error), rule_form=wrong)
    return see_other(_back(form, user_id), "Added.")


@router.post("/notification-rules/{rule_id:uuid}/delete")
async def delete_rule(user_id: UUID, rule_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Delete the notification rule."""
    require_edit_user(viewer, user_id)
    async with acting(pool, viewer) as connection:
        await notification_rules.delete(connection, user_id, rule_id)
    return see_other(f"/people/{user_id}", "Deleted.")


def _back(form: Form, user_id: UUID) -> str:
    """The path of the page that the button was on."""
    return our_path(form.value("back", f"/people/{user_id}"))


async def _change(pool: Pool, viewer: Actor, user_id: UUID, method_id: UUID, **changes: Any) -> None:
    require_edit_user(viewer, user_id)
    async with acting(pool, viewer) as connection:
        method = await contact_methods.lock(connection, user_id, method_id)
        await contact_methods.update(connection, method.id, replace(method.spec, **changes))


def _seconds(minutes: str) -> object:
    """The typed minutes in seconds; a text that is no number is returned as it is, for the model to refuse."""
    try:
        number = float(minutes.replace(",", "."))
    except ValueError:
        return minutes
    return number * 60 if math.isfinite(number) else minutes
