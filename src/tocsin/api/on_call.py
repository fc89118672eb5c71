"""Who is on call now, by policy and step."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from tocsin.api.policies import OnCallRead
from tocsin.http.auth import Database, Reader
from tocsin.http.fields import Read, Search
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.policies import policies
from tocsin.store.policies.policies import Policy

router = APIRouter(prefix="/on-call", tags=["on call"])


class OnCallStep(Read):
    """A step and whom it would page now."""

    id: UUID
    step_number: int
    on_call: list[OnCallRead]


class OnCallPolicy(Read):
    """An escalation policy and whom each of its steps would page now."""

    escalation_policy_id: UUID
    escalation_policy_name: str
    team_id: UUID | None
    steps: list[OnCallStep]


@router.get("", summary="Show who is on call now")
async def list_on_call(
    _actor: Reader,
    pool: Database,
    q: Annotated[Search | None, Query(description="part of the policy's name")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[OnCallPolicy]:
    found = await policies.page(pool, q, position_after(cursor), limit)
    return ListPage(items=[_read(policy) for policy in found.items], next_cursor=cursor_at(found.next))


def _read(policy: Policy) -> OnCallPolicy:
    return OnCallPolicy(
        escalation_policy_id=policy.id,
        escalation_policy_name=policy.name,
        team_id=policy.team_id,
        steps=[OnCallStep.model_validate(step) for step in policy.steps],
    )
