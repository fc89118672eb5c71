"""Notification rules of a user: which contact method is used how long after a page begins."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from tocsin.http.access import require_edit_user
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Read, Seconds, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import acting
from tocsin.store.people import notification_rules, users
from tocsin.store.people.notification_rules import NotificationRule, NotificationRuleSpec

router = APIRouter(prefix="/users/{user_id}/notification-rules", tags=["notification rules"])

_EXAMPLE = {"contact_method_id": "0b7f3c1e-5d0a-4c53-8a7e-3d1f2a6b9c10", "delay_seconds": 300}


class NotificationRuleCreate(Body):
    """A new notification rule."""

    model_config = example(_EXAMPLE)

    contact_method_id: UUID = Field(description="one of the user's own")
    delay_seconds: Seconds = Field(description="0 is at once")


class NotificationRulePatch(Body):
    """What to change of a notification rule; what is left out stays."""

    model_config = example({"delay_seconds": 60})

    contact_method_id: UUID = optional()
    delay_seconds: Seconds = optional()


class NotificationRuleRead(Read):
    """A notification rule."""

    id: UUID
    user_id: UUID
    contact_method_id: UUID
    delay_seconds: Seconds
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Add a notification rule")
async def create_notification_rule(
    user_id: UUID, body: NotificationRuleCreate, actor: Writer, pool: Database, response: Response
) -> NotificationRuleRead:
    require_edit_user(actor, user_id)
    async with acting(pool, actor) as connection:
        await users.lock(connection, user_id)
        spec = NotificationRuleSpec(contact_method_id=body.contact_method_id, delay=body.delay_seconds)
        rule = await notification_rules.create(connection, user_id, spec)
    response.headers["Location"] = f"/api/v1/users/{user_id}/notification-rules/{rule.id}"
    return _read(rule)


@router.get("", summary="List a user's notification rules")
async def list_notification_rules(
    user_id: UUID, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[NotificationRuleRead]:
    await users.get(pool, user_id)
    found = await notification_rules.page(pool, user_id, position_after(cursor), limit)
    return ListPage(items=[_read(rule) for rule in found.items], next_cursor=cursor_at(found.next))


@router.get("/{rule_id}", summary="Show a notification rule")
async def get_notification_rule(user_id: UUID, rule_id: UUID, _actor: Reader, pool: Database) -> NotificationRuleRead:
    return _read(await notification_rules.get(pool, user_id, rule_id))


@router.patch("/{rule_id}", summary="Change a notification rule")
async def patch_notification_rule(
    user_id: UUID, rule_id: UUID, body: NotificationRulePatch, actor: Writer, pool: Database
) -> NotificationRuleRead:
    require_edit_user(actor, user_id)
    async with acting(pool, actor) as connection:
        rule = await notification_rules.lock(connection, user_id, rule_id)
        changed = await notification_rules.update(connection, rule, replace(rule.spec, **_changes(body)))
    return _read(changed)


@router.delete("/{rule_id}", status_code=204, summary="Remove a notification rule")
async def delete_notification_rule(user_id: UUID, rule_id: UUID, actor: Writer, pool: Database) -> None:
    require_edit_user(actor, user_id)
    async with acting(pool, actor) as connection:
        await notification_rules.delete(connection, user_id, rule_id)


def _changes(body: NotificationRulePatch) -> dict[str, Any]:
    return {"delay" if name == "delay_seconds" else name: value for name, value in body.given().items()}


def _read(rule: NotificationRule) -> NotificationRuleRead:
    return NotificationRuleRead(
        id=rule.id,
        user_id=rule.user_id,
        contact_method_id=rule.contact_method_id,
        delay_seconds=rule.delay,
        created_at=rule.created_at,
    )
