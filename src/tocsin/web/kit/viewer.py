"""The viewer of a page: a signed-in person, or a stranger, who is sent to the sign-in.

A page asks for ``Viewer``. Whoever is not signed in is sent to sign in and back; a form that they sent meanwhile is
kept in the sign-in page and sent again afterwards. A form from another site is refused before anything else.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, TypeAlias
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse

from tocsin.domain.rights import is_admin
from tocsin.errors import PermissionDenied
from tocsin.http.auth import SAFE_METHODS, SESSION_COOKIE, client_ip
from tocsin.http.origin import request_origin
from tocsin.store.actor import Actor
from tocsin.store.people.sessions import actor_by_session
from tocsin.web.kit.live_hub import hub_of
from tocsin.web.kit.zone import zone_of

Kept: TypeAlias = Sequence[tuple[str, str]]
"""The fields of a form, in order."""

_MOST_FIELDS = 20_000  # a schedule of a hundred rules on every day has more than the thousand that are usual


class SignInNeeded(Exception):
    """Nobody is signed in. ``kept`` is the form that was sent, None when a page was asked for."""

    def __init__(self, kept: Kept | None) -> None:
        super().__init__("sign in first")
        self.kept = kept


async def viewer_of(request: Request) -> Actor | None:
    """The person whose session cookie came along; None when there is none that counts."""
    secret = request.cookies.get(SESSION_COOKIE)
    if secret is None:
        return None
    actor = await actor_by_session(request.app.state.pool, secret, client_ip(request))
    return replace(actor, shared=request.app.state.settings.shared_objects) if actor else None


async def require_viewer(request: Request) -> Actor:
    """Who is signed in. Raises SignInNeeded, and PermissionDenied for a form from another site.

    Before a page gathers anything, this notes the moment from which its stream has to tell it of changes.
    """
    request.state.live_mark = hub_of(request).mark
    if request.method not in SAFE_METHODS:
        require_same_origin(request)
    viewer = await viewer_of(request)
    if viewer is None:
        raise SignInNeeded(await _form_of(request))
    return viewer


Viewer: TypeAlias = Annotated[Actor, Depends(require_viewer)]
"""The parameter of a page for people who are signed in."""

ViewerZone: TypeAlias = Annotated[ZoneInfo, Depends(zone_of)]
"""The time zone that the viewer's browser is in; UTC when it has not said."""


async def _form_of(request: Request) -> Kept | None:
    return None if request.method in SAFE_METHODS else await fields_of(request)


async def fields_of(request: Request) -> Kept:
    """The fields of the form that was sent, without files."""
    form = await request.form(max_fields=_MOST_FIELDS)
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def to_sign_in(request: Request) -> RedirectResponse:
    """To the sign-in page, and back to this one afterwards."""
    here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    query = "" if here == "/" else "?" + urlencode({"next": here})
    return RedirectResponse(f"/sign-in{query}", 303)


def require_admin(viewer: Actor) -> None:
    """Raise PermissionDenied unless the viewer administrates."""
    if not is_admin(viewer):
        raise PermissionDenied("only administrators may do this")


def require_same_origin(request: Request) -> None:
    """Raise PermissionDenied unless a page of this Tocsin sent the form: a cookie comes along from anywhere."""
    if request_origin(request, request.app.state.settings) != "same":
        raise PermissionDenied("the form must be sent from a page of this Tocsin")
