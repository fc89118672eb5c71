"""Signing in with email and password, for people with a browser."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import Field

from tocsin.errors import PermissionDenied, TooManyRequests, Unauthenticated
from tocsin.http.auth import SESSION_COOKIE, Database, Reader, client_ip, get_pool, get_settings
from tocsin.http.fields import Body, Read, Text, example
from tocsin.http.limits import SignInAttempt
from tocsin.http.origin import request_origin
from tocsin.settings import Settings
from tocsin.store.actor import Actor, Role, Scope, acting
from tocsin.store.people import sessions, users
from tocsin.store.people.passwords import verify_password
from tocsin.store.people.sessions import SignInClient
from tocsin.store.people.users import User

router = APIRouter(prefix="/session", tags=["session"])
sign_in_router = APIRouter(prefix="/api/v1/session", tags=["session"])


class SignIn(Body):
    """Email and password."""

    model_config = example({"email": "ann@example.org", "password": "correct horse battery"})

    email: Annotated[Text, Field(max_length=255)]
    password: Annotated[Text, Field(max_length=1024, repr=False)]


class SessionRead(Read):
    """Who is calling and what they may do."""

    user_id: UUID | None
    name: str
    role: Role
    scope: Scope


_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Email or password is wrong"},
    403: {"description": "Sent from a page of another site"},
    429: {"description": "Too many failed attempts, or too many at this moment"},
}


@sign_in_router.post("", summary="Sign in", responses=_REFUSALS)
async def sign_in(body: SignIn, request: Request, response: Response) -> SessionRead:
    if request_origin(request, request.app.state.settings) == "foreign":
        raise PermissionDenied("a sign-in must come from a page of this Tocsin")
    user = await open_session(request, response, body)
    scope: Scope = "admin" if user.role == "admin" else "write"
    return SessionRead(user_id=user.id, name=user.name, role=user.role, scope=scope)


@router.get("", summary="Show who is calling")
async def get_session(actor: Reader) -> SessionRead:
    return SessionRead.model_validate(actor)


@router.delete("", status_code=204, summary="Sign out")
async def sign_out(
    actor: Reader,
    response: Response,
    pool: Database,
    session: Annotated[str | None, Cookie(alias=SESSION_COOKIE, include_in_schema=False)] = None,
) -> None:
    if session is not None:
        async with acting(pool, actor) as connection:
            await sessions.end(connection, session)
    response.delete_cookie(SESSION_COOKIE, path="/")


async def open_session(request: Request, response: Response, body: SignIn) -> User:
    """Sign somebody in: a session, and its cookie on the response.

    Raises Unauthenticated, and TooManyRequests when there were too many failed attempts, or are too many now.
    """
    pool, settings = get_pool(request), get_settings(request)
    client = SignInClient(client_ip(request), request.headers.get("user-agent", ""))
    user = await users.get(pool, await _authenticate(request, body, client))
    actor = Actor(type="user", id=str(user.id), name=user.name, user_id=user.id, ip=client.ip)
    async with acting(pool, actor) as connection:
        secret = await sessions.create(connection, user.id, client, settings.session_lifetime_seconds)
    _set_session_cookie(response, secret, settings)
    return user


def _set_session_cookie(response: Response, secret: str, settings: Settings) -> None:
    """Keep somebody signed in."""
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(settings.session_lifetime_seconds.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.is_https,
    )


async def _authenticate(request: Request, body: SignIn, client: SignInClient) -> UUID:
    """The user's id. An unknown email and a wrong password raise the same Unauthenticated, after the same time."""
    pool, limits = get_pool(request), request.app.state.sign_in_limits
    user_id, stored = await users.password_of(pool, body.email.strip()) or (None, None)
    known_as = await sessions.known_as(pool, user_id, client, request.cookies.get(SESSION_COOKIE))
    attempt = SignInAttempt(body.email.strip(), client.ip, known_as)
    limits.begin(attempt)
    try:
        is_right = await verify_password(stored, body.password, is_known=known_as is not None)
    except TooManyRequests:
        limits.take_back(attempt)
        raise
    if not is_right or user_id is None:
        limits.fail(attempt)
        raise Unauthenticated("email or password is wrong")
    limits.succeed(attempt)
    return user_id
