"""Who is calling: a bearer token, or the cookie of somebody who signed in with a password.

Routes ask for what they need by type: ``Reader`` (anybody known), ``Writer`` (scope write), ``Admin`` (role and scope
admin). Which objects a writer may change is decided by `tocsin.http.access`.
"""

from dataclasses import replace
from typing import Annotated, TypeAlias

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from tocsin.db.pool import Pool
from tocsin.errors import PermissionDenied, Unauthenticated
from tocsin.http.access import require_administration, require_change
from tocsin.http.origin import request_origin
from tocsin.settings import Settings
from tocsin.store.actor import Actor
from tocsin.store.people.sessions import actor_by_session
from tocsin.store.people.tokens import actor_by_token

SESSION_COOKIE = "tocsin_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="a token from POST /api/v1/tokens")
_cookie = APIKeyCookie(
    name=SESSION_COOKIE, auto_error=False, scheme_name="session", description="the cookie of POST /api/v1/session"
)


def get_pool(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool


def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


Database: TypeAlias = Annotated[Pool, Depends(get_pool)]
Config: TypeAlias = Annotated[Settings, Depends(get_settings)]


def client_ip(request: Request) -> str | None:
    return request.client.host if request.client else None


async def current_actor(
    request: Request,
    pool: Database,
    settings: Config,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    session: Annotated[str | None, Depends(_cookie)],
) -> Actor:
    """Who is calling. A token counts before a cookie.

    Raises Unauthenticated when neither is known, PermissionDenied when a cookie comes along from another site.
    """
    if bearer is not None:
        actor = await actor_by_token(pool, bearer.credentials, client_ip(request))
    elif session is not None:
        actor = await actor_by_session(pool, session, client_ip(request))
        if actor and request.method not in SAFE_METHODS and request_origin(request, settings) != "same":
            raise PermissionDenied("a change by cookie must come from a page of this Tocsin (Origin, Sec-Fetch-Site)")
    else:
        raise Unauthenticated("give a token (Authorization: Bearer …) or sign in")
    if actor is None:
        raise Unauthenticated("the token or session is unknown, expired or revoked")
    return replace(actor, shared=settings.shared_objects)


async def require_write(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
    """The actor, if its scope allows changes."""
    require_change(actor)
    return actor


async def require_admin(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
    """The actor, if it is an administrator with scope admin."""
    require_administration(actor)
    return actor


Reader: TypeAlias = Annotated[Actor, Depends(current_actor)]
Writer: TypeAlias = Annotated[Actor, Depends(require_write)]
Admin: TypeAlias = Annotated[Actor, Depends(require_admin)]
