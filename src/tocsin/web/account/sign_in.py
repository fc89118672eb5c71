"""Signing in and out by a form.

Whoever is asked to sign in goes where they wanted to afterwards. When a form was sent by somebody whose session had
ended, the sign-in form carries its fields along, and the answer to the sign-in is a 307: the browser sends the same
fields again, to where they were meant for. This needs no script; with one, the same form opens over the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.api.session import SignIn, open_session
from tocsin.errors import PermissionDenied, TooManyRequests, Unauthenticated
from tocsin.http.auth import SESSION_COOKIE
from tocsin.store.actor import acting
from tocsin.store.people import sessions
from tocsin.web.kit.formatting import as_sentence
from tocsin.web.kit.forms import OF_SIGN_IN, WHOLE, Form
from tocsin.web.kit.navigation import our_path
from tocsin.web.kit.render import bare_page
from tocsin.web.kit.viewer import Kept, fields_of, require_same_origin, to_sign_in, viewer_of

router = APIRouter()

_EMAIL, _PASSWORD, _NEXT, _AGAIN = (f"{OF_SIGN_IN}{name}" for name in ("email", "password", "next", "again"))
_MISSING = {_EMAIL: "Your email address is missing.", _PASSWORD: "Your password is missing."}
_WRONG = {_PASSWORD: "Email or password is wrong."}


@dataclass(frozen=True, slots=True)
class _SignInForm:
    """A sign-in form: the path that it leads to, and whether the form that it holds is sent again after signing in."""

    request: Request
    wanted: str
    form: Form
    is_again: bool = False

    def page(self, status: int = 200) -> Response:
        """The form as a page; for htmx, which opens it over another page, the form alone."""
        only = "form" if _is_htmx(self.request) else None
        kept = [(name, value) for name, value in self.form.fields if self.is_again and not name.startswith(OF_SIGN_IN)]
        values = {"next": self.wanted, "form": self.form, "again": self.is_again, "kept": kept}
        return bare_page(self.request, "account/sign_in.html.j2", status, only=only, **values)

    def refuse(self, status: int, errors: Mapping[str, str]) -> Response:
        return replace(self, form=Form(self.form.fields, errors)).page(status)

    def done(self) -> Response:
        if _is_htmx(self.request):
            return Response(status_code=204)
        return RedirectResponse(self.wanted, 307 if self.is_again else 303)


def ask_to_sign_in(request: Request, kept: Kept | None) -> Response:
    """Redirect somebody who is not signed in to the form, or answer with the form, which keeps the fields they sent."""
    if kept is None and not _is_htmx(request):
        return to_sign_in(request)
    return _SignInForm(request, request.url.path, Form(kept or ()), kept is not None and not _is_htmx(request)).page(
        401
    )


async def show(request: Request) -> Response:
    """Show the sign-in form."""
    return _SignInForm(request, our_path(request.query_params.get("next", "/")), Form()).page()


async def sign_in(request: Request) -> Response:
    """Open a session and redirect to the page that was asked for; show the form with its fields when that fails."""
    form = Form(await fields_of(request))
    sign_in_form = _SignInForm(request, our_path(form.value(_NEXT, "/")), form, form.has(_AGAIN))
    if missing := {name: text for name, text in _MISSING.items() if not dict(form.fields).get(name)}:
        return sign_in_form.refuse(422, missing)
    answer = sign_in_form.done()
    try:
        require_same_origin(request)
        await open_session(request, answer, SignIn(email=form.value(_EMAIL), password=dict(form.fields)[_PASSWORD]))
    except (Unauthenticated, ValidationError):  # nobody's email or password is what no email or password can be
        return sign_in_form.refuse(401, _WRONG)
    except PermissionDenied as error:
        return sign_in_form.refuse(403, {WHOLE: as_sentence(str(error))})
    except TooManyRequests as error:
        refused = sign_in_form.refuse(429, {WHOLE: as_sentence(str(error))})
        refused.headers["Retry-After"] = str(error.retry_after)
        return refused
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


def _is_htmx(request: Request) -> bool:
    return "hx-request" in request.headers
