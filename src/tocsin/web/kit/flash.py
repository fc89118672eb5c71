"""A message about what was just done, which a cookie of one minute carries over the redirect to the next page."""

import json
from dataclasses import asdict, dataclass
from typing import Literal
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

_COOKIE = "tocsin_notice"
_BY_ITSELF = "tocsin-by-itself"
_MOST = 500

FlashKind = Literal["good", "info", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class FlashMessage:
    """A message about an action, and whether it is good or bad news."""

    text: str
    kind: FlashKind = "good"


def see_other(path: str, text: str | None = None, kind: FlashKind = "good") -> RedirectResponse:
    """Redirect to another page after an action, with a message that the page shows."""
    answer = RedirectResponse(path, 303)
    if text is not None:
        value = quote(json.dumps(asdict(FlashMessage(text[:_MOST], kind))))
        answer.set_cookie(_COOKIE, value, max_age=60, path="/", httponly=True, samesite="lax")
    return answer


def is_by_itself(request: Request) -> bool:
    """Whether a fragment is fetched for a live change, and not for an action of the viewer."""
    return _BY_ITSELF in request.headers


def message_of(request: Request) -> FlashMessage | None:
    """The message in the request's cookie; None when there is none that can be read.

    A part of a page that is fetched because something changed gets none: it may be on its way while the notice is, and
    would tell it a second time, or in another window.
    """
    if is_by_itself(request):
        return None
    try:
        found = json.loads(unquote(request.cookies.get(_COOKIE, "")))
        return FlashMessage(str(found["text"])[:_MOST], found["kind"])
    except (ValueError, LookupError, TypeError):
        return None


def forget_message(request: Request, answer: Response) -> None:
    """Delete the cookie once its message is shown."""
    if _COOKIE in request.cookies and not is_by_itself(request):
        answer.delete_cookie(_COOKIE, path="/")
