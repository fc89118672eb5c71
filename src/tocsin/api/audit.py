"""The audit log, for administrators: who changed what, when, from where, before and after."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from tocsin.http.auth import Admin, Database
from tocsin.http.fields import Read, Search, UtcDatetime
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, encode_cursor, id_after
from tocsin.store import audit
from tocsin.store.audit import AuditFilter

router = APIRouter(prefix="/audit", tags=["audit"])


class AuditActor(Read):
    """Who did it."""

    type: str = Field(description="user, token, cli, engine, or sql for who worked on the database itself")
    id: str | None = None
    name: str
    ip: str | None = None


class AuditEntryRead(Read):
    """One row changed."""

    id: int
    created_at: UtcDatetime
    actor: AuditActor
    action: Literal["create", "update", "delete"]
    object_type: str = Field(description="the table, such as users or services")
    object_id: str
    before: dict[str, object] | None = Field(description="null when it was created")
    after: dict[str, object] | None = Field(description="null when it was deleted")


@router.get("", summary="List changes, newest first")
async def list_audit(
    _actor: Admin,
    pool: Database,
    object_type: Annotated[Search | None, Query(description="such as users or services")] = None,
    object_id: Annotated[Search | None, Query(description="the id of what was changed")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[AuditEntryRead]:
    found = await audit.entries(pool, AuditFilter(object_type, object_id), id_after(cursor), limit + 1)
    items = [AuditEntryRead.model_validate(entry) for entry in found[:limit]]
    return ListPage(items=items, next_cursor=encode_cursor(items[-1].id) if len(found) > limit else None)
