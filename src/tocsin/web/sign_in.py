"""Signing in and out by a form."""

import re
from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter, HTTPException
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.api.auth import SESSION_COOKIE
from tocsin.api.session import SignIn, open_session
from tocsin.errors import PermissionDenied, Unauthenticated
from tocsin.store import sessions
from tocsin.store.actor import acting
from tocsin.web.html import html_page
from tocsin.web.phrases import as_sentence
from tocsin.web.viewer import require_same_origin, viewer_of

router = APIRouter()

# Browsers drop tabs and line breaks, take backslashes for slashes, and read two slashes as the start of a host.
_OUR_PATH = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*")

_MISSING = {"email": "Your email address is missing.", "password": "Your password is missing."}
_WRONG = {"password": "Email or password is wrong."}


async def show(request: Request) -> Response:
    """The form."""
    return _form(_safe(request.query_params.get("next", "/")))


async def sign_in(request: Request) -> Response:
    """Open a session and go to where the person wanted to; the form again, with what was typed, when that fails."""
    form = await request.form()
    email, password, wanted = (str(form.get(name, "")) for name in ("email", "password", "next"))
    answer = RedirectResponse(_safe(wanted), 303)
    refused = partial(_form, _safe(wanted), email)
    if missing := {name: text for name, text in _MISSING.items() if not form.get(name)}:
        return refused(missing, 422)
    try:
        require_same_origin(request)
        await open_session(request, answer, SignIn(email=email, password=password))
    except (Unauthenticated, ValidationError):  # nobody's email or password is what no email or password can be
        return refused(_WRONG, 401)
    except PermissionDenied as error:
        return refused({"form": as_sentence(str(error))}, 403)
    except HTTPException as error:
        return refused({"form": as_sentence(error.detail)}, error.status_code, error.headers)
    return answer


async def sign_out(request: Request) -> Response:
    """End the session."""
    require_same_origin(request)
    viewer = await viewer_of(request)
    if viewer is not None:
        async with acting(request.app.state.pool, viewer) as connection:
            await sessions.end(connection, request.cookies[SESSION_COOKIE])
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


router.add_route("/sign-in", show, methods=["GET"], include_in_schema=False)
router.add_route("/sign-in", sign_in, methods=["POST"], include_in_schema=False)
router.add_route("/sign-out", sign_out, methods=["POST"], include_in_schema=False)


def _form(
    wanted: str,
    email: str = "",
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The form; an error stands beside the field that it is under, or above both under ``form``."""
    page = html_page("sign_in.html.j2", status, next=wanted, email=email, errors=errors or {})
    page.headers.update(headers or {})
    return page


def _safe(wanted: str) -> str:
    """A path of ours, whatever the link said: nobody is sent elsewhere after signing in."""
    return wanted if _OUR_PATH.fullmatch(wanted) else "/"
