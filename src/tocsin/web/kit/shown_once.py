"""Secrets shown once, such as a new token: carried over the redirect to the page that shows them.

The page that shows a secret is never the answer to a form, so reloading it or going back neither makes another secret
nor shows this one again. Secrets travel in a cookie that lives for a minute, is sent to that page only, and is signed
with the viewer's session, so nobody else can make a page show a secret.
"""

from collections.abc import Mapping
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.http.auth import SESSION_COOKIE

_COOKIE = "tocsin_once"
_SALT = b"tocsin shown once"


def see_once(request: Request, path: str, **secrets: str) -> RedirectResponse:
    """To the page at ``path``, which finds ``secrets`` as ``shown_once``, once."""
    answer = RedirectResponse(path, 303)
    answer.set_cookie(
        _COOKIE,
        _serializer(request).dumps(secrets),
        max_age=60,
        path=path.partition("#")[0].partition("?")[0],
        httponly=True,
        samesite="strict",
        secure=request.app.state.settings.is_https,
    )
    return answer


def secrets_of(request: Request) -> Mapping[str, str]:
    """What came along to be shown; what cannot be read is nothing."""
    try:
        found: dict[str, str] = _serializer(request).loads(request.cookies[_COOKIE])
    except (LookupError, BadData):
        return {}
    return found


def forget_secrets(request: Request, answer: Response) -> None:
    """Take the secrets away once they are shown."""
    if _COOKIE in request.cookies:
        answer.delete_cookie(_COOKIE, path=request.url.path)


def _serializer(request: Request) -> URLSafeSerializer:
    return URLSafeSerializer(request.cookies[SESSION_COOKIE], salt=_SALT, signer_kwargs={"digest_method": sha256})
