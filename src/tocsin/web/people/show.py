"""One person: how they are reached, what they are on call for, which teams are theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.channels.notification_test import Delivery
from tocsin.channels.registry import channel_types, types_for_people
from tocsin.db.pool import Pool
from tocsin.domain.rights import is_admin
from tocsin.http.access import may_edit_user, may_see_addresses
from tocsin.http.addresses import HIDDEN
from tocsin.store.actor import Actor
from tocsin.store.on_call import on_call_of_user
from tocsin.store.people import contact_methods, notification_rules, user_list, users
from tocsin.store.people.contact_methods import ContactMethod
from tocsin.store.policies import policy_reach
from tocsin.web.kit.contact_method_form import PRESETS, person_address_hint, type_choices
from tocsin.web.kit.forms import Form
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)

MOST_METHODS = 100


@router.get("/people/{user_id:uuid}")
async def show(request: Request, user_id: UUID, viewer: Viewer) -> Response:
    """Show a person's page."""
    return await person_page(request, viewer, user_id)


async def person_page(  # noqa: PLR0913 - each says what is shown besides
    request: Request,
    viewer: Actor,
    user_id: UUID,
    status: int = 200,
    *,
    method_form: Form | None = None,
    rule_form: Form | None = None,
    name_forms: Mapping[UUID, Form] | None = None,
    deliveries: Mapping[UUID, Delivery] | None = None,
) -> Response:
    """A person's page, with a form that has errors or the deliveries of test pages."""
    shown = await _shown(request, viewer, user_id)
    types = await type_choices(request, types_for_people())
    address = shown["user"].email if channel_types()[types[0][0]].by_mail and not shown["methods"] else None
    first = Form.of(type=types[0][0], preset="now", address=address)
    return await page(
        request,
        viewer,
        "people/show.html.j2",
        status,
        live="on-call",
        method_form=method_form or first,
        rule_form=rule_form or Form.of(delay="0"),
        name_forms=name_forms or {},
        deliveries=deliveries or {},
        types=types,
        address_hint=person_address_hint(),
        **shown,
    )


async def _shown(request: Request, viewer: Actor, user_id: UUID) -> dict[str, Any]:
    pool: Pool = request.app.state.pool
    user = await users.get(pool, user_id)
    rules = (await notification_rules.page(pool, user_id, None, MOST_METHODS)).items
    methods = await _methods(pool, user_id, {rule.contact_method_id for rule in rules})
    if not may_see_addresses(viewer, user_id):
        methods = [replace(method, address=HIDDEN) for method in methods]
    names = {method.id: method.name for method in methods}
    return {
        "user": user,
        "is_me": viewer.user_id == user_id,
        "can_edit": may_edit_user(viewer, user_id),
        "can_administrate": is_admin(viewer),
        "methods": methods,
        "rules": sorted(
            (rule for rule in rules if rule.contact_method_id in names), key=lambda rule: (rule.delay, rule.created_at)
        ),
        "names": names,
        "lack": await policy_reach.lack_of(pool, user_id, mails=await can_mail(request)),
        "on_call": await on_call_of_user.of_user(pool, user_id),
        "teams": await user_list.teams(pool, user_id),
        "presets": [(name, caption) for name, (caption, _) in PRESETS.items()],
    }


async def _methods(pool: Pool, user_id: UUID, used: set[UUID]) -> Sequence[ContactMethod]:
    """The oldest contact methods, and those that rules use."""
    oldest = (await contact_methods.page(pool, user_id, None, MOST_METHODS)).items
    others = used - {method.id for method in oldest}
    return [*oldest, *(await contact_methods.of_ids(pool, user_id, others) if others else ())]
