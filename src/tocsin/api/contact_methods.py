"""Contact methods of a user. Addresses are shown to that user and to administrators only."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AfterValidator, Field, StrictBool

from tocsin.http.access import may_see_addresses, require_edit_user
from tocsin.http.addresses import (
    HIDDEN,
    ContactMethodType,
    StoredType,
    check_with_type,
    checked,
    prepare_address_checks,
)
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Address, Body, Name, Read, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import Actor, acting
from tocsin.store.people import contact_methods, users
from tocsin.store.people.contact_methods import ContactMethod, ContactMethodSpec

router = APIRouter(
    prefix="/users/{user_id}/contact-methods",
    tags=["contact methods"],
    dependencies=[Depends(prepare_address_checks)],
)

_EXAMPLE = {"name": "Phone", "type": "webhook", "address": "https://push.example.org/ann", "enabled": True}


class ContactMethodCreate(Body):
    """A new address of the user."""

    model_config = example(_EXAMPLE)

    name: Name
    type: ContactMethodType
    address: Annotated[Address, AfterValidator(check_with_type)]
    enabled: StrictBool = True


class ContactMethodPatch(Body):
    """What to change of a contact method; what is left out stays. The type cannot change."""

    model_config = example({"enabled": False})

    name: Name = optional()
    address: Address = optional()
    enabled: StrictBool = optional()


class ContactMethodRead(Read):
    """A contact method."""

    id: UUID
    user_id: UUID
    name: str
    type: StoredType
    address: str = Field(description="*** unless it is your own or you are an administrator")
    enabled: bool
    created_at: UtcDatetime


class ContactMethodCreated(ContactMethodRead):
    """A new contact method and, for a webhook, the secret that signs what is sent to it: it is shown only now."""

    secret: str | None


@router.post("", status_code=201, summary="Add a contact method")
async def create_contact_method(
    user_id: UUID, body: ContactMethodCreate, actor: Writer, pool: Database, response: Response
) -> ContactMethodCreated:
    require_edit_user(actor, user_id)
    spec = ContactMethodSpec(name=body.name, type=body.type, address=body.address, enabled=body.enabled)
    async with acting(pool, actor) as connection:
        await users.lock(connection, user_id)
        method, secret = await contact_methods.create(connection, user_id, spec)
    response.headers["Location"] = f"/api/v1/users/{user_id}/contact-methods/{method.id}"
    return ContactMethodCreated(**dict(_read(method, actor)), secret=secret)


@router.get("", summary="List a user's contact methods")
async def list_contact_methods(
    user_id: UUID, actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[ContactMethodRead]:
    await users.get(pool, user_id)
    found = await contact_methods.page(pool, user_id, position_after(cursor), limit)
    return ListPage(items=[_read(method, actor) for method in found.items], next_cursor=cursor_at(found.next))


@router.get("/{contact_method_id}", summary="Show a contact method")
async def get_contact_method(
    user_id: UUID, contact_method_id: UUID, actor: Reader, pool: Database
) -> ContactMethodRead:
    return _read(await contact_methods.get(pool, user_id, contact_method_id), actor)


@router.patch("/{contact_method_id}", summary="Change a contact method")
async def patch_contact_method(
    user_id: UUID, contact_method_id: UUID, body: ContactMethodPatch, actor: Writer, pool: Database
) -> ContactMethodRead:
    require_edit_user(actor, user_id)
    async with acting(pool, actor) as connection:
        method = await contact_methods.lock(connection, user_id, contact_method_id)
        spec = replace(method.spec, **body.given())
        spec = replace(spec, address=checked(spec.type, spec.address))
        changed = await contact_methods.update(connection, method.id, spec)
    return _read(changed, actor)


@router.delete("/{contact_method_id}", status_code=204, summary="Remove a contact method and its notification rules")
async def delete_contact_method(user_id: UUID, contact_method_id: UUID, actor: Writer, pool: Database) -> None:
    require_edit_user(actor, user_id)
    async with acting(pool, actor) as connection:
        await contact_methods.delete(connection, user_id, contact_method_id)


def _read(method: ContactMethod, actor: Actor) -> ContactMethodRead:
    shown = method if may_see_addresses(actor, method.user_id) else replace(method, address=HIDDEN)
    return ContactMethodRead.model_validate(shown)
