"""Who looks at a page: somebody who signed in, or nobody, who is asked to."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

from tocsin.api.auth import SESSION_COOKIE, client_ip
from tocsin.api.origin import request_origin
from tocsin.errors import PermissionDenied
from tocsin.store.actor import Actor
from tocsin.store.sessions import actor_by_session


async def viewer_of(request: Request) -> Actor | None:
    """The person whose session cookie came along; None when there is none that counts."""
    secret = request.cookies.get(SESSION_COOKIE)
    if secret is None:
        return None
    return await actor_by_session(request.app.state.pool, secret, client_ip(request))


def to_sign_in(request: Request) -> RedirectResponse:
    """To the sign-in page, and back to this one afterwards when it is one that can be looked at."""
    query = urlencode({"next": request.url.path}) if request.method == "GET" and request.url.path != "/" else ""
    return RedirectResponse(f"/sign-in?{query}" if query else "/sign-in", 303)


def require_same_origin(request: Request) -> None:
    """Raise PermissionDenied unless a page of this Tocsin sent the form: a cookie comes along from anywhere."""
    if request_origin(request, request.app.state.settings) != "same":
        raise PermissionDenied("the form must be sent from a page of this Tocsin")
