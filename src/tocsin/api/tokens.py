"""API tokens. Everybody has their own; administrators see and make all."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from tocsin.db.pool import Queryable
from tocsin.domain import rights
from tocsin.domain.rights import ends_with_token, is_admin
from tocsin.errors import NotFound
from tocsin.http.access import require_token
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Name, Read, UtcDatetime, example
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import Actor, Role, Scope, acting
from tocsin.store.people import tokens
from tocsin.store.people.tokens import Token, TokenSpec
from tocsin.store.references import past, require_none

router = APIRouter(prefix="/tokens", tags=["tokens"])

_EXAMPLE = {"name": "Deployments", "scope": "write", "role": "user", "expires_at": "2035-01-01T00:00:00Z"}


class TokenCreate(Body):
    """A new token of the user who is calling. It never does more than that user may.

    One that is made with a token ends with it, by its time or when it is revoked, unless that has scope admin.
    """

    model_config = example(_EXAMPLE)

    name: Name
    scope: Scope = "write"
    role: Role = "user"
    expires_at: UtcDatetime | None = Field(None, description="in the future; null: never")


class TokenRead(Read):
    """A token, without the secret."""

    id: UUID
    name: str
    user_id: UUID | None
    scope: Scope
    role: Role
    created_at: UtcDatetime
    last_used_at: UtcDatetime | None = Field(description="to about a minute")
    expires_at: UtcDatetime | None


class TokenCreated(TokenRead):
    """A new token. The secret is shown only now."""

    token: str


@router.post("", status_code=201, summary="Create a token")
async def create_token(body: TokenCreate, actor: Writer, pool: Database, response: Response) -> TokenCreated:
    require_token(actor, body.role, body.scope, body.expires_at)
    spec = TokenSpec(
        name=body.name,
        user_id=actor.user_id,
        role=body.role,
        scope=body.scope,
        expires_at=body.expires_at,
        parent_id=_parent(actor),
    )
    async with acting(pool, actor) as connection:
        require_none(await past(connection, "expires_at", body.expires_at))
        token, secret = await tokens.create(connection, spec)
    response.headers["Location"] = f"/api/v1/tokens/{token.id}"
    return TokenCreated(**dict(TokenRead.model_validate(token)), token=secret)


@router.get("", summary="List tokens: one's own, or all for administrators")
async def list_tokens(
    actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[TokenRead]:
    after = position_after(cursor)
    if not is_admin(actor) and actor.user_id is None:
        return ListPage(items=[], next_cursor=None)
    found = await tokens.page(pool, None if is_admin(actor) else actor.user_id, after, limit)
    return ListPage(items=[TokenRead.model_validate(token) for token in found.items], next_cursor=cursor_at(found.next))


@router.get("/{token_id}", summary="Show a token")
async def get_token(token_id: UUID, actor: Reader, pool: Database) -> TokenRead:
    return TokenRead.model_validate(await _visible(pool, actor, token_id))


@router.delete("/{token_id}", status_code=204, summary="Revoke a token")
async def delete_token(token_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        await _visible(connection, actor, token_id)
        await tokens.revoke(connection, token_id)


async def _visible(database: Queryable, actor: Actor, token_id: UUID) -> Token:
    """The token, if the actor may know of it; somebody else's looks like none."""
    token = await tokens.get(database, token_id)
    if not rights.knows_token(actor, token.user_id):
        raise NotFound("no such token")
    return token


def _parent(actor: Actor) -> UUID | None:
    """The token with which a new one of the actor's ends."""
    return UUID(actor.id) if actor.id and ends_with_token(actor) else None
