"""The account of who looks: sign-ins, password, time zone, API tokens, and the calendar feed."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.calendar_feeds import feed_url
from tocsin.api.tokens import TokenCreate
from tocsin.api.users import UserPatch
from tocsin.domain.password import MIN_LENGTH
from tocsin.domain.rights import is_admin
from tocsin.errors import NotFound
from tocsin.http.access import require_token
from tocsin.http.auth import SESSION_COOKIE, Config, Database
from tocsin.http.own_password import require_own_password
from tocsin.store.actor import Actor, acting
from tocsin.store.on_call import calendar_feeds
from tocsin.store.people import sessions, tokens, users
from tocsin.store.people.passwords import hash_password
from tocsin.store.people.tokens import TokenSpec
from tocsin.web.kit.choices import usual_zones, zone_choices
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.render import page
from tocsin.web.kit.shown_once import see_once
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import CHOICE_COOKIE, chosen_zone

router = APIRouter(include_in_schema=False, prefix="/account")

_YEAR = 31_536_000
_MOST = 200


@router.get("")
async def show(request: Request, viewer: Viewer) -> Response:
    """Show the viewer's account: password, sessions, tokens and calendar."""
    return await _page(request, viewer)


@router.post("/zone")
async def choose_zone(request: Request, viewer: Viewer, form: Sent) -> Response:
    """Show times in the chosen zone in this browser. An empty choice means the browser's zone."""
    answer = see_other("/account", "Saved.")
    if form.value("zone") in (*usual_zones(), chosen_zone(request)):
        answer.set_cookie(CHOICE_COOKIE, quote(form.value("zone")), max_age=_YEAR, path="/", samesite="lax")
    else:
        answer.delete_cookie(CHOICE_COOKIE, path="/")
    return answer


@router.post("/password")
async def change_password(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Choose another password, which ends every other session."""
    values = dict(form.fields)
    try:
        await require_own_password(request, viewer, values.get("current", ""), "current")
        body = form.body(UserPatch, {"password": values.get("password", "")})
        hashed = await hash_password(body.password)
        async with acting(pool, viewer) as connection:
            await users.set_password(connection, _own(viewer), hashed)
            await sessions.end_all(connection, _own(viewer), keep=request.cookies[SESSION_COOKIE])
    except FORM_ERRORS as error:
        return await _page(request, viewer, status_of(error), password_form=Form.of().wrong(error))
    return see_other("/account", "Your password is changed. Every other session has ended.")


@router.post("/sessions/end-others")
async def end_other_sessions(request: Request, viewer: Viewer, pool: Database) -> Response:
    """Sign out everywhere else."""
    async with acting(pool, viewer) as connection:
        await sessions.end_all(connection, _own(viewer), keep=request.cookies[SESSION_COOKIE])
    return see_other("/account", "Signed out everywhere else.")


@router.post("/sessions/{session_id:uuid}/end")
async def end_session(session_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Sign out of one session."""
    async with acting(pool, viewer) as connection:
        await sessions.end_one(connection, _own(viewer), session_id)
    return see_other("/account", "Signed out there.")


@router.post("/tokens")
async def create_token(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Make a token, shown once."""
    try:
        scope = form.value("scope")
        role = "admin" if scope == "admin" else "user"
        body = form.body(TokenCreate, {"name": form.value("name"), "scope": scope, "role": role})
        require_token(viewer, body.role, body.scope, body.expires_at)
        spec = TokenSpec(name=body.name, user_id=viewer.user_id, role=body.role, scope=body.scope)
        async with acting(pool, viewer) as connection:
            _, secret = await tokens.create(connection, spec)
    except FORM_ERRORS as error:
        return await _page(request, viewer, status_of(error), token_form=form.wrong(error))
    return see_once(request, "/account", token=secret)


@router.post("/tokens/{token_id:uuid}/revoke")
async def revoke_token(token_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Revoke a token of the viewer."""
    async with acting(pool, viewer) as connection:
        if (await tokens.get(connection, token_id)).user_id != viewer.user_id:
            raise NotFound("no such token")
        await tokens.revoke(connection, token_id)
    return see_other("/account", "Revoked.")


@router.post("/calendar")
async def renew_calendar(request: Request, viewer: Viewer, pool: Database, settings: Config) -> Response:
    """Make a calendar address, which is shown once. The former address stops working."""
    async with acting(pool, viewer) as connection:
        _, secret = await calendar_feeds.renew(connection, "user", _own(viewer))
    return see_once(request, "/account", calendar=feed_url(settings, secret))


@router.post("/calendar/revoke")
async def revoke_calendar(viewer: Viewer, pool: Database) -> Response:
    """Revoke the calendar address."""
    async with acting(pool, viewer) as connection:
        await calendar_feeds.revoke(connection, _own(viewer))
    return see_other("/account", "Revoked.")


async def _page(request: Request, viewer: Actor, status: int = 200, **wrong: Form) -> Response:
    """The account page; ``wrong`` are forms that have errors."""
    pool, user_id = request.app.state.pool, _own(viewer)
    zone = chosen_zone(request)
    shown: dict[str, Any] = {
        "sessions": await sessions.of_user(pool, user_id, request.cookies.get(SESSION_COOKIE)),
        "described": described,
        "tokens": (await tokens.page(pool, user_id, None, _MOST)).items,
        "feed": await calendar_feeds.find(pool, user_id),
        "zone_form": Form.of(zone=zone),
        "zones": [("", "As this browser says"), *zone_choices(zone or "")],
        "scopes": [("write", "Read and change"), ("read", "Read only")],
        "can_administrate": is_admin(viewer),
        "password_form": Form.of(),
        "password_length": MIN_LENGTH,
        "token_form": Form.of(scope="write"),
    }
    if is_admin(viewer):
        shown["scopes"].append(("admin", "Everything, with role administrator"))
    return await page(request, viewer, "account/show.html.j2", status, **{**shown, **wrong})


def _own(viewer: Actor) -> UUID:
    assert viewer.user_id is not None  # only people have sessions
    return viewer.user_id


_BROWSERS: Sequence[tuple[str, str]] = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


_SYSTEMS: Sequence[tuple[str, str]] = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def described(user_agent: str) -> str:
    """Browser and system, as far as the header tells: "Firefox on Linux"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Some browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
